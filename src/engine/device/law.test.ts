import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../catalogue';
import { momentAt, viewOf } from '../moment';
import { run } from '../run';
import type { Scenario, Step } from '../scenario/schema';

const hex = (value: number): string => `0x${value.toString(16)}`;
const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const at = oneOf(0x1000, 0x2000, 0x5000, 0x20_0000, 0x20_1000).map(hex);

/** Accesses, prefetches, changes of the tables, and flushes that reach devices. */
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: oneOf('dma'), device: oneOf('0x18', '0x19'), access: oneOf('r', 'w'), at }),
  },
  fc.record({
    do: oneOf('dma'),
    device: oneOf('0x18', '0x19'),
    access: oneOf('r', 'w', 'x'),
    at,
    type: oneOf('ats', 'translated', 'untranslated'),
  }),
  fc.record({ do: oneOf('map'), space: oneOf('all'), map: fc.tuple(at, oneOf('0x80000000', '0x80200000')) }),
  fc.record({ do: oneOf('unmap'), space: oneOf('all'), from: at }),
  fc.record({ do: oneOf('permit'), space: oneOf('all'), from: at, permissions: oneOf('r', 'rw') }),
  fc.record({ do: oneOf('flush'), of: oneOf('pages', 'space'), space: oneOf('all'), from: at }),
  fc.record({ do: oneOf('flush'), of: oneOf('configuration'), device: oneOf('0x18', '0x19') }),
) as fc.Arbitrary<Step>;

function scenarioOf(arch: string, steps: readonly Step[]): Scenario {
  return {
    format: 'iommuscope/1',
    name: 'law',
    title: 'Law',
    machine: { arch, config: {}, tables: '0x100000' },
    devices: [
      { id: '0x18', name: 'One', ats: { entries: 2, pageRequests: 2 } },
      { id: '0x19', name: 'Other', ats: { entries: 3 } },
    ],
    spaces: [
      { id: 'all', stage: 2, levels: 4, tables: '0x20000000', maps: [['0x1000', '0x80000000', '0x2000']] },
    ],
    bindings: ['0x18', '0x19'].map((device) => ({ device, domain: 1, second: 'all' })),
    steps: [...steps],
  };
}

function ran(scenario: Scenario, isTraced: boolean) {
  const result = run(scenario, isTraced);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

type Ran = ReturnType<typeof ran>;

/** What every cache holds, the devices' last. */
function held({ machine, devices }: Ran) {
  return [...machine.iommu.caches, ...devices.caches].map((cache) =>
    Array.from({ length: cache.size }, (_, slot) => slot)
      .filter((slot) => !cache.isVacant(slot))
      .map((slot) => [slot, ...cache.rows.subarray(slot * cache.width, (slot + 1) * cache.width)]),
  );
}

describe.each(['vtd', 'smmuv3', 'amdvi', 'riscv'])('devices that keep translations on %s', (arch) => {
  const scenarios = fc.array(step, { minLength: 1, maxLength: 12 }).map((steps) => scenarioOf(arch, steps));

  it('are told of in full: the fold of the events is what they hold', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const traced = ran(scenario, true);
        const { state } = momentAt(viewOf(scenario, traced, catalogue), traced.trace.length);
        const folded = state.caches.map((rows) =>
          [...rows].sort(([a], [b]) => a - b).map(([slot, row]) => [slot, ...row]),
        );
        expect(JSON.stringify(folded)).toBe(JSON.stringify(held(traced)));
        const registers = traced.machine.iommu.registers.words;
        expect([...state.registers]).toEqual([...registers]);
      }),
      { numRuns: 60 },
    );
  });

  it('do the same when nobody watches', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const [traced, silent] = [ran(scenario, true), ran(scenario, false)];
        expect(silent.steps.map(({ answer }) => answer)).toEqual(traced.steps.map(({ answer }) => answer));
        expect(held(silent)).toEqual(held(traced));
      }),
      { numRuns: 60 },
    );
  });

  it('never reach a page that was unmapped and flushed before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), at, (steps, from) => {
        const end: readonly Step[] = [
          { do: 'map', space: 'all', map: [from, '0x80000000'] },
          { do: 'unmap', space: 'all', from },
          { do: 'flush', of: 'pages', space: 'all', from },
          { do: 'dma', device: '0x18', access: 'r', at: from },
          { do: 'dma', device: '0x19', access: 'w', at: from },
        ];
        const answers = ran(scenarioOf(arch, [...steps, ...end]), false).steps.slice(-2);
        expect(answers.map(({ answer }) => answer?.ok)).toEqual([false, false]);
      }),
      { numRuns: 60 },
    );
  });
});
