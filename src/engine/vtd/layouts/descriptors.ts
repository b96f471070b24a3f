import { choice, type Field, flag, page, reserved, uint } from '../../bits/field';
import { type Layout, layout } from '../../bits/layout';

const section = 'VT-d 6.5.2';

/** Bits 3:0 of every descriptor; bits 11:9 are the type's upper bits. */
export const descriptorTypes = {
  1: 'context cache',
  2: 'IOTLB',
  3: 'device TLB',
  4: 'interrupt entry cache',
  5: 'wait',
  6: 'PASID-based IOTLB',
  7: 'PASID cache',
  8: 'PASID-based device TLB',
  9: 'page group response',
} as const;

const type = choice('TYPE', 'type', 3, 0, descriptorTypes, 'What the descriptor asks for.');
const upperType = uint('TYPEH', 'type, upper bits', 11, 9, 'Zero for every type defined so far.');
const domain = uint('DID', 'domain identifier', 31, 16, 'Whose entries are meant.');
const address = page('ADDR', 'address', 127, 76, 'The first page of the range.');
const mask = uint('AM', 'address mask', 69, 64, 'The range has 2^AM pages.');
const hint = flag('IH', 'invalidation hint', 70, 'Only leaf entries changed: table entries may stay cached.');

function descriptor(id: string, name: string, paragraph: string, fields: readonly Field[]): Layout {
  return layout(id, name, 128, `${section}${paragraph}`, [...fields, upperType, type]);
}

export const contextCacheDescriptor = descriptor('cc-inv', 'Context-cache invalidate', '.1', [
  reserved(127, 50),
  choice(
    'FM',
    'function mask',
    49,
    48,
    { 0: 'exact', 1: 'ignore bit 2', 2: 'ignore bits 2:1', 3: 'ignore bits 2:0' },
    'Which function bits do not count.',
  ),
  uint('SID', 'source identifier', 47, 32, 'The device.'),
  domain,
  reserved(15, 12),
  reserved(8, 6),
  choice('G', 'granularity', 5, 4, { 1: 'global', 2: 'domain', 3: 'device' }, 'How much is dropped.'),
]);

export const iotlbDescriptor = descriptor('iotlb-inv', 'IOTLB invalidate', '.3', [
  address,
  reserved(75, 71),
  hint,
  mask,
  reserved(63, 32),
  domain,
  reserved(15, 12),
  reserved(8),
  flag('DR', 'drain reads', 7, 'Reads under way finish first.'),
  flag('DW', 'drain writes', 6, 'Writes under way finish first.'),
  choice('G', 'granularity', 5, 4, { 1: 'global', 2: 'domain', 3: 'page' }, 'How much is dropped.'),
]);

export const deviceTlbDescriptor = descriptor('dev-tlb-inv', 'Device-TLB invalidate', '.5', [
  address,
  reserved(75, 65),
  flag('S', 'size', 64, 'The low address bits say how large the range is.'),
  uint('PFSIDH', 'physical function, upper bits', 63, 52, 'For throttling.'),
  reserved(51, 48),
  uint('SID', 'source identifier', 47, 32, 'The device.'),
  reserved(31, 21),
  uint('MIP', 'maximum pending', 20, 16, 'For throttling.'),
  uint('PFSIDL', 'physical function, low bits', 15, 12, 'For throttling.'),
  reserved(8, 4),
]);

export const interruptCacheDescriptor = descriptor('iec-inv', 'Interrupt entry cache invalidate', '.7', [
  reserved(127, 48),
  uint('IIDX', 'index', 47, 32, 'The first entry.'),
  uint('IM', 'index mask', 31, 27, '2^IM entries.'),
  reserved(26, 12),
  reserved(8, 5),
  choice('G', 'granularity', 4, 4, { 0: 'global', 1: 'index' }, 'How much is dropped.'),
]);

export const waitDescriptor = descriptor('wait', 'Invalidation wait', '.8', [
  page('SAH', 'status address, page', 127, 76, 'Where the status data is written.'),
  uint('SAL', 'status address, offset', 75, 66, 'In 4 bytes.'),
  reserved(65, 64),
  uint('SD', 'status data', 63, 32, 'What is written.'),
  reserved(31, 12),
  reserved(8),
  flag('PD', 'page-request drain', 7, 'Page requests under way finish first.'),
  flag('FN', 'fence', 6, 'Later descriptors wait for earlier ones.'),
  flag('SW', 'status write', 5, 'Write the status data when done.'),
  flag('IF', 'interrupt', 4, 'Send an interrupt when done.'),
]);

export const pasidIotlbDescriptor = descriptor('p-iotlb-inv', 'PASID-based IOTLB invalidate', '.4', [
  address,
  reserved(75, 71),
  hint,
  mask,
  reserved(63, 52),
  uint('PASID', 'PASID', 51, 32, 'Whose entries are meant.'),
  domain,
  reserved(15, 12),
  reserved(8, 6),
  choice('G', 'granularity', 5, 4, { 2: 'PASID', 3: 'page in PASID' }, 'How much is dropped.'),
]);

export const pasidCacheDescriptor = descriptor('pasid-inv', 'PASID-cache invalidate', '.2', [
  reserved(127, 52),
  uint('PASID', 'PASID', 51, 32, 'Whose entry is meant.'),
  domain,
  reserved(15, 12),
  reserved(8, 6),
  choice(
    'G',
    'granularity',
    5,
    4,
    { 0: 'domain', 1: 'PASID in domain', 3: 'global' },
    'How much is dropped.',
  ),
]);

export const pasidDeviceTlbDescriptor = descriptor(
  'p-dev-tlb-inv',
  'PASID-based device-TLB invalidate',
  '.6',
  [
    address,
    flag('S', 'size', 75, 'The low address bits say how large the range is.'),
    reserved(74, 65),
    flag('G', 'global', 64, 'All PASIDs of the device.'),
    uint('PFSIDH', 'physical function, upper bits', 63, 52, 'For throttling.'),
    uint('PASID', 'PASID', 51, 32, 'Whose entries are meant.'),
    uint('SID', 'source identifier', 31, 16, 'The device.'),
    uint('PFSIDL', 'physical function, low bits', 15, 12, 'For throttling.'),
    uint('MIP', 'maximum pending', 8, 4, 'For throttling.'),
  ],
);

export const pageResponseDescriptor = descriptor('page-response', 'Page group response', '.9', [
  reserved(127, 76),
  uint('PRGI', 'group', 75, 67, 'The page request group.'),
  flag('LPIG', 'last in group', 66, 'The last request of the group is answered.'),
  reserved(65, 64),
  reserved(63, 52),
  uint('PASID', 'PASID', 51, 32, 'The PASID of the request, if present.'),
  uint('RID', 'requester identifier', 31, 16, 'The device.'),
  choice('CODE', 'response', 15, 12, { 0: 'success', 1: 'invalid request', 15: 'failure' }, 'The answer.'),
  reserved(8, 5),
  flag('PP', 'PASID present', 4, 'The PASID field is valid.'),
]);

/** The descriptor of each type code. */
export const descriptorOfType: Readonly<Record<number, Layout>> = {
  1: contextCacheDescriptor,
  2: iotlbDescriptor,
  3: deviceTlbDescriptor,
  4: interruptCacheDescriptor,
  5: waitDescriptor,
  6: pasidIotlbDescriptor,
  7: pasidCacheDescriptor,
  8: pasidDeviceTlbDescriptor,
  9: pageResponseDescriptor,
};
