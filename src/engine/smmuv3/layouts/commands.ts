import { choice, type Field, flag, ignored, page, uint } from '../../bits/field';
import { type Layout, layout } from '../../bits/layout';

const section = 'SMMUv3 4';

/** Command numbers and names. */
export const names: Readonly<Record<number, string>> = {
  1: 'PREFETCH_CONFIG',
  2: 'PREFETCH_ADDR',
  3: 'CFGI_STE',
  4: 'CFGI_STE_RANGE',
  5: 'CFGI_CD',
  6: 'CFGI_CD_ALL',
  16: 'TLBI_NH_ALL',
  17: 'TLBI_NH_ASID',
  18: 'TLBI_NH_VA',
  19: 'TLBI_NH_VAA',
  32: 'TLBI_EL2_ALL',
  33: 'TLBI_EL2_ASID',
  34: 'TLBI_EL2_VA',
  35: 'TLBI_EL2_VAA',
  40: 'TLBI_S12_VMALL',
  42: 'TLBI_S2_IPA',
  48: 'TLBI_NSNH_ALL',
  64: 'ATC_INV',
  65: 'PRI_RESP',
  68: 'RESUME',
  69: 'STALL_TERM',
  70: 'SYNC',
};
export const opcode = choice('Op', 'opcode', 7, 0, names, 'Which command.');

const configuration: readonly Field[] = [
  ignored(127, 69),
  uint('Range', 'range or leaf', 68, 64, 'How many streams, or whether only the leaf goes.'),
  uint('StreamID', 'stream', 63, 32, 'Whose configuration goes.'),
  uint('SubstreamID', 'substream', 31, 12, 'Whose context goes.'),
  flag('SSV', 'substream valid', 11, 'The substream holds.'),
  ignored(10, 8),
  opcode,
];
const translations: readonly Field[] = [
  page('Address', 'address', 127, 76, 'The first page.'),
  uint('TG', 'granule', 75, 74, 'Granule of a range; 0 for one address.'),
  uint('TTL', 'level', 73, 72, 'Only entries of that level.'),
  ignored(71, 65),
  flag('Leaf', 'leaf', 64, 'Only leaf entries.'),
  uint('ASID', 'ASID', 63, 48, 'Whose translations go.'),
  uint('VMID', 'VMID', 47, 32, 'Whose translations go.'),
  ignored(31, 25),
  uint('SCALE', 'scale', 24, 20, 'Of a range.'),
  ignored(19, 17),
  uint('NUM', 'number', 16, 12, 'Of a range.'),
  ignored(11, 8),
  opcode,
];
const deviceTlb: readonly Field[] = [
  page('Address', 'address', 127, 76, 'The first page, aligned to the size.'),
  ignored(75, 70),
  uint('Size', 'size', 69, 64, 'The range has 2^Size pages of 4 KiB; 52 for all.'),
  uint('StreamID', 'stream', 63, 32, 'The device.'),
  uint('SubstreamID', 'substream', 31, 12, 'Whose translations go.'),
  flag('SSV', 'substream valid', 11, 'The substream holds.'),
  ignored(10),
  flag('Global', 'global', 9, 'All substreams of the device.'),
  ignored(8),
  opcode,
];
const pageResponse: readonly Field[] = [
  ignored(127, 78),
  choice('Resp', 'response', 77, 76, { 0: 'failure', 1: 'invalid request', 2: 'success' }, 'The answer.'),
  ignored(75, 73),
  uint('PRGIndex', 'group', 72, 64, 'The page request group.'),
  uint('StreamID', 'stream', 63, 32, 'The device.'),
  uint('SubstreamID', 'substream', 31, 12, 'Whose request.'),
  flag('SSV', 'substream valid', 11, 'The substream holds.'),
  ignored(10, 8),
  opcode,
];
const resume: readonly Field[] = [
  ignored(127, 80),
  uint('STAG', 'stall tag', 79, 64, 'Which request.'),
  uint('StreamID', 'stream', 63, 32, 'Whose request.'),
  ignored(31, 14),
  flag(
    'Ab',
    'abort',
    13,
    'A request that ends, ends with an abort; otherwise it reads zeros, or writes nothing.',
  ),
  flag('Ac', 'retry', 12, 'The request is tried again; otherwise it ends.'),
  ignored(11, 8),
  opcode,
];
const terminate: readonly Field[] = [
  ignored(127, 64),
  uint('StreamID', 'stream', 63, 32, 'Whose requests end.'),
  ignored(31, 8),
  opcode,
];
const other: readonly Field[] = [
  page('Address', 'address', 127, 76, 'Of the message.'),
  ignored(75, 64, 'Parts of the message.'),
  uint('Data', 'data or stream', 63, 32, 'Of the message.'),
  ignored(31, 8, 'Parts of the message.'),
  opcode,
];

function fieldsOf(op: number): readonly Field[] {
  if (op <= 0x06) return configuration;
  if (op === 0x40) return deviceTlb;
  if (op === 0x41) return pageResponse;
  if (op === 0x44) return resume;
  if (op === 0x45) return terminate;
  return op <= 0x30 ? translations : other;
}

/** By number. */
export const commandOf: Readonly<Record<number, Layout>> = Object.fromEntries(
  Object.entries(names).map(([op, name]) => [
    Number(op),
    layout(name.toLowerCase().replaceAll('_', '-'), name, 128, section, fieldsOf(Number(op))),
  ]),
);

export const event = layout('event', 'Event record', 256, 'SMMUv3 7.3', [
  ignored(255, 244),
  page(
    'IPA',
    'guest page or fetch',
    243,
    204,
    'The guest page that stage 2 refuses, or the page that cannot be read.',
  ),
  uint('FetchAddr', 'fetch, lower part', 203, 195, 'Of the address that cannot be read, in 8 bytes.'),
  ignored(194, 192),
  uint('AddressH', 'address, upper part', 191, 160, 'The address that was refused.'),
  uint('AddressL', 'address, lower part', 159, 128, 'The address that was refused.'),
  ignored(127, 109),
  flag('TTRnW', 'descriptor read', 108, 'The fault is of a read of a descriptor.'),
  ignored(107, 106),
  choice(
    'CLASS',
    'class',
    105,
    104,
    { 0: 'context descriptor', 1: 'table', 2: 'input' },
    'What was being translated.',
  ),
  flag('S2', 'stage 2', 103, 'The second stage refuses.'),
  ignored(102, 100),
  flag('RnW', 'read', 99, 'The request reads.'),
  flag('InD', 'execute', 98, 'The request executes.'),
  flag('PnU', 'privileged', 97, 'The request is privileged.'),
  ignored(96),
  flag('Stall', 'stalled', 95, 'The request waits.'),
  ignored(94, 80),
  uint('STAG', 'stall tag', 79, 64, 'Names the request that waits.'),
  uint('StreamID', 'stream', 63, 32, 'Who asked.'),
  uint('SubstreamID', 'substream', 31, 12, 'The substream.'),
  flag('SSV', 'substream valid', 11, 'The request carried a substream.'),
  ignored(10, 8),
  uint('Number', 'number', 7, 0, 'What happened.'),
]);
