import fc from 'fast-check';
import { expect, it } from 'vitest';
import { catalogue } from '../../catalogue';
import { momentAt, viewOf } from '../../moment';
import { type Run, run } from '../../run';
import { checkScenario } from '../../scenario/parse';
import { type Scenario, scenarioFormat } from '../../scenario/schema';
import { ledgersOf, perSpace } from './ledgers';
import { interfaces, kernels, settingOf } from './setting';

const guests = ['Guest A', 'Guest B'];
const units = ['Unit A1', 'Unit A2', 'Unit B1', 'Unit B2'];
const devices = ['Card A', 'Card B'];
const pasid = fc.integer({ min: 1, max: 6 });

/** Everything that a guest can do through its own kernel, and the host for it. */
const call = fc.oneof(
  fc
    .constantFrom(...units)
    .chain((unit) => fc.constantFrom('register', 'register', 'remove').map((op) => ({ op, with: { unit } }))),
  fc.record({ guest: fc.constantFrom(...guests), max: pasid }).map((given) => ({ op: 'alloc', with: given })),
  fc.record({ guest: fc.constantFrom(...guests), pasid }).map((given) => ({ op: 'free', with: given })),
  fc
    .record({ device: fc.constantFrom(...devices), pasid })
    .map((given) => ({ op: 'bind', with: { ...given, first: 'process' } })),
  fc.constantFrom(...devices).map((device) => ({ op: 'bind', with: { device, first: 'process' } })),
  fc.record({ device: fc.constantFrom(...devices), pasid }).map((given) => ({ op: 'unbind', with: given })),
);

const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    versions: fc.tuple(fc.constantFrom(...kernels), fc.constantFrom(...kernels)),
    through: fc.array(fc.constantFrom(...interfaces), { minLength: 4, maxLength: 4 }),
    order: fc.constantFrom('lowest', 'random'),
    steps: fc.array(call, { minLength: 1, maxLength: 30, size: 'max' }),
  })
  .map(({ versions, through, order, steps }) => {
    const checked = checkScenario({
      format: scenarioFormat,
      name: 'sequence',
      title: 'Sequence',
      machine: { arch: 'vtd', config: { mode: 'scalable' }, tables: '0x40000000' },
      devices: devices.map((name, index) => ({ id: `0x${(24 + index * 128).toString(16)}`, name })),
      spaces: [{ id: 'process', stage: 1, levels: 4, tables: '0x5a105000' }],
      software: [
        {
          kind: 'pasid',
          config: {
            guests: guests.map((name, index) => `${name}: ${versions[index]}`),
            units: units.map((name, index) => `${name}: ${guests[index >> 1]}, ${through[index]}`),
            devices: devices.map((name, index) => `${name}: ${guests[index]}`),
            order,
          },
        },
      ],
      steps: steps.map((step) => ({ do: 'call', to: 'pasid', ...step })),
    });
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    return checked.value;
  });

function ran(scenario: Scenario): Run {
  const result = run(scenario);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

type Rows = ReadonlyMap<number, readonly number[]>;

/** The rows of a ledger after each step. */
function afterEachStep(scenario: Scenario): readonly ((id: string) => Rows)[] {
  const value = ran(scenario);
  const view = viewOf(scenario, value, catalogue);
  const [setting] = settingOf({ kind: 'pasid', ...scenario.software?.[0] }, scenario);
  const ids = ledgersOf(setting).map(({ id }) => String(id));
  const ends = [...value.steps.slice(1).map(({ start }) => start), value.trace.length];
  return ends.map((end) => {
    const { state } = momentAt(view, end);
    return (id) => state.ledgers[0]?.[ids.indexOf(id)] ?? new Map();
  });
}

it('a number that a unit handed to a guest is that guest’s in the host’s list, whatever happens', () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      for (const ledger of afterEachStep(scenario)) {
        const fromUnits = [...ledger('numbers')].filter(([, [unit]]) => unit !== 0);
        for (const [key] of fromUnits)
          expect(ledger('namespace').get(key % perSpace)?.[0]).toBe(Math.floor(key / perSpace));
        const numbers = fromUnits.map(([key]) => key % perSpace);
        expect(new Set(numbers).size).toBe(numbers.length);
      }
    }),
    { numRuns: 100 },
  );
});

it('memory has as many PASID entries as the host’s list has bindings', () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      for (const ledger of afterEachStep(scenario)) {
        const masks = [...ledger('namespace').values()].map(([, mask = 0]) => mask);
        devices.forEach((_, device) => {
          const bound = masks.filter((mask) => (mask >> device) & 1).length;
          expect(ledger('tables').get(device)?.[0] ?? 0).toBe(bound);
        });
      }
    }),
    { numRuns: 60 },
  );
});

it('the folded trace has the ledgers as the model left them', () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const value = ran(scenario);
      const { state } = momentAt(viewOf(scenario, value, catalogue), value.trace.length);
      expect(state.ledgers).toEqual(value.software.ledgers.rows);
      expect(value.steps.filter(({ problem }) => problem !== undefined)).toEqual([]);
    }),
    { numRuns: 100 },
  );
});
