import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../catalogue';
import { momentAt, viewOf } from '../../moment';
import { accesses } from '../../request';
import { type Run, run } from '../../run';
import type { Scenario, Step } from '../../scenario/schema';
import { emptyOutcome, emptyRequest } from '../../step-runner';
import { call as callTo } from '../../test-support/software-told';
import { ledgerIds } from './ledgers';

const devices = [
  { id: '0x8', name: 'Card' },
  { id: '0x10', name: 'Disk' },
  { id: '0x120', name: 'Accelerator' },
];
const ids = [0x8, 0x10, 0x120];
/** Where guest memory lies in the host: two runs that touch in the guest and not in the host. */
const runs = [
  { guest: 0x200, host: 0x1_8040_0, count: 0x600 },
  { guest: 0x800, host: 0x2_2200_0, count: 0x400 },
];
const hex = (page: number, offset = '000'): string => `0x${page.toString(16)}${offset}`;

type MachineSpec = Scenario['machine'];
const legacy: MachineSpec = { arch: 'vtd', config: { mode: 'legacy' }, tables: '0x40000000' };

function scenarioOf(machine: MachineSpec, isBypassed: boolean, steps: readonly Step[]): Scenario {
  return {
    format: 'iommuscope/1',
    name: 'virtio',
    title: 'virtio',
    machine,
    devices,
    spaces: [
      {
        id: 'ram',
        stage: 2,
        levels: 4,
        tables: '0x50000000',
        maps: runs.map(({ guest, host, count }) => [hex(guest), hex(host), hex(count)]),
      },
      { id: 'one', stage: 2, levels: 4, tables: '0x60000000' },
      { id: 'two', stage: 2, levels: 4, tables: '0x70000000' },
    ],
    software: [
      {
        kind: 'virtio-iommu',
        config: {
          spaces: ['one', 'two'],
          reserved: ['reserved 0x10000 0x10fff', 'msi 0xfee00000 0xfeefffff'],
          bypass: isBypassed,
          probeSize: 52,
        },
      },
    ],
    steps: [...steps],
  };
}

const call = (op: string, args: Readonly<Record<string, number | boolean | string>>): Step =>
  callTo('virtio-iommu', op, args);

/** Few addresses, so that requests meet: single pages, and runs in which large pages fit. */
const page = fc.oneof(
  fc.integer({ min: 0xe, max: 0x18 }),
  fc.constantFrom(0x400, 0x401, 0x600, 0x7ff, 0x800),
);
const length = fc.constantFrom(1, 1, 1, 2, 3, 0x200, 0x201, 0x400);
const guestPage = fc.constantFrom(0x200, 0x201, 0x400, 0x600, 0x7ff, 0x800, 0xbff, 0xc00, 0x100);
const domain = fc.integer({ min: 1, max: 3 });
const endpoint = fc.constantFrom('Card', 'Disk', 'Accelerator', '0x77');
const known = fc.constantFrom('Card', 'Disk', 'Accelerator');
const kick = fc.constantFrom(true, true, true, false);
const range = fc
  .record({ page, length, isOdd: fc.constantFrom(false, false, false, false, true) })
  .map(({ page: first, length: count, isOdd }) => ({
    from: hex(first, isOdd ? '010' : '000'),
    last: hex(first + count - 1, 'fff'),
  }));
const maps = fc
  .record({ domain, range, to: guestPage, access: fc.constantFrom('rw', 'rw', 'r', 'w', 'none'), kick })
  .map(({ range: where, to, ...more }) => call('map', { ...more, ...where, to: hex(to) }));
const unmaps = fc
  .record({ domain, range, kick })
  .map(({ range: where, ...more }) => call('unmap', { ...more, ...where }));
const attaches = fc
  .record({ domain, endpoint, bypass: fc.constantFrom(false, false, false, true), kick })
  .map((given) => call('attach', given));
const detaches = fc.record({ domain, endpoint, kick }).map((given) => call('detach', given));
const requests = fc
  .record({ endpoint: known, access: fc.constantFrom('r', 'w'), page })
  .map(({ page: at, ...more }) => call('dma', { ...more, at: hex(at, '040') }));
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: attaches },
    { weight: 1, arbitrary: detaches },
    { weight: 6, arbitrary: maps },
    { weight: 3, arbitrary: unmaps },
    { weight: 6, arbitrary: requests },
    { weight: 1, arbitrary: fc.constant(call('kick', {})) },
    { weight: 1, arbitrary: fc.boolean().map((on) => call('bypass', { on })) },
  ),
  { minLength: 1, maxLength: 40, size: 'max' },
);

function ran(scenario: Scenario): Run {
  const result = run(scenario);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  expect(result.value.steps.filter(({ problem }) => problem !== undefined)).toEqual([]);
  return result.value;
}

/** The rows of a ledger as the last step leaves them. */
function rowsOf(
  { software }: Run,
  id: (typeof ledgerIds)[number],
): readonly (readonly [number, readonly number[]])[] {
  return [...(software.ledgers.rows[0]?.[ledgerIds.indexOf(id)] ?? [])];
}

/** The host page behind a guest page. */
function hostOf(guest: number): number | undefined {
  const found = runs.find((other) => guest >= other.guest && guest < other.guest + other.count);
  return found && found.host + guest - found.guest;
}

