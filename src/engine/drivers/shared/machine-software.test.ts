import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { run } from '../../run';
import type { Binding, Scenario, Space, Step } from '../../scenario/schema';
import type { TraceEvent } from '../../trace/events';
import { eventAt } from '../../trace/trace';

const machines = ['vtd', 'smmuv3', 'amdvi', 'riscv'] as const;
const guestRam = 0x80000000;

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** A run of the scenario, and the events of its steps by their index. Throws on any problem. */
function runOf(arch: string, change: Partial<Scenario>) {
  const result = run({
    format: 'iommuscope/1',
    name: 'software',
    title: 'Software',
    machine: { arch, config: {}, tables: '0x40000000' },
    steps: [],
    ...change,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const { steps, trace } = result.value;
  const problems = steps.flatMap(({ problem }) => problem ?? []);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const eventsOf = (step: number): readonly TraceEvent[] => {
    const first = steps[step]?.start ?? 0;
    const end = steps[step + 1]?.start ?? trace.length;
    return Array.from({ length: end - first }, (_, n) => eventAt(trace, first + n));
  };
  return { steps, eventsOf };
}

/** Answers of the scenario's steps: the host page, or `refused`. */
function answersOf(arch: string, change: Partial<Scenario>): readonly string[] {
  return runOf(arch, change).steps.flatMap(({ answer }) =>
    answer === undefined ? [] : [answer.ok ? hex(answer.page) : 'refused'],
  );
}

const read = (at: number, pasid?: number, device = '0x18'): Step => ({
  do: 'dma',
  device,
  access: 'r',
  at: hex(at),
  ...(pasid === undefined ? {} : { pasid }),
});
const write = (at: number, pasid?: number): Step => ({ ...read(at, pasid), access: 'w' }) as Step;

const second: Space = { id: 'guest', stage: 2, levels: 4, tables: '0x50000000' };
const first: Space = { id: 'process', stage: 1, levels: 4, tables: '0x60000000' };
/** A first stage in a guest's memory, whose second stage maps all of that memory elsewhere. */
const nested: readonly Space[] = [
  { ...second, maps: [[hex(guestRam), '0x200000000', '0x1000000']] },
  { ...first, tables: hex(guestRam + 0x100000), over: 'guest', owner: 'guest' },
];

describe.each(machines)('software on %s', (arch) => {
  it('maps, unmaps and permits in a second stage', () => {
    const spaces: Space[] = [{ ...second, maps: [['0x1000', '0xaaa000', '0x2000']] }];
    const bindings: Binding[] = [{ device: '0x18', domain: 1, second: 'guest' }];
    const steps: Step[] = [
      read(0x1000),
      { do: 'unmap', space: 'guest', from: '0x1000' },
      read(0x1000),
      { do: 'flush', of: 'pages', space: 'guest', from: '0x1000' },
      read(0x1000),
      read(0x2000),
      { do: 'permit', space: 'guest', from: '0x2000', permissions: 'r' },
      { do: 'flush', of: 'space', space: 'guest' },
      write(0x2000),
      read(0x2000),
    ];
    expect(answersOf(arch, { spaces, bindings, steps })).toEqual([
      '0xaaa',
      '0xaaa',
      'refused',
      '0xaab',
      'refused',
      '0xaab',
    ]);
  });

  it('keeps processes apart, and requests without a process', () => {
    const spaces: Space[] = [
      { ...first, maps: [['0x5000', '0x111000']] },
      { ...first, id: 'other', tables: '0x70000000', maps: [['0x5000', '0x222000']] },
      { ...first, id: 'kernel', tables: '0x78000000', maps: [['0x5000', '0x333000']] },
    ];
    const bindings: Binding[] = [
      { device: '0x18', pasid: 5, domain: 1, first: 'process' },
      { device: '0x18', pasid: 300, domain: 1, first: 'other' },
      { device: '0x18', domain: 1, first: 'kernel' },
    ];
    const steps: Step[] = [
      read(0x5000, 5),
      read(0x5000, 300),
      read(0x5000),
      read(0x5000, 6),
      { do: 'unbind', device: '0x18', pasid: 5 },
      read(0x5000, 5),
      { do: 'flush', of: 'configuration', device: '0x18', pasid: 5 },
      read(0x5000, 5),
      read(0x5000, 300),
    ];
    expect(answersOf(arch, { spaces, bindings, steps })).toEqual([
      '0x111',
      '0x222',
      '0x333',
      'refused',
      '0x111',
      'refused',
      '0x222',
    ]);
  });

  it('walks within a walk, and forgets on a flush of either stage', () => {
    const spaces = [...nested];
    const bindings: Binding[] = [{ device: '0x18', pasid: 5, domain: 1, first: 'process', second: 'guest' }];
    const steps: Step[] = [
      { do: 'map', space: 'process', map: ['0x5000', hex(guestRam + 0x7000)] },
      read(0x5000, 5),
      { do: 'unmap', space: 'process', from: '0x5000' },
      read(0x5000, 5),
      { do: 'flush', of: 'pages', space: 'process', from: '0x5000' },
      read(0x5000, 5),
    ];
    expect(answersOf(arch, { spaces, bindings, steps })).toEqual(['0x200007', '0x200007', 'refused']);
    const below: Step[] = [
      steps[0] as Step,
      read(0x5000, 5),
      { do: 'permit', space: 'guest', from: hex(guestRam + 0x7000), permissions: '' },
      read(0x5000, 5),
      { do: 'flush', of: 'pages', space: 'guest', from: hex(guestRam + 0x7000) },
      read(0x5000, 5),
    ];
    const small: Space[] = [
      { ...second, maps: [[hex(guestRam), '0x200001000', '0x200000']] },
      nested[1] as Space,
    ];
    expect(answersOf(arch, { spaces: small, bindings, steps: below })).toEqual([
      '0x200008',
      '0x200008',
      'refused',
    ]);
  });

  it('keeps writing where a guest’s table is after the second stage has let it go', () => {
    const bindings: Binding[] = [{ device: '0x18', pasid: 5, domain: 1, first: 'process', second: 'guest' }];
    const spaces: Space[] = [
      { ...second, maps: [[hex(guestRam), '0x200001000', '0x200000']] },
      nested[1] as Space,
    ];
    const table = hex(guestRam + 0x100000);
    const steps: Step[] = [
      { do: 'map', space: 'process', map: ['0x5000', hex(guestRam + 0x7000)] },
      { do: 'unmap', space: 'guest', from: table },
      { do: 'map', space: 'process', map: ['0x6000', hex(guestRam + 0x8000)] },
      { do: 'map', space: 'guest', map: [table, '0x200101000'] },
      { do: 'flush', of: 'everything' },
      read(0x6000, 5),
    ];
    expect(answersOf(arch, { spaces, bindings, steps })).toEqual(['0x200009']);
  });

  it('uses a table again after unmap and flush, and not before', () => {
    const spaces: Space[] = [{ ...second, maps: [['0x200000', '0x100001000', '0x200000']] }];
    const bindings: Binding[] = [{ device: '0x18', domain: 1, second: 'guest' }];
    const elsewhere = (at: string): Step => ({ do: 'map', space: 'guest', map: [at, '0xaaa000'] });
    const steps: Step[] = [
      read(0x201000),
      read(0x203000),
      { do: 'unmap', space: 'guest', from: '0x200000', length: '0x200000' },
      elsewhere('0x40000000'),
      // The walk cache leads to the table that nothing else leads to any more: its entries must still be the old ones.
      read(0x205000),
      { do: 'flush', of: 'pages', space: 'guest', from: '0x200000', length: '0x200000' },
      elsewhere('0x80000000'),
      // At this index the table now leads to another.
      read(0x200000),
      read(0x80000000),
    ];
    const scenario = { spaces, bindings, steps };
    expect(answersOf(arch, scenario)).toEqual([
      '0x100002',
      '0x100004',
      expect.stringMatching(/^(0x100006|refused)$/),
      'refused',
      '0xaaa',
    ]);
    const { eventsOf } = runOf(arch, scenario);
    const pages = (kind: 'fetch' | 'store', step: number) =>
      eventsOf(step).flatMap((event) => (event.kind === kind ? event.page : []));
    const table = pages('fetch', 0).at(-1);
    expect(pages('store', 2)).toHaveLength(1);
    expect(pages('store', 3)).not.toContain(table);
    expect(pages('store', 6)).toContain(table);
  });

  it('passes a device through, and stops one that is unbound', () => {
    const bindings: Binding[] = [{ device: '0x18', domain: 1, passThrough: true }];
    const steps: Step[] = [
      read(0x7000),
      { do: 'unbind', device: '0x18' },
      { do: 'flush', of: 'everything' },
      read(0x7000),
    ];
    expect(answersOf(arch, { bindings, steps })).toEqual(['0x7', 'refused']);
  });

  it('translates as a plain list of mappings does, whatever was mapped, and nothing after strict unmaps', () => {
    const range = fc.record({
      slot: fc.integer({ min: 0, max: 40 }),
      skew: fc.integer({ min: 0, max: 3 }),
      pages: fc.integer({ min: 1, max: 1100 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(range, { selector: ({ slot }) => slot, maxLength: 6 }), (ranges) => {
        const maps = ranges.map(({ slot, skew, pages }) => ({
          from: slot * 0x800000,
          to: 0x100000000 + slot * 0x800000 + skew * 0x1000,
          bytes: pages * 4096,
        }));
        const ends = maps.flatMap(({ from, to, bytes }) => [
          { at: from, page: to / 4096 },
          { at: from + bytes - 4096, page: (to + bytes) / 4096 - 1 },
        ]);
        const steps: Step[] = [
          ...ends.map(({ at }) => read(at)),
          ...maps.flatMap(({ from, bytes }): Step[] => [
            { do: 'unmap', space: 'guest', from: hex(from), length: hex(bytes) },
            { do: 'flush', of: 'pages', space: 'guest', from: hex(from), length: hex(bytes) },
          ]),
          ...ends.map(({ at }) => read(at)),
        ];
        const spaces: Space[] = [
          { ...second, maps: maps.map(({ from, to, bytes }) => [hex(from), hex(to), hex(bytes)]) },
        ];
        const bindings: Binding[] = [{ device: '0x18', domain: 1, second: 'guest' }];
        expect(answersOf(arch, { spaces, bindings, steps })).toEqual([
          ...ends.map(({ page }) => hex(page)),
          ...ends.map(() => 'refused'),
        ]);
      }),
      { numRuns: 25 },
    );
  });
});
