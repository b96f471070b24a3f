import { choice, flag, page, reserved, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

export const deviceTableBase = layout(
  'rtt-bar',
  'Requester table base',
  64,
  'IODA2 PHB_RTT_BAR; the size is the model’s own, hardware always has 65,536 entries',
  [
    flag('EN', 'enable', 63, 'Requests are looked up.'),
    reserved(62, 56),
    page('Base', 'requester table', 55, 12, 'Page of the first requester entry.'),
    reserved(11, 7),
    uint('Size', 'size', 6, 0, 'The table has Size + 1 pages of 512 requesters.'),
  ],
);

export const windowTableBase = layout(
  'tvt-bar',
  'Window table base',
  64,
  'the model’s own: hardware keeps the TVT on the chip and opens it through PHB_IODA_ADDR',
  [
    reserved(63, 56),
    page('Base', 'window table', 55, 12, 'Page of the 512 window entries, two of each PE.'),
    reserved(11, 0),
  ],
);

export const kill = layout('tce-kill', 'TCE kill', 64, 'IODA2 PHB_TCE_KILL', [
  flag('ALL', 'all', 63, 'Every cached TCE goes.'),
  flag('PE', 'whole PE', 62, 'Every cached TCE of the PE goes.'),
  flag('ONE', 'one', 61, 'The cached TCE of the PE for the address goes.'),
  reserved(60),
  page('Address', 'address', 59, 12, 'An address of the bus in the page that goes.'),
  reserved(11, 9),
  uint('PENUM', 'PE number', 8, 0, 'Whose cached TCEs go.'),
]);

export const errorStatus = layout(
  'rxe-tce-err-status',
  'TCE error status',
  64,
  'IODA2 PHB_RXE_TCE_ERR_STATUS; the fields are the model’s own',
  [
    flag('V', 'valid', 63, 'A refused request is recorded.'),
    flag('OV', 'overflow', 62, 'Another one was refused before this one was read.'),
    reserved(61, 57),
    choice('RW', 'access', 56, 56, { 0: 'read', 1: 'write' }, 'What the request was.'),
    reserved(55, 40),
    uint('PE', 'PE number', 39, 24, 'The PE of the device; 0xffff when it was not found.'),
    uint('RID', 'requester', 23, 8, 'Who asked.'),
    uint('Reason', 'reason', 7, 0, 'Why it was refused.'),
  ],
);

export const errorLog = layout(
  'rxe-tce-err-log',
  'TCE error address',
  64,
  'IODA2 PHB_RXE_TCE_ERR_LOG_0; the fields are the model’s own',
  [
    page('Address', 'page', 63, 12, 'Page of the address that was refused.'),
    uint('Offset', 'offset', 11, 0, 'Offset in the page.'),
  ],
);