/** Where an access goes by what the ledgers say. */
function expected(value: Run, index: number, at: number, isWrite: boolean): number | undefined {
  const [attached = -1, lead = -2] = rowsOf(value, 'endpoints').find(([key]) => key === index)?.[1] ?? [];
  if (lead === -1) return hostOf(at);
  const mapping = rowsOf(value, 'mappings').find(
    ([, [of, first = 0, last = 0]]) => of === attached && first <= at && at <= last,
  );
  const [, first = 0, , to = 0, rights = 0] = mapping?.[1] ?? [];
  return mapping !== undefined && rights & (isWrite ? 2 : 1) ? hostOf(to + at - first) : undefined;
}

/** Where the host's IOMMU lets it go, with what its caches know. */
function translated({ machine }: Run, device: number, at: number, isWrite: boolean): number | undefined {
  const outcome = emptyOutcome();
  const access = accesses.indexOf(isWrite ? 'w' : 'r');
  machine.iommu.translate({ ...emptyRequest(), device, access, page: at, offset: 0x80 }, outcome);
  machine.iommu.acknowledgeFaults(0);
  return outcome.ok ? outcome.page : undefined;
}

const looked = [
  ...Array.from({ length: 14 }, (_, n) => 0xd + n),
  ...[0x1ff, 0x200, 0x3ff, 0x400, 0x401, 0x5ff, 0x600, 0x7ff, 0x800, 0x801, 0x9ff, 0xa00, 0xbff, 0xc00],
];

const machines: readonly (readonly [string, MachineSpec])[] = [
  ['VT-d in legacy mode', legacy],
  ['VT-d in scalable mode', { ...legacy, config: { mode: 'scalable' } }],
  ['SMMUv3', { arch: 'smmuv3', config: {}, tables: '0x40000000' }],
];

describe.each(machines)('on %s', (_, machine) => {
  it('the host’s IOMMU translates what the mappings say and nothing else', () => {
    fc.assert(
      fc.property(fc.boolean(), steps, (isBypassed, given) => {
        const value = ran(scenarioOf(machine, isBypassed, given));
        for (const [index, device] of ids.entries())
          for (const at of looked)
            for (const isWrite of [false, true])
              expect([index, at, isWrite, translated(value, device, at, isWrite)]).toEqual([
                index,
                at,
                isWrite,
                expected(value, index, at, isWrite),
              ]);
      }),
      { numRuns: 100 },
    );
  });
});

it('the mappings of a domain never overlap, and each lies in a domain that there is', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const value = ran(scenarioOf(legacy, false, given));
      const domains = new Map(rowsOf(value, 'domains'));
      const mappings = rowsOf(value, 'mappings').map(([, [of = 0, first = 0, last = 0]]) => ({
        of,
        first,
        last,
      }));
      for (const [n, one] of mappings.entries()) {
        expect(domains.has(one.of)).toBe(true);
        for (const two of mappings.slice(n + 1))
          expect(one.of === two.of && one.first <= two.last && two.first <= one.last).toBe(false);
      }
      for (const [id, [, , count]] of domains)
        expect(mappings.filter(({ of }) => of === id)).toHaveLength(count ?? 0);
    }),
    { numRuns: 60 },
  );
});

it('the folded trace has the ledgers as the model left them', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const scenario = scenarioOf(legacy, true, given);
      const value = ran(scenario);
      const { state } = momentAt(viewOf(scenario, value, catalogue), value.trace.length);
      expect(state.ledgers).toEqual(value.software.ledgers.rows);
    }),
    { numRuns: 40 },
  );
});

it('the bytes in guest memory say what was asked', () => {
  const word = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const asked = fc.record({
    domain: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    from: word,
    last: word,
    to: word,
    access: fc.constantFrom('none', 'r', 'w', 'rw'),
    mmio: fc.boolean(),
  });
  fc.assert(
    fc.property(asked, ({ domain: of, from, last, to, access, mmio }) => {
      const text = (value: bigint): string => `0x${value.toString(16)}`;
      const given = { domain: of, from: text(from), last: text(last), to: text(to), access, mmio };
      const { memory } = ran(scenarioOf(legacy, false, [call('map', given)]));
      const bytes = new DataView(new ArrayBuffer(40));
      for (let at = 0; at < 40; at += 8) {
        bytes.setUint32(at, memory.low(0x7a11f, at), true);
        bytes.setUint32(at + 4, memory.high(0x7a11f, at), true);
      }
      const flags = (access.includes('r') ? 1 : 0) + (access.includes('w') ? 2 : 0) + (mmio ? 4 : 0);
      expect(bytes.getUint32(0, true)).toBe(3);
      expect(bytes.getUint32(4, true)).toBe(of);
      expect([8, 16, 24].map((at) => bytes.getBigUint64(at, true))).toEqual([from, last, to]);
      expect(bytes.getUint32(32, true)).toBe(flags);
      expect(bytes.getUint32(36, true)).toBe(6);
    }),
    { numRuns: 200 },
  );
});

it.each(['amdvi', 'riscv', 'tce'])('is not built on %s', (arch) => {
  const result = run(scenarioOf({ arch, config: {}, tables: '0x40000000' }, false, []));
  expect(result.ok ? [] : result.problems.map(({ path }) => path)).toContain('software[0].kind');
});
