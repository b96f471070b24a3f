import { describe, expect, it } from 'vitest';
import { type Scenario, type Step, scenarioFormat } from '../../scenario/schema';
import { call, setUpProblems, told } from '../../test-support/software-told';

const config = { processes: ['editor', 'player'], devices: ['Accelerator', 'Narrow card: 1'] };

const own: NonNullable<Scenario['bindings']> = [
  { device: '0x18', domain: 3, first: 'driver' },
  { device: '0x20', domain: 7, first: 'driver' },
];

function scenarioOf(steps: readonly Step[], given: Partial<Scenario> = {}): Scenario {
  return {
    format: scenarioFormat,
    name: 'sva-test',
    title: 'Pointers',
    machine: { arch: 'vtd', config: { mode: 'scalable' }, tables: '0x40000000', faults: 'acknowledge' },
    devices: [
      { id: '0x18', name: 'Accelerator' },
      { id: '0x20', name: 'Narrow card' },
    ],
    spaces: [
      space('editor', 'Editor', '0x5a105000', '0x155500000'),
      space('player', 'Player', '0x9a109000', '0x166600000'),
      space('driver', 'The drivers’ own buffers', '0x3a103000', '0x177700000'),
    ],
    bindings: own,
    software: [{ kind: 'sva', config }],
    steps: [...steps],
    ...given,
  };
}

function space(
  id: string,
  name: string,
  tables: string,
  to: string,
): NonNullable<Scenario['spaces']>[number] {
  return { id, name, stage: 1, levels: 4, tables, spread: '0x1c6000', maps: [['0xdecade000', to]] };
}

const ask = (op: 'bind' | 'unbind', process: string, device = 'Accelerator'): Step =>
  call('sva', op, { process, device });
const exit = (process: string): Step => call('sva', 'exit', { process });
const unmap = (process: string): Step => call('sva', 'unmap', { process, from: '0xdecade000' });
const read = (pasid: number): Step => ({
  do: 'dma',
  device: '0x18',
  pasid,
  access: 'r',
  at: '0xdecade100',
});

/** Acts, and how requests ended, without rows of ledgers. */
function said(steps: readonly Step[], given: Partial<Scenario> = {}): readonly string[] {
  return told(scenarioOf(steps, given)).filter((line) => !/^(Processes|Bindings): /.test(line));
}

/** The last row that was told whose text starts so. */
function lastRow(steps: readonly Step[], start: string): string | undefined {
  return told(scenarioOf(steps)).findLast((line) => line.startsWith(start));
}

const reached = 'The request goes on to host address 0x155500100';

