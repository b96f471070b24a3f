import { describe, expect, it } from 'vitest';
import { run } from './run';
import type { Scenario, Step, StepOf } from './scenario/schema';
import { eventAt } from './trace/trace';

const writeWords: StepOf<'dma'> = {
  do: 'dma',
  device: '0x18',
  access: 'w',
  at: '0x5010',
  words: ['0xda7a', '0x1122334455667788'],
};

function runOf(step: Step, change: Partial<Scenario> = {}) {
  const result = run({
    format: 'iommuscope/1',
    name: 'words',
    title: 'Words',
    machine: { arch: 'vtd', config: { mode: 'legacy' }, tables: '0x40000000' },
    spaces: [
      {
        id: 'card',
        stage: 2,
        levels: 4,
        tables: '0x50000000',
        maps: [['0x5000', '0xabc000', '0x1000', 'w']],
      },
    ],
    bindings: [{ device: '0x18', domain: 1, second: 'card' }],
    steps: [step],
    ...change,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

/** The two words that the step writes, and what is wrong with it. */
function memoryAfter(step: Step, change: Partial<Scenario> = {}) {
  const { memory, steps } = runOf(step, change);
  const words = [0x10, 0x18].map((offset) => [memory.high(0xabc, offset), memory.low(0xabc, offset)]);
  return { words, problem: steps[0]?.problem?.path };
}

const nothing = [
  [0, 0],
  [0, 0],
];

describe('words that a write carries', () => {
  it('come to memory at the translated address', () => {
    expect(memoryAfter(writeWords)).toEqual({
      words: [
        [0, 0xda7a],
        [0x11223344, 0x55667788],
      ],
      problem: undefined,
    });
  });

  it('come nowhere when the request is refused', () => {
    expect(memoryAfter({ ...writeWords, at: '0x6010' })).toEqual({ words: nothing, problem: undefined });
  });

  it('come nowhere when the page is a doorbell', () => {
    expect(memoryAfter(writeWords, { doorbells: [{ name: 'bell', at: '0xabc000' }] }).words).toEqual(nothing);
  });

  it.each<[string, Partial<StepOf<'dma'>>, string]>([
    ['a read', { access: 'r' }, 'steps[0].words'],
    ['an address between words', { at: '0x5014' }, 'steps[0].at'],
    ['the end of a page', { at: '0x5ff8' }, 'steps[0].words'],
    ['a word that is too long', { words: ['0x10000000000000000'] }, 'steps[0].words[0]'],
  ])('are a problem with %s', (_, change, path) => {
    expect(memoryAfter({ ...writeWords, ...change })).toEqual({ words: nothing, problem: path });
  });
});

it('tells an interrupt that arrives from one whose sender the doorbell’s controller does not know', () => {
  const known = (devices: string[] | undefined) => {
    const doorbell = { name: 'bell', at: '0xabc000', ...(devices === undefined ? {} : { devices }) };
    const { trace } = runOf({ ...writeWords, data: '0x2c' }, { doorbells: [doorbell] });
    return [...Array(trace.length).keys()]
      .map((index) => eventAt(trace, index))
      .flatMap((event) => (event.kind === 'interrupt' ? [event.known] : []));
  };
  expect([known(undefined), known(['0x18']), known(['0x20']), known([])]).toEqual([[1], [1], [0], [0]]);
});
