import { describe, expect, it } from 'vitest';
import { run } from '../run';
import type { Scenario, Step } from '../scenario/schema';

const read = (at: string): Step => ({ do: 'dma', device: '0x18', access: 'r', at });
const write = (at: string): Step => ({ do: 'dma', device: '0x18', access: 'w', at });

/** How each request ends: the host page, or the reason. */
function ends(scenario: Omit<Scenario, 'format' | 'name' | 'title'>): readonly string[] {
  const result = run({ format: 'iommuscope/1', name: 'warm', title: 'Warm caches', ...scenario });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value.steps.flatMap(({ answer }) => {
    if (answer === undefined) return [];
    return [answer.ok ? `0x${answer.page.toString(16)}` : `fault 0x${answer.reason.toString(16)}`];
  });
}

const legacy = { arch: 'vtd', config: { mode: 'legacy' }, tables: '0x40000000' };

describe('warm caches answer as cold ones', () => {
  it('marks a guest’s table by what stage 2 says of the table, not of the data read before', () => {
    const scenario = {
      machine: { arch: 'vtd', config: { mode: 'scalable' }, tables: '0x40000000' },
      spaces: [
        {
          id: 'guest',
          stage: 2 as const,
          levels: 4,
          tables: '0x50000000',
          maps: [
            ['0x100000', '0xaaa000', '0x1000', 'r'],
            ['0x101000', '0xaab000'],
          ] as [string, string][],
        },
        {
          id: 'process',
          stage: 1 as const,
          levels: 4,
          over: 'guest',
          tables: '0x7000000',
          maps: [
            ['0x0', '0x100000'],
            ['0x1000', '0x101000'],
          ] as [string, string][],
        },
      ],
      bindings: [{ device: '0x18', domain: 2, first: 'process', second: 'guest' }],
      steps: [read('0x0'), read('0x1000')],
    };
    expect(ends(scenario)).toEqual(['0xaaa', '0xaab']);
  });

  it('refuses the interrupt range inside a large page that the IOTLB holds', () => {
    const scenario = {
      machine: legacy,
      spaces: [
        {
          id: 'card',
          stage: 2 as const,
          levels: 4,
          tables: '0x50000000',
          maps: [['0x40000000', '0xc0000000', '0x40000000']] as [string, string, string][],
        },
      ],
      bindings: [{ device: '0x18', domain: 1, second: 'card' }],
      steps: [write('0x40000000'), write('0x7ee00000')],
    };
    expect(ends(scenario)).toEqual(['0xc0000', 'fault 0xe']);
  });

  it('keeps no refusal of one access against another in caching mode', () => {
    const scenario = {
      machine: { ...legacy, config: { mode: 'legacy', cap: '0x11d2078c22780e86' } },
      spaces: [
        {
          id: 'card',
          stage: 2 as const,
          levels: 4,
          tables: '0x50000000',
          maps: [['0x1000', '0xaaa000', '0x1000', 'r']] as [string, string, string, string][],
        },
      ],
      bindings: [{ device: '0x18', domain: 1, second: 'card' }],
      steps: [read('0x1000'), write('0x1000'), read('0x1000')],
    };
    expect(ends(scenario)).toEqual(['0xaaa', 'fault 0x5', '0xaaa']);
  });
});
