import { expect, it } from 'vitest';
import type { Scenario, Step, StepOf } from '../../engine/scenario/schema';
import { afterStep, viewOfRun } from '../test-support/lab';
import { projectBits } from './AddressBits';

const read = (at: string): StepOf<'dma'> => ({ do: 'dma', device: '0x18', access: 'r', at });

/** A device of a POWER host bridge with a flat 32-bit window and a 64-bit window of two levels. */
function twoWindows(pageSize: string, steps: readonly Step[]): Scenario {
  return {
    format: 'iommuscope/1',
    name: 'windows',
    title: 'Windows',
    machine: { arch: 'tce', config: { dynamic_page_size: pageSize } },
    spaces: [
      { id: 'low', stage: 2, levels: 1, tables: '0x50000000', maps: [['0x12345000', '0x1000000']] },
      {
        id: 'high',
        stage: 2,
        levels: 2,
        tables: '0x60000000',
        maps: [['0x800000345000000', '0x7000000']],
      },
    ],
    bindings: [
      { device: '0x18', domain: 3, second: 'low' },
      { device: '0x18', domain: 3, second: 'high' },
    ],
    steps: [...steps],
  };
}

/** `title bits = index` of each piece of the address after a step. */
function pieces(scenario: Scenario, step: number): readonly string[] | undefined {
  const picture = projectBits(afterStep(viewOfRun(scenario), step));
  return picture?.pieces.map(({ title, bits, index }) => `${title} ${bits} = ${index}`);
}

it.each([
  ['0x1000', ['level 1 35:24 = 345', 'level 0 23:12 = 000', 'offset 11:0 = 067']],
  ['0x10000', ['level 1 35:26 = 0d1', 'level 0 25:16 = 100', 'offset 15:0 = 0067']],
  ['0x1000000', ['level 1 41:33 = 001', 'level 0 32:24 = 145', 'offset 23:0 = 000067']],
])('each window of a device is cut as its own tables are, with pages of %s', (pageSize, high) => {
  const scenario = twoWindows(pageSize, [read('0x12345067'), read('0x800000345000067'), read('0x12345067')]);
  const low = ['level 0 29:12 = 12345', 'offset 11:0 = 067'];
  expect([1, 2, 3].map((step) => pieces(scenario, step))).toEqual([low, high, low]);
});

it('an address that another device’s walk has brought into the cache is cut as that walk was', () => {
  const scenario = twoWindows('0x10000', [read('0x12345067'), { ...read('0x12345099'), device: '0x20' }]);
  const shared = [...(scenario.bindings ?? []), { device: '0x20', domain: 3 }];
  expect(pieces({ ...scenario, bindings: shared }, 2)).toEqual([
    'level 0 29:12 = 12345',
    'offset 11:0 = 099',
  ]);
});