describe('shared virtual addressing', () => {
  it('gives a process one number, and writes the PASID entry before the device uses its pointer', () => {
    expect(said([ask('bind', 'editor'), read(1)])).toEqual([
      'The driver of Accelerator binds Editor.',
      'Editor is given PASID 0x1.',
      'PASID entry 0x1 of Accelerator is pointed to the page table of Editor.',
      `${reached}, after a walk, 8 memory reads.`,
    ]);
  });

  it('counts references, and clears the entry with the last one, after the device has stopped', () => {
    const twice = [ask('bind', 'editor'), ask('bind', 'editor'), ask('unbind', 'editor')];
    expect(lastRow(twice, 'Bindings')).toBe(
      'Bindings: Accelerator, Editor, PASID 0x1, references 1, PASID entry points to its tables.',
    );
    expect(said([...twice, read(1), ask('unbind', 'editor'), read(1)]).slice(-5)).toEqual([
      `${reached}, after a walk, 8 memory reads.`,
      'The driver of Accelerator stops its work for Editor.',
      'The driver of Accelerator unbinds Editor: 0 references are left.',
      'PASID entry 0x1 of Accelerator, for Editor, is cleared and flushed.',
      expect.stringMatching(/^The request is refused: PASID entry not present/),
    ]);
  });

  it('answers -EOVERFLOW where the device cannot send the number that a process has', () => {
    const steps = [ask('bind', 'editor'), ask('bind', 'player'), ask('bind', 'player', 'Narrow card')];
    expect(said(steps).at(-1)).toBe('The driver of Narrow card binds Player. The answer is -EOVERFLOW.');
  });

  it('answers -ENOSPC where no number is left that the device can send', () => {
    const steps = [ask('bind', 'editor'), ask('bind', 'player', 'Narrow card')];
    expect(said(steps).at(-1)).toBe('The driver of Narrow card binds Player. The answer is -ENOSPC.');
  });

  it('answers -EBUSY where the driver has put the number to another use, and the process keeps it', () => {
    const bindings = [...own, { device: '0x20', pasid: 1, domain: 7, first: 'player' }];
    expect(said([ask('bind', 'editor', 'Narrow card'), ask('bind', 'editor')], { bindings })).toEqual([
      'The driver of Narrow card binds Editor. The answer is -EBUSY.',
      'Editor is given PASID 0x1.',
      'The driver of Accelerator binds Editor.',
      'PASID entry 0x1 of Accelerator is pointed to the page table of Editor.',
    ]);
  });

  it('tells the IOMMU what a process unmaps, and without the notifier leaves the old page in reach', () => {
    const before = [ask('bind', 'editor'), read(1)];
    expect(said([...before, unmap('editor'), read(1)]).slice(-3)).toEqual([
      'Editor unmaps 0xdecade000, 1 page: its kernel clears the entries.',
      'The notifier of Editor tells the IOMMU driver: 0xdecade000, 1 page.',
      expect.stringMatching(/^The request is refused/),
    ]);
    const without = [{ kind: 'sva', config: { ...config, notifier: false } }];
    const stale = `${reached}, answered by the IOTLB, no memory reads.`;
    expect(said([...before, unmap('editor'), read(1)], { software: without }).at(-1)).toBe(stale);
    const later = call('sva', 'notifier', { on: false });
    expect(said([...before, later, unmap('editor'), read(1)]).at(-1)).toBe(stale);
  });

  it('clears the entries as a process exits, and keeps its number while a driver refers to it', () => {
    const gone = [ask('bind', 'editor'), read(1), exit('editor')];
    expect(said([...gone, read(1)]).at(-1)).toMatch(/^The request is refused: PASID entry not present/);
    expect(said([...gone, ask('bind', 'player')]).at(-2)).toBe('Player is given PASID 0x2.');
    expect(said([...gone, ask('unbind', 'editor'), ask('bind', 'player')]).slice(-6)).toEqual([
      'The driver of Accelerator stops its work for Editor.',
      'The driver of Accelerator unbinds Editor: 0 references are left.',
      'PASID 0x1 of Editor is free again.',
      'The driver of Accelerator binds Player.',
      'Player is given PASID 0x1.',
      'PASID entry 0x1 of Accelerator is pointed to the page table of Player.',
    ]);
    const dead = [exit('editor'), ask('bind', 'editor'), unmap('editor'), exit('editor')];
    expect(said(dead).slice(1)).toEqual([
      expect.stringMatching(/-ESRCH/),
      expect.stringMatching(/-ESRCH/),
      expect.stringMatching(/-ESRCH/),
    ]);
  });

  it('names what is wrong with a call or with its setting', () => {
    expect(said([ask('unbind', 'editor')])).toEqual([
      'steps[0].with.process: The process is not bound to this device: bind it first.',
    ]);
    expect(said([{ do: 'call', to: 'sva', op: 'fork' }])[0]).toMatch(/^steps\[0\]\.op: /);
    const wrong = (given: Record<string, string[] | string>): readonly string[] =>
      setUpProblems(scenarioOf([], { software: [{ kind: 'sva', config: { ...config, ...given } }] }));
    expect(wrong({ processes: ['nobody'] })).toEqual(['software[0].config.processes[0]']);
    const many = new Array<string>(65).fill('editor');
    expect(wrong({ processes: many })).toEqual(['software[0].config.processes']);
    expect(wrong({ devices: ['Accelerator: 21'] })).toEqual(['software[0].config.devices[0]']);
    expect(wrong({ notifier: 'off' })).toEqual(['software[0].config.notifier']);
    expect(wrong({ pasids: '7' })).toEqual(['software[0].config.pasids']);
    const bindings = own.slice(0, 1);
    expect(setUpProblems(scenarioOf([], { bindings }))).toEqual(['software[0].config.devices[1]']);
    const legacy = { arch: 'vtd', config: { mode: 'legacy' } };
    const passing = own.map(({ device, domain }) => ({ device, domain, passThrough: true }));
    const given = { machine: legacy, bindings: passing };
    expect(setUpProblems(scenarioOf([], given))).toEqual(['software[0].kind']);
  });
});
