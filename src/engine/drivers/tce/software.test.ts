import { describe, expect, it } from 'vitest';
import { run } from '../../run';
import type { Scenario, Step } from '../../scenario/schema';

const base: Scenario = {
  format: 'iommuscope/1',
  name: 'software',
  title: 'Software',
  machine: { arch: 'tce', config: {}, tables: '0x100000' },
  spaces: [
    { id: 'low', stage: 2, levels: 1, tables: '0x50000000', maps: [['0x1000', '0xaaa000']] },
    {
      id: 'high',
      stage: 2,
      levels: 3,
      tables: '0x60000000',
      maps: [['0x800000000010000', '0xbbb0000', '0x20000']],
    },
  ],
  bindings: [
    { device: '0x18', domain: 7, second: 'low' },
    { device: '0x18', domain: 7, second: 'high' },
  ],
  steps: [],
};
const ask = (at: string, device = '0x18', access: 'r' | 'w' = 'r'): Step => ({
  do: 'dma',
  device,
  access,
  at,
});

const mapped = (from: string, to: string): [string, string] => [from, to];

/** What came of each step: the page (`+` from the cache), the reason, or where the problem is. */
function resultsOf(steps: readonly Step[], change: Partial<Scenario> = {}): readonly string[] {
  const result = run({ ...base, ...change, steps: [...steps] });
  if (!result.ok) return result.problems.map(({ path, message }) => `${path}: ${message}`);
  return result.value.steps.flatMap(({ answer, problem }) => {
    if (problem !== undefined) return [`${problem.path}: ${problem.message}`];
    if (answer === undefined) return [];
    return [
      answer.ok ? `0x${answer.page.toString(16)}${answer.source === 1 ? '+' : ''}` : `no ${answer.reason}`,
    ];
  });
}

