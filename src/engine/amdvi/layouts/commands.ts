import { choice, type Field, flag, ignored, page, reserved, uint } from '../../bits/field';
import { type Layout, layout } from '../../bits/layout';

const opcodes = {
  1: 'completion wait',
  2: 'device entry',
  3: 'pages',
  4: 'device TLB',
  5: 'interrupt table',
  6: 'prefetch',
  7: 'page response',
  8: 'everything',
} as const;
const opcode = choice('Op', 'opcode', 63, 60, opcodes, 'Which command.');
const address = (meaning: string): Field => page('Address', 'address', 127, 76, meaning);

export const completionWait = layout('completion-wait', 'COMPLETION_WAIT', 128, 'AMD IOMMU 2.4.1', [
  uint('DataH', 'data, upper part', 127, 96, 'What is stored.'),
  uint('DataL', 'data, lower part', 95, 64, 'What is stored.'),
  opcode,
  reserved(59, 52),
  uint('Store', 'store address', 51, 3, 'Where the data is stored, in 8 bytes.'),
  flag('f', 'flush', 2, 'Later commands wait.'),
  flag('i', 'interrupt', 1, 'Interrupts when done.'),
  flag('s', 'store', 0, 'The data is stored.'),
]);

export const invalidateDevice = layout('inval-devtab', 'INVALIDATE_DEVTAB_ENTRY', 128, 'AMD IOMMU 2.4.2', [
  reserved(127, 64),
  opcode,
  reserved(59, 16),
  uint('DeviceID', 'device', 15, 0, 'Whose entry is dropped.'),
]);

export const invalidatePages = layout('inval-pages', 'INVALIDATE_IOMMU_PAGES', 128, 'AMD IOMMU 2.4.3', [
  address('The first page, or with S a range told by trailing ones.'),
  reserved(75, 67),
  flag('GN', 'guest', 66, 'Guest translations of the PASID.'),
  flag('PDE', 'tables too', 65, 'Cached tables go as well.'),
  flag('S', 'size', 64, 'The address names a range.'),
  opcode,
  reserved(59, 48),
  uint('DomainID', 'domain', 47, 32, 'Whose translations go.'),
  reserved(31, 20),
  uint('PASID', 'PASID', 19, 0, 'Whose guest translations go.'),
]);

export const invalidateDeviceTlb = layout('inval-iotlb', 'INVALIDATE_IOTLB_PAGES', 128, 'AMD IOMMU 2.4.4', [
  address('The first page, or with S a range told by trailing ones.'),
  reserved(75, 70),
  uint('Type', 'type', 69, 68, 'Kind of the invalidation.'),
  reserved(67),
  flag('GN', 'guest', 66, 'Guest translations of the PASID.'),
  reserved(65),
  flag('S', 'size', 64, 'The address names a range.'),
  opcode,
  uint('PASIDC', 'PASID 19:16', 59, 56, 'Whose translations go.'),
  uint('PASIDB', 'PASID 7:0', 55, 48, 'Whose translations go.'),
  uint('Queue', 'queue', 47, 32, 'Queue of the device.'),
  uint('Pending', 'most pending', 31, 24, 'How many may be on their way.'),
  uint('PASIDA', 'PASID 15:8', 23, 16, 'Whose translations go.'),
  uint('DeviceID', 'device', 15, 0, 'Which device.'),
]);

export const invalidateInterrupts = layout(
  'inval-int',
  'INVALIDATE_INTERRUPT_TABLE',
  128,
  'AMD IOMMU 2.4.5',
  [
    reserved(127, 64),
    opcode,
    reserved(59, 16),
    uint('DeviceID', 'device', 15, 0, 'Whose entries are dropped.'),
  ],
);

export const prefetch = layout('prefetch', 'PREFETCH_IOMMU_PAGES', 128, 'AMD IOMMU 2.4.6', [
  address('The first page.'),
  reserved(75, 67),
  flag('GN', 'guest', 66, 'Guest translations of the PASID.'),
  reserved(65),
  flag('S', 'size', 64, 'The address names a range.'),
  opcode,
  uint('PASIDB', 'PASID, one part', 59, 48, 'Whose translations are fetched.'),
  uint('Queue', 'queue', 47, 32, 'Queue of the device.'),
  uint('Count', 'count', 31, 24, 'How many pages.'),
  uint('PASIDA', 'PASID, other part', 23, 16, 'Whose translations are fetched.'),
  uint('DeviceID', 'device', 15, 0, 'Which device.'),
]);

