import { describe, expect, it } from 'vitest';
import { type Ask, type BenchOptions, VtdBench } from '../test-support/vtd-bench';
import { faultReasons, isUnqualified } from './faults';

/** Tables without a flaw for device 0x18; each row below spoils one thing. */
const legacy = `
  root-entry     0x1[0]     P CTP=0x2
  context-entry  0x2[0x18]  P AW=2 SSPTPTR=0x10 DID=7
  ss-top         0x10[0]    R W ADDR=0x11
  ss-table       0x11[0]    R W ADDR=0x12
  ss-table       0x12[0]    R W ADDR=0x13
  ss-4k          0x13[0]    R W ADDR=0xaaa`;

const structures = `
  scalable-root-entry     0x1[0]     LP LCTP=0x2
  scalable-context-entry  0x2[0x18]  P PASIDDIRPTR=0x3 PASIDE
  pasid-directory-entry   0x3[0]     P SMPTBLPTR=0x4`;
const secondStage = `
  ss-top    0x10[0]     R W ADDR=0x11
  ss-table  0x11[0]     R W ADDR=0x12
  ss-table  0x12[0]     R W ADDR=0x13
  ss-4k     0x13[0]     R W ADDR=0xaaa
  ss-4k     0x13[0x20]  R W ADDR=0x20
  ss-4k     0x13[0x21]  R W ADDR=0x21
  ss-4k     0x13[0x22]  R W ADDR=0x22
  ss-4k     0x13[0x23]  R W ADDR=0x23`;
const firstStage = `
  fs-top    0x20[0]  P R/W U/S ADDR=0x21
  fs-table  0x21[0]  P R/W U/S ADDR=0x22
  fs-table  0x22[0]  P R/W U/S ADDR=0x23
  fs-4k     0x23[0]  P R/W U/S ADDR=0x0`;
const entry = (fields: string): string =>
  `\npasid-entry 0x4[5] P DID=7 AW=2 SSPTPTR=0x10 FSPTPTR=0x20 ERE SRE ${fields}`;
const first = `${structures}${entry('PGTT=1')}${firstStage}`;
const second = `${structures}${entry('PGTT=2')}${secondStage}`;
const nested = `${structures}${entry('PGTT=3')}${secondStage}${firstStage}`;

/** The reason, what is wrong, the tables, lines drawn over them, and what else differs. */
type Row = readonly [
  reason: number,
  when: string,
  drawn: string,
  but?: string,
  more?: Ask & { readonly unit?: Partial<BenchOptions> },
];

const inLegacy: readonly Row[] = [
  [0x1, 'the root entry is not present', legacy, 'root-entry 0x1[0] CTP=0x2'],
  [0x8, 'the root table is unreadable', '', 'unreadable 0x1'],
  [0xa, 'the root entry has a reserved bit', legacy, 'root-entry 0x1[0] P CTP=0x2 +64'],
  [0xa, 'the root entry points beyond the host', legacy, 'root-entry 0x1[0] P +48'],
  [0x2, 'the context entry is not present', legacy, 'context-entry 0x2[0x18] AW=2'],
  [0x9, 'the context table is unreadable', 'root-entry 0x1[0] P CTP=0x2', 'unreadable 0x2'],
  [0xb, 'the context entry has a reserved bit', legacy, 'context-entry 0x2[0x18] P AW=2 +4'],
  [0x3, 'AW is not supported', legacy, 'context-entry 0x2[0x18] P AW=4'],
  [0x3, 'TT is reserved', legacy, 'context-entry 0x2[0x18] P AW=2 TT=3'],
  [
    0x3,
    'TT asks for pass-through without PT',
    legacy,
    'context-entry 0x2[0x18] P AW=2 TT=2',
    { unit: { ecap: { PT: 0 } } },
  ],
  [
    0x3,
    'the top table is unreadable',
    'root-entry 0x1[0] P CTP=0x2\ncontext-entry 0x2[0x18] P AW=2 SSPTPTR=0x10',
    'unreadable 0x10',
  ],
  [0xd, 'a translated request meets TT 0', legacy, '', { type: 1 }],
  [
    0xd,
    'a translation request meets pass-through',
    legacy,
    'context-entry 0x2[0x18] P AW=2 TT=2',
    { type: 2 },
  ],
  [0x4, 'the address does not fit the table', legacy, '', { page: 2 ** 36 }],
  [0x4, 'the address does not fit MGAW', legacy, '', { page: 2 ** 26, unit: { cap: { MGAW: 37 } } }],
  [0x6, 'a read meets R = 0', legacy, 'ss-table 0x11[0] W ADDR=0x12'],
  [0x6, 'a read meets an empty entry', legacy, '', { page: 1 }],
  [0x5, 'a write meets W = 0', legacy, 'ss-4k 0x13[0] R ADDR=0xaaa', { access: 'w' }],
  [0x7, 'a lower table is unreadable', legacy.replace(/ss-4k.*/, ''), 'unreadable 0x13'],
  [0xc, 'a table entry has a reserved bit', legacy, 'ss-table 0x11[0] R W ADDR=0x12 +11'],
  [0xc, 'a top entry has PS', legacy, 'ss-top 0x10[0] R W ADDR=0x11 +7'],
  [0xc, 'a 2 MiB page is misaligned', legacy, 'ss-2m 0x12[0] R W PS +12'],
  [0xc, '1 GiB pages are not supported', legacy, 'ss-1g 0x11[0] R W PS', { unit: { cap: { SSLPS: 1 } } }],
  [0xc, 'SNP is set without snoop control', legacy, 'ss-4k 0x13[0] R W SNP', { unit: { ecap: { SC: 0 } } }],
  [0x6, 'an empty entry has a reserved bit', legacy, 'ss-table 0x11[0] +11'],
  [0xe, 'the answer is an interrupt address', legacy, 'ss-4k 0x13[0] R W ADDR=0xfee01'],
];