describe('software of a POWER host bridge', () => {
  it('gives a PE both windows, the 64-bit one with three levels and pages of 64 KiB', () => {
    expect(resultsOf([ask('0x1010'), ask('0x800000000025000')])).toEqual(['0xaaa', '0xbbc5']);
  });

  it.each(['0x1000', '0x10000', '0x1000000'])('maps pages of %s in the 64-bit window', (size) => {
    const from = `0x${(0x0800_0000_0000_0000n + BigInt(size)).toString(16)}`;
    for (const levels of [1, 2, 3]) {
      const space = { id: 'high', stage: 2 as const, levels, tables: '0x60000000' };
      const config = { dynamic_page_size: size };
      const results = resultsOf([ask(from)], {
        machine: { ...base.machine, config },
        spaces: [{ ...space, maps: [[from, '0x2000000']] }],
        bindings: [{ device: '0x18', domain: 7, second: 'high' }],
      });
      expect(results).toEqual(['0x2000']);
    }
  });

  it('kills what it changes: no stale TCE is left', () => {
    const steps: Step[] = [
      ask('0x1000'),
      { do: 'map', space: 'low', map: ['0x1000', '0xccc000'] },
      ask('0x1000'),
      { do: 'permit', space: 'low', from: '0x1000', permissions: 'r' },
      ask('0x1000', '0x18', 'w'),
      { do: 'unmap', space: 'low', from: '0x1000' },
      ask('0x1000'),
    ];
    expect(resultsOf(steps)).toEqual(['0xaaa', '0xccc', 'no 50', 'no 48']);
  });

  it('shares a window between two PEs, each with TCEs of its own in the cache', () => {
    const steps: Step[] = [
      { do: 'bind', binding: { device: '0x20', domain: 7 } },
      { do: 'bind', binding: { device: '0x28', domain: 8, second: 'low' } },
      ask('0x1000'),
      ask('0x1000', '0x20'),
      ask('0x1000', '0x28'),
      { do: 'unmap', space: 'low', from: '0x1000' },
      ask('0x1000', '0x28'),
    ];
    expect(resultsOf(steps)).toEqual(['0xaaa', '0xaaa+', '0xaaa', 'no 48']);
  });

  it('kills what the former table of a window left in the cache', () => {
    const spaces = [
      ...(base.spaces ?? []),
      {
        id: 'other',
        stage: 2 as const,
        levels: 2,
        tables: '0x70000000',
        maps: [mapped('0x1000', '0xeee000')],
      },
    ];
    const rebind: Step = { do: 'bind', binding: { device: '0x18', domain: 7, second: 'other' } };
    expect(resultsOf([ask('0x1000'), rebind, ask('0x1000')], { spaces })).toEqual(['0xaaa', '0xeee']);
    const leave: Step = { do: 'unbind', device: '0x18' };
    expect(resultsOf([ask('0x1000'), leave, rebind, ask('0x1000')], { spaces })).toEqual(['0xaaa', '0xeee']);
  });

  it('closes the windows of a PE with its last device, and reaches a device of a high bus', () => {
    const steps: Step[] = [
      { do: 'bind', binding: { device: '0xffff', domain: 7 } },
      { do: 'unbind', device: '0x18' },
      ask('0x1000'),
      ask('0x1000', '0xffff'),
      { do: 'bind', binding: { device: '0xffff', domain: 9, second: 'high' } },
      ask('0x1000', '0xffff'),
    ];
    expect(resultsOf(steps)).toEqual(['no 2', '0xaaa', 'no 16']);
  });

  it('lets a PE reach memory at 2^59 without a table', () => {
    const bindings = [{ device: '0x18', domain: 7, passThrough: true }];
    expect(resultsOf([ask('0x800000000123000'), ask('0x1000')], { bindings })).toEqual(['0x123', 'no 16']);
  });

  it.each<[string, Step, readonly string[]]>([
    ['everything', { do: 'flush', of: 'everything' }, ['no 48', 'no 48']],
    ['what a device uses', { do: 'flush', of: 'configuration', device: '0x20' }, ['no 48', 'no 48']],
    ['a space', { do: 'flush', of: 'space', space: 'low' }, ['no 48', 'no 48']],
    ['one page', { do: 'flush', of: 'pages', space: 'low', from: '0x1000' }, ['no 48', '0xabb+']],
    [
      'two pages',
      { do: 'flush', of: 'pages', space: 'low', from: '0x1000', length: '0x2000' },
      ['no 48', 'no 48'],
    ],
    ['another space', { do: 'flush', of: 'space', space: 'lone' }, ['0xaaa+', '0xabb+']],
  ])('kills on demand %s', (_, flush, wanted) => {
    const spaces = [
      ...(base.spaces ?? []),
      { id: 'lone', stage: 2 as const, levels: 1, tables: '0x70000000', maps: [mapped('0x0', '0x1000')] },
    ];
    const steps: Step[] = [
      { do: 'bind', binding: { device: '0x20', domain: 7 } },
      { do: 'bind', binding: { device: '0x28', domain: 8, second: 'lone' } },
      { do: 'map', space: 'low', map: ['0x2000', '0xabb000'] },
      ask('0x1000'),
      ask('0x2000'),
      { do: 'write', at: '0x50000008', words: ['0x0', '0x0'] },
      flush,
      ask('0x1000'),
      ask('0x2000'),
    ];
    expect(resultsOf(steps, { spaces })).toEqual(['0xaaa', '0xabb', ...wanted]);
  });

  it('performs hypercalls by LIOBN', () => {
    const steps: Step[] = [
      {
        do: 'command',
        descriptor: 'h-put-tce',
        fields: { LIOBN: '0x80000000', IOBA: '0x2000', RPN: '0xddd000', R: 1 },
      },
      ask('0x2000'),
      { do: 'command', words: ['0x13880000101', '0x800000000030000', '0xee00003', '0x2'] },
      ask('0x800000000040000'),
      { do: 'write', at: '0x9000000', words: ['0x1000003', '0x2000003'] },
      {
        do: 'command',
        descriptor: 'h-put-tce-indirect',
        fields: { LIOBN: 0x8000_0000, IOBA: '0x2000', LIST: '0x9000000', N: 2 },
      },
      ask('0x2000'),
      ask('0x3000'),
    ];
    expect(resultsOf(steps)).toEqual(['0xddd', '0xee00', '0x1000', '0x2000']);
  });

  it.each<[string, Step, string]>([
    [
      'an unknown LIOBN',
      { do: 'command', descriptor: 'h-put-tce', fields: { LIOBN: '0x80000001' } },
      'steps[0]: The call answers H_PARAMETER',
    ],
    [
      'an index beyond the window',
      { do: 'command', descriptor: 'h-put-tce', fields: { LIOBN: '0x80000000', IOBA: '0x40000000' } },
      'steps[0]: The call answers H_PARAMETER',
    ],
    [
      'a list of more than 512',
      { do: 'command', descriptor: 'h-put-tce-indirect', fields: { LIOBN: '0x80000000', N: 513 } },
      'steps[0]: The call answers H_PARAMETER',
    ],
    ['no such call', { do: 'command', descriptor: 'h-none' }, 'steps[0].descriptor'],
    [
      'an address of the other window',
      { do: 'map', space: 'low', map: ['0x800000000000000', '0x1000'] },
      'steps[0][0]: low is the 32-bit window',
    ],
    [
      'an address between the windows',
      { do: 'map', space: 'low', map: ['0x40000000', '0x1000'] },
      'steps[0][0]: low is the 32-bit window',
    ],
    [
      'half a page of the 64-bit window',
      { do: 'map', space: 'high', map: ['0x800000000001000', '0x10000'] },
      'steps[0][0]: A TCE of the 64-bit window maps 0x10000 bytes',
    ],
    ['what is not mapped', { do: 'unmap', space: 'low', from: '0x5000' }, 'steps[0].from'],
    [
      'a PE above 255',
      { do: 'bind', binding: { device: '0x1', domain: 256, second: 'low' } },
      'steps[0].domain',
    ],
    [
      'a PE without a window',
      { do: 'bind', binding: { device: '0x1', domain: 3 } },
      'steps[0]: The first binding',
    ],
    ['a device in no PE', { do: 'unbind', device: '0x1' }, 'steps[0].device'],
    [
      'a PASID',
      { do: 'bind', binding: { device: '0x1', domain: 3, pasid: 1, second: 'low' } },
      'steps[0].pasid',
    ],
    ['to kill for a device in no PE', { do: 'flush', of: 'configuration', device: '0x1' }, 'steps[0].device'],
    ['to kill pages of no address', { do: 'flush', of: 'pages', space: 'low' }, 'steps[0].from'],
    ['an unknown space', { do: 'unmap', space: 'none', from: '0x5000' }, 'steps[0].space'],
    ['the error log', { do: 'register', name: 'TCE_ERR_LOG', value: '0x0' }, 'steps[0].name'],
  ])('refuses %s and says where', (_, step, start) => {
    const [result] = resultsOf([step]);
    expect(result?.slice(0, start.length)).toBe(start);
  });

  it('refuses tables that overlap, which a flat table of 2 MiB soon does', () => {
    const spaces = [
      {
        id: 'a',
        stage: 2 as const,
        levels: 1,
        tables: '0x50000000',
        maps: [mapped('0x0', '0x1000')],
      },
      {
        id: 'b',
        stage: 2 as const,
        levels: 1,
        tables: '0x50001000',
        maps: [mapped('0x0', '0x1000')],
      },
    ];
    expect(resultsOf([], { spaces, bindings: [] })[0]).toContain('where tables of a lie');
  });

  it.each([
    [6, '0x0', 'spaces[0].levels'],
    [5, '0x800000000000000', 'spaces[0].maps[0]'],
  ])('refuses %i levels of tables for a window at %s', (levels, from, path) => {
    const spaces = [
      { id: 'a', stage: 2 as const, levels, tables: '0x50000000', maps: [mapped(from, '0x10000')] },
    ];
    expect(resultsOf([], { spaces, bindings: [] })[0]?.split(':')[0]).toBe(path);
  });

  it.each([
    ['dynamic_page_size', '0x2000'],
    ['default_window_size', '0x30000000'],
    ['window', '0x0'],
  ])('refuses the setting %s of %s', (name, value) => {
    const machine = { ...base.machine, config: { [name]: value } };
    expect(resultsOf([], { machine })[0]).toContain(`machine.config.${name}`);
  });
});