export const pageResponse = layout('complete-ppr', 'COMPLETE_PPR_REQUEST', 128, 'AMD IOMMU 2.4.7', [
  reserved(127, 112),
  choice('Response', 'response', 111, 108, { 0: 'success', 1: 'invalid', 15: 'failure' }, 'The answer.'),
  reserved(107, 105),
  uint('Tag', 'tag', 104, 96, 'Which request.'),
  reserved(95, 67),
  flag('GN', 'guest', 66, 'The PASID holds.'),
  reserved(65, 64),
  opcode,
  reserved(59, 52),
  uint('PASID', 'PASID', 51, 32, 'Whose request.'),
  reserved(31, 16),
  uint('DeviceID', 'device', 15, 0, 'Which device.'),
]);

export const invalidateAll = layout('inval-all', 'INVALIDATE_IOMMU_ALL', 128, 'AMD IOMMU 2.4.8', [
  reserved(127, 64),
  opcode,
  reserved(59, 0),
]);

/** By opcode. */
export const commandOf: Readonly<Record<number, Layout>> = {
  1: completionWait,
  2: invalidateDevice,
  3: invalidatePages,
  4: invalidateDeviceTlb,
  5: invalidateInterrupts,
  6: prefetch,
  7: pageResponse,
  8: invalidateAll,
};

/** What hardware tells software of a page request. Its 16-bit fields are those that Linux reads. */
export const pageRequest = layout('page-request', 'Page request log entry', 128, 'AMD IOMMU 2.6', [
  page('Address', 'address', 127, 76, 'The page that the device asks for.'),
  ignored(75, 64),
  choice('Type', 'type', 63, 60, { 1: 'page fault' }, 'What the entry is.'),
  ignored(59, 57),
  flag('GN', 'guest', 56, 'The PASID holds.'),
  ignored(55),
  flag('US', 'user', 54, 'The device asks as user.'),
  flag('WP', 'write', 53, 'The device wants to write.'),
  ignored(52, 51),
  flag('RP', 'read', 50, 'The device wants to read.'),
  flag('EX', 'execute', 49, 'The device wants to execute.'),
  ignored(48, 46),
  uint('PASIDH', 'PASID, upper bits', 45, 42, 'Bits 19:16 of the PASID.'),
  flag('Last', 'last in group', 41, 'The group is complete: its answer is awaited.'),
  uint('Tag', 'tag', 40, 32, 'The page request group.'),
  uint('PASIDL', 'PASID, lower bits', 31, 16, 'Bits 15:0 of the PASID.'),
  uint('DeviceID', 'device', 15, 0, 'Who asks.'),
]);

const codes = {
  1: 'illegal device table entry',
  2: 'I/O page fault',
  3: 'device table hardware error',
  4: 'page table hardware error',
  5: 'illegal command',
  6: 'command hardware error',
  7: 'device TLB time-out',
  8: 'invalid device request',
  9: 'invalid page request',
} as const;

export const event = layout('event', 'Event log entry', 128, 'AMD IOMMU 2.5', [
  uint('AddressH', 'address, upper part', 127, 96, 'The address that was refused.'),
  uint('AddressL', 'address, lower part', 95, 64, 'The address that was refused.'),
  choice('Code', 'code', 63, 60, codes, 'What happened.'),
  reserved(59),
  uint('Type', 'type', 58, 57, 'Kind of a hardware error.'),
  flag('TR', 'translation request', 56, 'The request asked for a translation.'),
  flag('RZ', 'reserved bit', 55, 'A reserved bit is set.'),
  flag('PE', 'permission', 54, 'The permission is missing.'),
  flag('RW', 'write', 53, 'The request writes.'),
  flag('PR', 'present', 52, 'The entry is present.'),
  flag('I', 'interrupt', 51, 'The request is an interrupt.'),
  flag('US', 'user', 50, 'The request is a user’s.'),
  flag('NX', 'execute', 49, 'The request executes.'),
  flag('GN', 'guest', 48, 'The PASID holds.'),
  uint('Domain', 'domain or PASID', 47, 32, 'DomainID, or bits 15:0 of the PASID.'),
  reserved(31, 20),
  uint('PASIDH', 'PASID, upper bits', 19, 16, 'Bits 19:16 of the PASID.'),
  uint('DeviceID', 'device', 15, 0, 'Who asked.'),
]);