const inRoot: readonly Row[] = [
  [0x30, 'TTM is reserved', legacy, '', { unit: { mode: 2 } }],
  [0x30, 'TTM is scalable without SMTS', second, '', { unit: { mode: 1, ecap: { SMTS: 0 } } }],
  [0x31, 'a request has a PASID in legacy mode', legacy, '', { pasid: 5, unit: { mode: 0 } }],
  [0x33, 'TTM says abort', legacy, '', { unit: { mode: 3, ecap: { ADMS: 1 } } }],
  [0x30, 'TTM says abort without ADMS', legacy, '', { unit: { mode: 3, ecap: { ADMS: 0 } } }],
];

const context = 'scalable-context-entry 0x2[0x18] PASIDDIRPTR=0x3';
const inStructures: readonly Row[] = [
  [0x38, 'the root table is unreadable', '', 'unreadable 0x1'],
  [0x39, 'the lower half is not present', second, 'scalable-root-entry 0x1[0] UP UCTP=0x2'],
  [0x39, 'the upper half is not present', second, '', { device: 0x98 }],
  [0x3a, 'the root entry has a reserved bit', second, 'scalable-root-entry 0x1[0] LP LCTP=0x2 +1'],
  [
    0x3a,
    'the upper half has a reserved bit',
    second,
    'scalable-root-entry 0x1[0] UP UCTP=0x2 +65',
    { device: 0x98 },
  ],
  [0x40, 'the context table is unreadable', 'scalable-root-entry 0x1[0] LP LCTP=0x2', 'unreadable 0x2'],
  [0x41, 'the context entry is not present', second, context],
  [0x42, 'the context entry has a reserved bit', second, `${context} P PASIDE +5`],
  [0x43, 'DTE is set without DT', second, `${context} P DTE`, { unit: { ecap: { DT: 0 } } }],
  [0x43, 'PASIDE is set without PASID', second, '', { unit: { ecap: { PASID: 0 } } }],
  [0x43, 'PRE is set without PRS', second, `${context} P PRE`, { unit: { ecap: { PRS: 0 } } }],
  [0x44, 'a translated request meets DTE 0', second, '', { type: 1 }],
  [0x44, 'a translation request meets DTE 0', second, '', { type: 2 }],
  [0x45, 'a PASID meets PASIDE 0', second, `${context} P`],
  [0x46, 'the PASID lies beyond the directory', second, '', { pasid: 2 ** 13 }],
  [
    0x46,
    'the PASID lies beyond a larger directory',
    second,
    `${context} P PASIDE PDTS=2`,
    { pasid: 2 ** 15 },
  ],
  [
    0x48,
    'RID_PASID lies beyond the directory',
    second,
    `${context} P RID_PASID=0x2000`,
    { pasid: -1, unit: { ecap: { RPS: 1 } } },
  ],
  [0x50, 'the PASID directory is unreadable', structures.replace(/pasid-dir.*/, ''), 'unreadable 0x3'],
  [0x51, 'the directory entry is not present', second, '', { pasid: 64 }],
  [0x52, 'the directory entry has a reserved bit', second, 'pasid-directory-entry 0x3[0] P SMPTBLPTR=0x4 +2'],
  [0x58, 'the PASID table is unreadable', structures, 'unreadable 0x4'],
  [0x59, 'the PASID entry is not present', second, '', { pasid: 6 }],
  [0x5a, 'the PASID entry has a reserved bit', second, `${entry('PGTT=2')} +192`],
  [0x5b, 'PGTT is none of the four', second, entry('PGTT=5')],
  [0x5b, 'AW is not supported', second, entry('PGTT=2 AW=0')],
  [0x5b, 'FSPM is reserved', first, entry('PGTT=1 FSPM=2')],
  [0x5b, '5 levels are not supported', first, entry('PGTT=1 FSPM=1'), { unit: { cap: { FS5LP: 0 } } }],
  [0x5b, 'nesting is not supported', nested, '', { unit: { ecap: { NEST: 0 } } }],
  [0x5c, 'an execute request meets ERE 0', second, entry('PGTT=2 ERE=0'), { access: 'x' }],
  [0x5d, 'a privileged request meets SRE 0', second, entry('PGTT=2 SRE=0'), { privileged: true }],
];

