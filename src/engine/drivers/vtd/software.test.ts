import { describe, expect, it } from 'vitest';
import { run } from '../../run';
import type { Binding, Scenario, Step } from '../../scenario/schema';

const base: Scenario = {
  format: 'iommuscope/1',
  name: 'software',
  title: 'Software',
  machine: { arch: 'vtd', config: { mode: 'scalable' }, tables: '0x40000000' },
  spaces: [{ id: 'card', stage: 2, levels: 4, tables: '0x50000000', maps: [['0x1000', '0xaaa000']] }],
  steps: [],
};

function problemsOf(change: Partial<Scenario>): readonly string[] {
  const result = run({ ...base, ...change });
  if (!result.ok) return result.problems.map(({ path, message }) => `${path}: ${message}`);
  return result.value.steps.flatMap(({ problem }) =>
    problem === undefined ? [] : [`${problem.path}: ${problem.message}`],
  );
}

const bind = (pasid: number): Binding => ({ device: '0x18', pasid, domain: 1, second: 'card' });
const ask = (pasid: number): Step => ({ do: 'dma', device: '0x18', pasid, access: 'r', at: '0x1000' });

describe('software of a VT-d unit', () => {
  it('makes the PASID directory as large as the largest PASID needs, and keeps what it held', () => {
    const result = run({
      ...base,
      bindings: [bind(5), bind(9_000), bind(0x8000), bind(0xfffff)],
      steps: [ask(5), ask(9_000), ask(0x8000), ask(0xfffff)],
    });
    const answers = result.ok ? result.value.steps.map(({ answer }) => answer?.page) : [];
    expect(answers).toEqual([0xaaa, 0xaaa, 0xaaa, 0xaaa]);
  });

  it.each<[string, Partial<Scenario>, string]>([
    ['a device of 17 bits', { steps: [{ do: 'unbind', device: '0x10000' }] }, 'steps[0].device'],
    ['a device of 33 bits', { bindings: [{ ...bind(5), device: '0x100000018' }] }, 'bindings[0].device'],
    [
      'a second stage as first',
      { bindings: [{ device: '0x18', domain: 1, first: 'card' }] },
      'bindings[0].first',
    ],
    [
      'a first stage of three levels',
      { spaces: [{ id: 'p', stage: 1, levels: 3, tables: '0x1000' }] },
      'spaces[0].levels',
    ],
    [
      'a map beyond the tables',
      { steps: [{ do: 'map', space: 'card', map: ['0x1000000000000', '0x1000'] }] },
      'steps[0]',
    ],
    [
      'a target beyond physical memory',
      { steps: [{ do: 'map', space: 'card', map: ['0x2000', '0x100000000000000'] }] },
      'steps[0]',
    ],
    [
      'a field that is no whole number',
      { steps: [{ do: 'command', descriptor: 'wait', fields: { SD: 1.5 } }] },
      'steps[0].fields.SD',
    ],
    [
      'a register that only hardware changes',
      { steps: [{ do: 'register', name: 'IQH', value: '0x10' }] },
      'steps[0].name',
    ],
    [
      'a command while the tail stands between descriptors',
      {
        steps: [
          { do: 'register', name: 'IQT', value: '0xff0' },
          { do: 'command', words: ['0x5', '0x0', '0x0', '0x0'] },
        ],
      },
      'steps[1]',
    ],
  ])('refuses %s and says where', (_, change, path) => {
    const problems = problemsOf(change);
    expect(problems.length).toBe(1);
    expect(problems[0]?.startsWith(path)).toBe(true);
  });
});
