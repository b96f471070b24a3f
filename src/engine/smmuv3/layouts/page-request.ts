import { flag, ignored, page, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

/** What hardware tells software of a page request. */
export const pageRequest = layout('page-request', 'Page request', 128, 'SMMUv3 8', [
  page('Address', 'address', 127, 76, 'The page that the device asks for.'),
  ignored(75, 73),
  uint('PRGIndex', 'group', 72, 64, 'The page request group.'),
  flag('SSV', 'substream valid', 63, 'The request carried a substream.'),
  flag('Last', 'last in group', 62, 'The group is complete: its answer is awaited.'),
  flag('W', 'write', 61, 'The device wants to write.'),
  flag('R', 'read', 60, 'The device wants to read.'),
  flag('X', 'execute', 59, 'The device wants to execute.'),
  flag('Priv', 'privileged', 58, 'The device asks as supervisor.'),
  ignored(57, 52),
  uint('SubstreamID', 'substream', 51, 32, 'The substream.'),
  uint('StreamID', 'stream', 31, 0, 'Who asks.'),
]);