const inStages: readonly Row[] = [
  [0x83, 'pass-through meets an address beyond the host', structures, entry('PGTT=4'), { page: 2 ** 36 }],
  [
    0x87,
    'pass-through meets an interrupt address with PASID',
    structures,
    entry('PGTT=4'),
    { page: 0xfee00 },
  ],
  [0x80, 'the address is not canonical', first, '', { page: 2 ** 35 }],
  [0x73, 'the top first-stage table is unreadable', structures + entry('PGTT=1'), 'unreadable 0x20'],
  [0x70, 'a lower first-stage table is unreadable', first.replace(/fs-4k.*/, ''), 'unreadable 0x23'],
  [0x71, 'a first-stage entry is not present', first, '', { page: 1 }],
  [0x71, 'a first-stage entry with P = 0 has a reserved bit', first, 'fs-4k 0x23[0] +48'],
  [0x72, 'a first-stage top entry has PS', first, 'fs-top 0x20[0] P R/W U/S ADDR=0x21 +7'],
  [0x72, 'a first-stage 2 MiB page is misaligned', first, 'fs-2m 0x22[0] P R/W U/S PS +13'],
  [
    0x72,
    'first-stage 1 GiB pages are not supported',
    first,
    'fs-1g 0x21[0] P R/W U/S PS',
    { unit: { cap: { FS1GP: 0 } } },
  ],
  [0x81, 'a user request meets a supervisor page', first, 'fs-4k 0x23[0] P R/W'],
  [0x82, 'an execute request meets XD', first, 'fs-table 0x22[0] P R/W U/S XD ADDR=0x23', { access: 'x' }],
  [0x85, 'a write meets R/W 0 in the first stage', first, 'fs-4k 0x23[0] P U/S', { access: 'w' }],
  [
    0x85,
    'a privileged write meets R/W 0 and WPE',
    first,
    `${entry('PGTT=1 WPE')}\nfs-4k 0x23[0] P U/S`,
    { access: 'w', privileged: true },
  ],
  [0x87, 'the first stage leads to an interrupt address', first, 'fs-4k 0x23[0] P U/S ADDR=0xfee00'],
  [0x84, 'the address does not fit the second stage', second, '', { page: 2 ** 36 }],
  [0x7b, 'the top second-stage table is unreadable', structures + entry('PGTT=2'), 'unreadable 0x10'],
  [0x78, 'a lower second-stage table is unreadable', second.replace(/ss-4k.*/g, ''), 'unreadable 0x13'],
  [0x79, 'a second-stage entry has R = W = 0', second, '', { page: 1 }],
  [0x7a, 'a second-stage entry has a reserved bit', second, 'ss-table 0x12[0] R W ADDR=0x13 +11'],
  [0x85, 'a write meets W = 0', second, 'ss-4k 0x13[0] R', { access: 'w' }],
  [0x79, 'a second-stage entry with R = W = 0 has a reserved bit', second, 'ss-4k 0x13[0] +48'],
  [0x86, 'a read meets R = 0', second, 'ss-4k 0x13[0] W'],
  [0x87, 'the second stage leads to an interrupt address', second, 'ss-4k 0x13[0] R ADDR=0xfeeff'],
  [
    0x74,
    'a guest table does not fit the second stage',
    nested,
    'fs-top 0x20[0] P R/W U/S +48',
    { unit: { hostWidth: 52 } },
  ],
  [0x75, 'the guest’s root is not readable', nested, 'ss-4k 0x13[0x20] W ADDR=0x20'],
  [0x76, 'another guest table is not readable', nested, 'ss-4k 0x13[0x23] W ADDR=0x23'],
  [0x77, 'a guest table that needs its accessed bit is not writable', nested, 'ss-4k 0x13[0x22] R ADDR=0x22'],
  [0x79, 'a guest table is not mapped', nested, 'ss-4k 0x13[0x23]'],
  [
    0x84,
    'the guest page does not fit the second stage',
    nested,
    'fs-4k 0x23[0] P R/W U/S +48',
    { unit: { hostWidth: 52 } },
  ],
  [0x86, 'the guest page is not readable', nested, 'ss-4k 0x13[0] W'],
];

