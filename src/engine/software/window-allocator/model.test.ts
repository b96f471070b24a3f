import { describe, expect, it } from 'vitest';
import { tce } from '../../machines/tce';
import { type Run, run } from '../../run';
import type { Scenario, Step, StepOf } from '../../scenario/schema';
import { sentence, tellingOf } from '../../trace/sentence';
import { eventAt } from '../../trace/trace';
import { descriptionsOf } from '../build';

const base: Scenario = {
  format: 'iommuscope/1',
  name: 'windows',
  title: 'Windows',
  machine: {
    arch: 'tce',
    config: { default_window_size: '0x20000', dynamic_window_size: '0x1000000' },
    tables: '0x100000',
  },
  spaces: [
    { id: 'low', stage: 2, levels: 1, tables: '0x50000000' },
    { id: 'high', stage: 2, levels: 1, tables: '0x60000000' },
  ],
  bindings: [{ device: '0x18', domain: 7, second: 'low' }],
  software: [{ id: 'linux', kind: 'window-allocator', config: { windows: ['low', 'high'] } }],
  steps: [],
};

const call = (op: string, given: StepOf<'call'>['with']): Step => ({
  do: 'call',
  to: 'linux',
  op,
  ...(given === undefined ? {} : { with: given }),
});
const map = (window: string, memory: string, length: string): Step => call('map', { window, memory, length });
const read = (at: string): Step => ({ do: 'dma', device: '0x18', access: 'r', at });

function ran(steps: readonly Step[], change: Partial<Scenario> = {}): Run {
  const result = run({ ...base, ...change, steps: [...steps] });
  if (!result.ok)
    throw new Error(result.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return result.value;
}

/** Acts, rows and answers of a run, and where problems are. */
function told(steps: readonly Step[]): readonly string[] {
  const scenario = { ...base, steps: [...steps] };
  const done = ran(steps);
  const telling = tellingOf({ scenario, architecture: tce, software: descriptionsOf(scenario) });
  return done.steps.flatMap(({ start, answer, problem }, index) => {
    if (problem !== undefined) return [problem.path];
    if (answer !== undefined) return [answer.ok ? `0x${answer.page.toString(16)}` : `no ${answer.reason}`];
    const end = done.steps[index + 1]?.start ?? done.trace.length;
    return Array.from({ length: end - start }, (_, n) => eventAt(done.trace, start + n))
      .filter(({ kind }) => kind === 'act' || kind === 'row' || kind === 'gone')
      .map((event) => sentence(event, telling));
  });
}

describe('Linux with two windows', () => {
  it('maps a buffer, tells which address it has, and the device reaches it', () => {
    expect(told([map('32-bit', '0x9000000', '0x1800'), read('0x2010')])).toEqual([
      'The driver wants 0x2000 bytes of memory at 0x9000000 mapped: Linux looks for 2 TCEs side by side in the 32-bit window.',
      'Bus addresses of the 32-bit window: 0x1000, length 0x2000, memory 0x9000000, use buffer.',
      'Windows of the PE: 32-bit window, state open, first address 0x0, a TCE maps 4 KiB, TCEs 32, taken 3.',
      '0x9001',
    ]);
  });

  it('refuses what has no room, and what asks for a window that is not open', () => {
    const steps = [map('32-bit', '0x9000000', '0x1a000'), map('64-bit', '0x9000000', '0x10000')];
    expect(told(steps)).toEqual([
      expect.stringContaining('26 TCEs side by side in the 32-bit window. The answer is -ENOMEM.'),
      expect.stringContaining('1 TCE side by side in the 64-bit window. The answer is -ENODEV.'),
    ]);
  });

  it('opens the 64-bit window, in which a TCE maps 64 KiB', () => {
    const steps = [
      read('0x800000000001000'),
      call('open', { window: '64-bit' }),
      map('64-bit', '0x9000000', '0x1000'),
      read('0x800000000001000'),
    ];
    expect(told(steps)).toEqual([
      'no 16',
      'Linux asks the hypervisor for the 64-bit window, for every device of the PE.',
      'Windows of the PE: 64-bit window, state open, first address 0x800000000000000, a TCE maps 64 KiB, TCEs 256, taken 0.',
      'The driver wants 0x10000 bytes of memory at 0x9000000 mapped: Linux looks for 1 TCE side by side in the 64-bit window.',
      'Bus addresses of the 64-bit window: 0x800000000000000, length 0x10000, memory 0x9000000, use buffer.',
      'Windows of the PE: 64-bit window, state open, first address 0x800000000000000, a TCE maps 64 KiB, TCEs 256, taken 1.',
      '0x9001',
    ]);
  });

  it('gives a buffer back: nothing stale is left, and its address can be had again', () => {
    const steps = [
      map('32-bit', '0x9000000', '0x17000'),
      read('0x1000'),
      call('unmap', { from: '0x1000' }),
      read('0x1000'),
      map('32-bit', '0xa000000', '0x17000'),
      read('0x1000'),
    ];
    expect(told(steps).filter((line) => /^(no|0x)|gone/.test(line))).toEqual([
      '0x9000',
      'Bus addresses of the 32-bit window: 0x1000 is gone.',
      'no 48',
      '0xa000',
    ]);
  });

  it.each<[string, Step, string]>([
    ['an unknown call', call('close', {}), 'steps[0].op'],
    ['a third window', map('16-bit', '0x0', '0x1000'), 'steps[0].with.window'],
    ['a length of nothing', map('32-bit', '0x0', '0x0'), 'steps[0].with.length'],
    ['memory in the middle of a TCE', map('64-bit', '0x1000', '0x1000'), 'steps[0].with.memory'],
    ['a buffer that nobody has', call('unmap', { from: '0x1000' }), 'steps[0].with.from'],
    ['a window that is open', call('open', { window: '32-bit' }), 'steps[0].with.window'],
    ['an argument too many', call('open', { window: '64-bit', size: 1 }), 'steps[0].with.size'],
  ])('takes %s as a mistake', (_, step, path) => {
    expect(told([step])).toEqual([path]);
  });

  it.each<[string, Partial<Scenario>, string]>([
    [
      'another machine',
      { machine: { arch: 'vtd', config: {} }, spaces: [], bindings: [] },
      'software[0].kind',
    ],
    ['a window without a PE', { bindings: [] }, 'software[0].config.windows'],
    [
      'an unknown setting',
      { software: [{ kind: 'window-allocator', config: { windows: ['low', 'high'], pools: 2 } }] },
      'software[0].config.pools',
    ],
    [
      'one window',
      { software: [{ kind: 'window-allocator', config: { windows: ['low'] } }] },
      'software[0].config.windows',
    ],
  ])('is not built with %s', (_, change, path) => {
    expect(() => ran([], change)).toThrow(path);
  });
});
