import fc from 'fast-check';
import { expect, it } from 'vitest';
import { catalogue } from '../catalogue';
import { momentAt, viewOf } from '../moment';
import { run } from '../run';
import { checkScenario } from '../scenario/parse';
import { type Scenario, scenarioFormat } from '../scenario/schema';

const device = fc.constantFrom('0x8', '0x8', '0x418');
const space = fc.constantFrom('low', 'low', 'other', 'high');
const from = fc.constantFrom('0x0', '0x0', '0x1000', '0x800000000000000', '0x40000000');
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('dma'), device, access: fc.constantFrom('r', 'w'), at: from }),
  },
  fc.record({
    do: fc.constant('map'),
    space,
    map: fc.tuple(
      from,
      fc.constantFrom('0x90000000', '0x90010000'),
      fc.constantFrom('0x1000', '0x20000'),
      fc.constantFrom('r', 'rw'),
    ),
  }),
  fc.record({ do: fc.constant('unmap'), space, from }),
  fc.record({ do: fc.constant('permit'), space, from, permissions: fc.constantFrom('', 'r', 'rw') }),
  fc.record({
    do: fc.constant('bind'),
    binding: fc.record({ device, domain: fc.constantFrom(1, 2), second: space }),
  }),
  fc.record({ do: fc.constant('unbind'), device }),
  fc.record({
    do: fc.constant('write'),
    at: fc.constantFrom('0x50000000', '0x50000008', '0x60000000', '0x180010', '0x100040'),
    words: fc.constantFrom(['0x0'], ['0x70000003'], ['0x50000000101']),
  }),
  fc.record({
    do: fc.constant('register'),
    name: fc.constant('TCE_KILL'),
    value: fc.constantFrom('0x8000000000000000', '0x4000000000000001', '0x2000000000001002'),
  }),
  fc.constantFrom({ do: 'acknowledge' }, { do: 'register', name: 'TCE_ERR_STATUS', value: '0x0' }),
);

const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    caches: fc.constantFrom(
      {},
      { iotlb: 'off' },
      { iotlb: { sets: 1, ways: 1, replacement: 'lru' } },
      { iotlb: { sets: 1, ways: 2, replacement: 'random' } },
    ),
    levels: fc.constantFrom(1, 2, 3),
    steps: fc.array(step, { minLength: 12, maxLength: 40 }),
  })
  .map(({ caches, levels, steps }) => {
    const checked = checkScenario({
      format: scenarioFormat,
      name: 'random',
      title: 'Random',
      machine: { arch: 'tce', config: {}, caches, tables: '0x100000' },
      spaces: [
        { id: 'low', stage: 2, levels, tables: '0x50000000', maps: [['0x0', '0x90000000']] },
        { id: 'other', stage: 2, levels, tables: '0x70000000', maps: [['0x0', '0x90020000']] },
        {
          id: 'high',
          stage: 2,
          levels,
          tables: '0x60000000',
          maps: [['0x800000000000000', '0x90010000', '0x10000']],
        },
      ],
      bindings: [{ device: '0x8', domain: 1, second: 'low' }],
      steps,
    });
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    return checked.value;
  });

function ran(scenario: Scenario, isTraced = true) {
  const result = run(scenario, isTraced);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

it('the events give the registers, the cache and the changed words that the machine holds', () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const done = ran(scenario);
      const { state } = momentAt(viewOf(scenario, done, catalogue), done.trace.length);
      const [cache] = done.machine.iommu.caches;
      if (cache === undefined) throw new Error('no cache');
      expect([...state.registers]).toEqual([...done.machine.iommu.registers.words]);
      const slots = Array.from({ length: cache.size }, (_, slot) => slot).filter(
        (slot) => !cache.isVacant(slot),
      );
      const rows = slots.map((slot) => [
        slot,
        [...cache.rows.subarray(slot * cache.width, (slot + 1) * cache.width)],
      ]);
      expect([...(state.caches[0] ?? [])].sort(([a], [b]) => a - b)).toEqual(rows);
      for (const [key, words] of state.memory) {
        const [page, offset] = [Math.floor(key / 512), (key % 512) * 8];
        expect([done.memory.low(page, offset), done.memory.high(page, offset)]).toEqual(words);
      }
    }),
    { numRuns: 200 },
  );
});

it('a run that nobody traces gives the same answers and problems', () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const said = (isTraced: boolean) =>
        ran(scenario, isTraced).steps.map(({ answer, problem }) => ({ answer, problem }));
      expect(said(false)).toEqual(said(true));
    }),
    { numRuns: 100 },
  );
});

it('software never leaves a stale TCE: a request is answered as by an empty cache', () => {
  const bySoftware = scenarios.map((scenario) => ({
    ...scenario,
    steps: scenario.steps.filter((one) => one.do !== 'write'),
  }));
  fc.assert(
    fc.property(bySoftware, (scenario) => {
      const pages = (tceCache: Scenario['machine']['caches']) =>
        ran({ ...scenario, machine: { ...scenario.machine, caches: tceCache ?? {} } }).steps.map(
          ({ answer }) => answer && [answer.ok, answer.ok ? answer.page : answer.reason],
        );
      expect(pages(scenario.machine.caches)).toEqual(pages({ iotlb: 'off' }));
    }),
    { numRuns: 200 },
  );
});