const interruptTable = { low: 0x5000, high: 0 };
const remapping = { gsts: { IRES: 1 }, irta: interruptTable };
/** A remappable message for entry 1. */
const message: Ask = { page: 0xfee00, offset: 0x30, access: 'w' };
const inInterrupts: readonly Row[] = [
  [0x20, 'the data has an upper half', '', '', { ...message, data: 0x1_0000 }],
  [0x21, 'the index lies beyond the table', '', '', { ...message, offset: 0x50 }],
  [0x21, 'the sub-handle leads beyond the table', '', '', { ...message, offset: 0x38, data: 1 }],
  [0x22, 'the interrupt entry is not present', 'irte 0x5[1] V=0x30', '', { ...message }],
  [0x23, 'the interrupt table is unreadable', '', 'unreadable 0x5', { ...message }],
  [0x24, 'the interrupt entry has a reserved bit', 'irte 0x5[1] P +24', '', { ...message }],
  [0x25, 'a compatibility message is blocked', '', '', { ...message, offset: 0 }],
  [0x26, 'another device sends it', 'irte 0x5[1] P SVT=1 SID=0x19', '', { ...message }],
  [0x26, 'the bus is out of range', 'irte 0x5[1] P SVT=2 SID=0x0201', '', { ...message }],
];

const groups: readonly (readonly [string, Partial<BenchOptions>, Ask, readonly Row[]])[] = [
  ['legacy mode', { mode: 0 }, {}, inLegacy],
  ['the root table address', {}, {}, inRoot],
  ['scalable-mode structures', { mode: 1 }, { pasid: 5 }, inStructures],
  ['scalable-mode stages', { mode: 1 }, { pasid: 5 }, inStages],
  ['interrupt remapping', { mode: 0, ...remapping }, {}, inInterrupts],
];

/** Reasons of page requests, which are no requests for an access. */
const ofPageRequests = [0x32, 0x47];

describe.each(groups)('in %s', (_, options, usual, rows) => {
  it.each(
    rows.map((row) => [row[0].toString(16), row[1], row] as const),
  )('reason 0x%s is given when %s', (_reason, _when, [
    reason,
    ,
    drawn,
    but = '',
    { unit, ...asked } = {},
  ]) => {
    const bench = new VtdBench({ mode: 0, ...options, ...unit }).draw(drawn).draw(but);
    const outcome = bench.ask({ ...usual, ...asked });
    expect([outcome.ok, outcome.reason.toString(16)]).toEqual([false, reason.toString(16)]);
    expect(outcome.record).toBe(0);
  });
});

it('every reason of an access has a row here', () => {
  const covered = new Set(groups.flatMap(([, , , rows]) => rows.map(([reason]) => reason)));
  expect([...faultReasons.keys()].filter((code) => !covered.has(code))).toEqual(ofPageRequests);
});

describe('tables without a flaw', () => {
  it.each([
    ['legacy', { mode: 0 }, legacy, 0xaaa, -1],
    ['first-stage', { mode: 1 }, first, 0x0, 5],
    ['second-stage', { mode: 1 }, second, 0xaaa, 5],
    ['nested', { mode: 1 }, nested, 0xaaa, 5],
    ['pass-through', { mode: 1 }, structures + entry('PGTT=4'), 0x0, 5],
  ] as const)('answer a %s request', (_, options, drawn, page, pasid) => {
    const outcome = new VtdBench(options).draw(drawn).ask({ pasid, access: 'w' });
    expect([outcome.reason, outcome.ok, outcome.page]).toEqual([0, true, page]);
  });
});

it('a reserved bit in one half of a root entry does not touch the devices of the other half', () => {
  const upper = second.replace('LP LCTP=0x2', 'UP UCTP=0x2 LP LCTP=0x2 +1');
  const bench = new VtdBench({ mode: 1 }).draw(upper);
  expect(bench.ask({ pasid: 5, device: 0x98 })).toMatchObject({ ok: true, page: 0xaaa });
  expect(bench.ask({ pasid: 5, device: 0x18 })).toMatchObject({ ok: false, reason: 0x3a });
});

it('faults of root, context and PASID tables that cannot be read are unqualified, and those of the root table address', () => {
  const unqualified = [...faultReasons.keys()].filter(isUnqualified);
  expect(unqualified).toEqual([
    0x1, 0x8, 0x9, 0xa, 0x30, 0x31, 0x32, 0x33, 0x38, 0x39, 0x3a, 0x40, 0x50, 0x58,
  ]);
});
