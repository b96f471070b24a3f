import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Scenario } from '../engine/scenario/schema';
import type { Simulator } from './protocol';

const comlink = vi.hoisted(() => ({
  exposed: undefined as Simulator | undefined,
  transferred: [] as ArrayBufferLike[],
}));

vi.mock('comlink', () => ({
  expose: (simulator: Simulator) => {
    comlink.exposed = simulator;
  },
  transfer: (value: unknown, buffers: ArrayBufferLike[]) => {
    comlink.transferred = buffers;
    return value;
  },
}));

await import('./sim.worker');

const scenario: Scenario = {
  format: 'iommuscope/1',
  name: 'own',
  title: 'My own',
  machine: { arch: 'vtd', config: { mode: 'legacy' }, tables: '0x40000000' },
  spaces: [{ id: 'card', stage: 2, levels: 4, tables: '0x51a07000', maps: [['0x1000', '0x2000']] }],
  bindings: [{ device: '0x18', domain: 1, second: 'card' }],
  steps: [{ do: 'dma', device: '0x18', access: 'r', at: '0x1000' }],
};

function simulator(): Simulator {
  if (comlink.exposed === undefined) throw new Error('The worker offers nothing.');
  return comlink.exposed;
}

/** Every array of numbers in a value, however deep. */
function arraysIn(value: unknown): readonly ArrayBufferView[] {
  if (ArrayBuffer.isView(value)) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(arraysIn) : [];
}

beforeEach(() => {
  comlink.transferred = [];
});

describe('a run', () => {
  it('crosses to the page without a copy: every column is handed over, once', () => {
    const result = simulator().run(scenario);
    const columns = arraysIn(result).map(({ buffer }) => buffer);
    expect(columns.length).toBeGreaterThan(0);
    expect(new Set(comlink.transferred)).toEqual(new Set(columns));
    expect(comlink.transferred.length).toBe(new Set(columns).size);
  });

  it('is plain data that a message can carry', () => {
    const result = simulator().run(scenario);
    const before = structuredClone(result);
    const transfer = comlink.transferred as ArrayBuffer[];
    expect(structuredClone(result, { transfer })).toEqual(before);
  });

  it('of a machine that cannot be built is a problem, and nothing is handed over', () => {
    const result = simulator().run({ ...scenario, machine: { ...scenario.machine, arch: 'abacus' } });
    expect(result.ok || result.problems.map(({ path }) => path)).toEqual(['machine.arch']);
    expect(comlink.transferred).toEqual([]);
  });
});
