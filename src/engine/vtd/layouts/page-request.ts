import { choice, flag, page, reserved, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

/** What hardware tells software of a page request. */
export const pageRequestDescriptor = layout('page-request', 'Page request descriptor', 256, 'VT-d 7.4.1.1', [
  reserved(255, 128),
  page('ADDR', 'address', 127, 76, 'The page that the device asks for.'),
  uint('PRGI', 'group', 75, 67, 'The page request group.'),
  flag('LPIG', 'last in group', 66, 'The group is complete: its answer is awaited.'),
  flag('WR', 'write', 65, 'The device wants to write.'),
  flag('RD', 'read', 64, 'The device wants to read.'),
  reserved(63, 54),
  flag('PR', 'privileged', 53, 'The device asks as supervisor.'),
  flag('EXR', 'execute', 52, 'The device wants to execute.'),
  uint('PASID', 'PASID', 51, 32, 'The PASID of the request, if PP.'),
  uint('RID', 'requester identifier', 31, 16, 'The device.'),
  reserved(15, 9),
  flag('PP', 'PASID present', 8, 'The request had a PASID.'),
  choice('TYPE', 'type', 7, 0, { 1: 'page request' }, 'What the descriptor is.'),
]);
