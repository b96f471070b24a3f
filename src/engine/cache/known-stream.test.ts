import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { architectures } from '../architectures';
import { run } from '../run';
import { checkScenario } from '../scenario/parse';

const pages = ['0x1000', '0x2000', '0x3000', '0x9000'];
const devices = ['0x18', '0x20', '0x28'];
const maps = [
  ['0x1000', '0xaaa000'],
  ['0x2000', '0xbbb000', '0x1000', 'r'],
  ['0x3000', '0xccc000'],
];

const dma = fc
  .record({
    device: fc.constantFrom(...devices),
    access: fc.constantFrom('r', 'w'),
    at: fc.constantFrom(...pages),
  })
  .map((rest) => ({ do: 'dma', ...rest }));
const change = fc.oneof(
  fc.constantFrom(...pages).map((from) => ({ do: 'unmap', space: 'first', from })),
  fc.constantFrom(...devices).map((device) => ({ do: 'unbind', device })),
  fc
    .record({ device: fc.constantFrom(...devices), second: fc.constantFrom('first', 'other') })
    .map(({ device, second }) => ({
      do: 'bind',
      binding: { device, domain: second === 'first' ? 2 : 3, second },
    })),
  fc.constantFrom(...devices).map((device) => ({ do: 'flush', of: 'configuration', device })),
  fc.constant({ do: 'flush', of: 'everything' }),
);
const steps = fc.array(fc.oneof({ weight: 6, arbitrary: dma }, { weight: 1, arbitrary: change }), {
  minLength: 5,
  maxLength: 40,
});

describe.each(architectures.map(({ id }) => id))('on %s', (arch) => {
  it('a stream that is known is answered as one that is looked up', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const scenario = checkScenario({
          format: 'iommuscope/1',
          name: 'streams',
          title: 'Streams',
          machine: { arch, config: {}, tables: '0x40000000' },
          spaces: [
            { id: 'first', stage: 2, levels: 4, tables: '0x50000000', maps },
            { id: 'other', stage: 2, levels: 4, tables: '0x60000000', maps: [['0x1000', '0xddd000']] },
          ],
          bindings: [
            { device: '0x18', domain: 2, second: 'first' },
            { device: '0x20', domain: 3, second: 'other' },
          ],
          steps: list,
        });
        if (!scenario.ok) throw new Error(JSON.stringify(scenario.problems));
        // A traced run looks every stream up.
        const [looked, known] = [true, false].map((isTraced) => run(scenario.value, isTraced));
        if (!looked?.ok || !known?.ok) throw new Error('The scenario cannot be run.');
        expect(known.value.steps.map(({ answer }) => answer)).toEqual(
          looked.value.steps.map(({ answer }) => answer),
        );
        expect(known.value.machine.iommu.caches.map(({ rows }) => rows)).toEqual(
          looked.value.machine.iommu.caches.map(({ rows }) => rows),
        );
      }),
      { numRuns: 40 },
    );
  });
});
