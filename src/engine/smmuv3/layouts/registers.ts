import { choice, flag, ignored, page, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

export const idr0 = layout('IDR0', 'Identification register 0', 64, 'SMMUv3 6.3.1', [
  ignored(63, 29),
  uint('ST_LEVEL', 'stream table levels', 28, 27, '1: two levels exist.'),
  flag('TERM_MODEL', 'always abort', 26, 'Faults always abort.'),
  choice('STALL_MODEL', 'stalls', 25, 24, { 0: 'both', 1: 'never', 2: 'always' }, 'Whether faults stall.'),
  ignored(23),
  uint('TTENDIAN', 'endianness', 22, 21, 'Byte order of tables.'),
  ignored(20),
  flag('CD2L', 'two-level descriptors', 19, 'Two-level context descriptor tables exist.'),
  flag('VMID16', '16-bit VMIDs', 18, 'VMIDs have 16 bits.'),
  flag('VMW', 'VMID wildcard', 17, 'VMIDs can be matched in part.'),
  flag('PRI', 'page requests', 16, 'Page requests exist.'),
  ignored(15, 14),
  flag('MSI', 'MSIs', 13, 'The SMMU sends MSIs.'),
  flag('ASID16', '16-bit ASIDs', 12, 'ASIDs have 16 bits.'),
  flag('NS1ATS', 'no split ATS', 11, 'Split ATS does not exist.'),
  flag('ATS', 'ATS', 10, 'Devices may ask for translations.'),
  flag('Hyp', 'hypervisor', 9, 'EL2 streams exist.'),
  ignored(8),
  uint('HTTU', 'hardware update', 7, 6, '1: access flag; 2: dirty state too.'),
  flag('BTM', 'broadcast', 5, 'Processors’ invalidations are heard.'),
  flag('COHACC', 'coherent', 4, 'Walks are coherent.'),
  uint('TTF', 'table formats', 3, 2, 'Bit 1: AArch64.'),
  flag('S1P', 'stage 1', 1, 'The first stage exists.'),
  flag('S2P', 'stage 2', 0, 'The second stage exists.'),
]);

export const idr1 = layout('IDR1', 'Identification register 1', 64, 'SMMUv3 6.3.2', [
  ignored(63, 11),
  uint('SSIDSIZE', 'substream bits', 10, 6, 'Bits of a substream ID.'),
  uint('SIDSIZE', 'stream bits', 5, 0, 'Bits of a stream ID.'),
]);

export const idr5 = layout('IDR5', 'Identification register 5', 64, 'SMMUv3 6.3.6', [
  ignored(63, 12),
  uint('VAX', 'address size', 11, 10, '1: 52-bit addresses.'),
  ignored(9, 8),
  flag('DS', '52 bits, small granules', 7, 'Small granules have 52-bit addresses.'),
  flag('GRAN64K', '64 KiB', 6, 'The granule exists.'),
  flag('GRAN16K', '16 KiB', 5, 'The granule exists.'),
  flag('GRAN4K', '4 KiB', 4, 'The granule exists.'),
  ignored(3),
  choice(
    'OAS',
    'output size',
    2,
    0,
    { 0: '32', 1: '36', 2: '40', 3: '42', 4: '44', 5: '48', 6: '52' },
    'Bits of a physical address.',
  ),
]);

export const control0 = layout('CR0', 'Control register 0', 64, 'SMMUv3 6.3.9', [
  ignored(63, 5),
  flag('ATSCHK', 'check ATS', 4, 'Translated requests are checked.'),
  flag('CMDQEN', 'command queue', 3, 'Commands are taken.'),
  flag('EVENTQEN', 'event queue', 2, 'Events are recorded.'),
  flag('PRIQEN', 'page request queue', 1, 'Page requests are taken.'),
  flag('SMMUEN', 'enabled', 0, 'Requests are translated.'),
]);

export const control2 = layout('CR2', 'Control register 2', 64, 'SMMUv3 6.3.12', [
  ignored(63, 4),
  flag('REC_CFG_ATS', 'record ATS', 3, 'Configuration faults of ATS are recorded.'),
  flag('PTM', 'private TLB', 2, 'Broadcast invalidations are not heard.'),
  flag('RECINVSID', 'record bad streams', 1, 'Bad stream IDs are recorded.'),
  flag('E2H', 'E2H', 0, 'EL2 has two halves.'),
]);

export const globalBypass = layout('GBPA', 'Global bypass attribute', 64, 'SMMUv3 6.3.15', [
  ignored(63, 21),
  flag('ABORT', 'abort', 20, 'Requests abort while the SMMU is off.'),
  ignored(19, 0),
]);

export const streamTable = layout('STRTAB_BASE', 'Stream table base', 64, 'SMMUv3 6.3.24', [
  ignored(63, 56),
  uint('ADDR', 'address', 55, 6, 'Address of the stream table, in 64 bytes.'),
  ignored(5, 0),
]);

export const streamTableFormat = layout('STRTAB_BASE_CFG', 'Stream table format', 64, 'SMMUv3 6.3.25', [
  ignored(63, 18),
  choice('FMT', 'format', 17, 16, { 0: 'linear', 1: 'two levels' }, 'How entries are found.'),
  ignored(15, 11),
  uint('SPLIT', 'split', 10, 6, 'Bits of the stream ID for the second level.'),
  uint('LOG2SIZE', 'stream bits', 5, 0, 'Stream IDs have that many bits.'),
]);

export const queueBase = layout('QUEUE_BASE', 'Base of a queue', 64, 'SMMUv3 6.3.26', [
  ignored(63, 52),
  page('ADDR', 'queue', 51, 12, 'Page of the first entry.'),
  ignored(11, 5),
  uint('LOG2SIZE', 'size', 4, 0, 'The queue has 2^LOG2SIZE entries.'),
]);

export const queuePlace = layout('QUEUE_PLACE', 'Producer or consumer', 64, 'SMMUv3 6.3.27', [
  ignored(63, 32),
  flag('OVFLG', 'overflow', 31, 'Of a producer: turns when an entry is lost; of a consumer: software knows.'),
  uint('ERR', 'error', 30, 24, 'Why the command queue has stopped.'),
  ignored(23, 20),
  uint('INDEX', 'index and wrap', 19, 0, 'Entry of the queue, with a bit that turns at each wrap.'),
]);

export const globalError = layout('GERROR', 'Global errors', 64, 'SMMUv3 6.3.18', [
  ignored(63, 3),
  flag('EVENTQ_ABT', 'event queue abort', 2, 'An event could not be written.'),
  ignored(1),
  flag('CMDQ', 'command queue error', 0, 'The command queue has stopped.'),
]);
