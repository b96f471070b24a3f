import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../catalogue';
import { momentAt, viewOf } from '../../../moment';
import { run } from '../../../run';
import type { Scenario, Step } from '../../../scenario/schema';
import { call, setUpProblems, told } from '../../../test-support/software-told';
import { hostTables, mappedPage, mappedPages, type Tables } from './guest-tables';

const ramRoot = 0x50000;
const guestRoot = 0x70000;
const shadowRoot = 0x60000;
const setUp = (cachingMode: boolean): Scenario => ({
  format: 'iommuscope/1',
  name: 'shadow',
  title: 'Shadow',
  machine: { arch: 'vtd', config: { mode: 'scalable' }, tables: '0x40000000' },
  spaces: [
    {
      id: 'ram',
      stage: 2,
      levels: 4,
      tables: '0x50000000',
      maps: [['0x80000000', '0x180000000', '0x40000']],
    },
    {
      id: 'guest',
      stage: 2,
      levels: 4,
      over: 'ram',
      tables: '0x70000000',
      maps: [['0x1000', '0x80001000']],
    },
    { id: 'shadow', stage: 2, levels: 4, tables: '0x60000000' },
    {
      id: 'process',
      stage: 1,
      levels: 4,
      over: 'ram',
      tables: '0x78000000',
      maps: [['0x5000', '0x80005000']],
    },
  ],
  bindings: [
    { device: '0x18', domain: 2, second: 'shadow' },
    { device: '0x18', pasid: 5, domain: 3, first: 'process', second: 'ram' },
  ],
  software: [
    { kind: 'qemu', config: { part: 'shadow', cachingMode, assigned: '0x18', guest: 'guest', ram: 'ram' } },
  ],
  steps: [],
});

const register = (news: string, anyway = false): Step => call('qemu', 'register', { news, anyway });
const map = (from: string, to: string): Step => call('qemu', 'guest-map', { from, to });
const unmap = (from: string): Step => call('qemu', 'guest-unmap', { from });
const read = (at: string): Step => ({ do: 'dma', device: '0x18', access: 'r', at });
const readProcess: Step = { do: 'dma', device: '0x18', pasid: 5, access: 'r', at: '0x5040' };
const saidBy = (cachingMode: boolean, ...steps: readonly Step[]): readonly string[] =>
  told({ ...setUp(cachingMode), steps: [...steps] });

describe('a hypervisor that shadows', () => {
  it('refuses a listener for mappings without caching mode', () => {
    expect(saidBy(false, register('map-unmap'))).toEqual([
      expect.stringMatching(/The answer is -EOPNOTSUPP\.$/),
    ]);
  });

  it('refuses the same listener twice', () => {
    expect(saidBy(true, register('unmap'), register('unmap')).at(-1)).toMatch(/-EEXIST/);
  });

  it('maps what was mapped before the listener came', () => {
    expect(saidBy(true, register('map-unmap'), read('0x1040')).at(-1)).toMatch(/host address 0x180001040/);
  });

  it('does not hear of a new mapping without caching mode: the DMA faults', () => {
    const said = saidBy(false, register('map-unmap', true), map('0x2000', '0x80002000'), read('0x2040'));
    expect(said.at(-1)).toMatch(/^The request is refused: Second-stage entry not present/);
  });

  it('hears without caching mode when an entry that was present gets another page', () => {
    const steps = [register('map-unmap', true), map('0x1000', '0x80003000'), read('0x1040')];
    expect(saidBy(false, ...steps).at(-1)).toMatch(/host address 0x180003040/);
  });

  it('hears of it with caching mode', () => {
    const said = saidBy(true, register('map-unmap'), map('0x2000', '0x80002000'), read('0x2040'));
    expect(said.at(-1)).toMatch(/host address 0x180002040/);
  });

  it.each([false, true])('hears of an unmapping and flushes (caching mode %s)', (cachingMode) => {
    const said = saidBy(
      cachingMode,
      register('map-unmap', true),
      read('0x1040'),
      unmap('0x1000'),
      read('0x1040'),
    );
    expect(said.at(-1)).toMatch(/^The request is refused/);
  });

  it('gives the device no more than the guest gave', () => {
    const readOnly = call('qemu', 'guest-map', { from: '0x2000', to: '0x80002000', permissions: 'r' });
    const write: Step = { do: 'dma', device: '0x18', access: 'w', at: '0x2040' };
    expect(saidBy(true, register('map-unmap'), readOnly, write).at(-1)).toMatch(/^The request is refused/);
  });

  it('answers -EFAULT for memory that the guest does not have, and maps nothing', () => {
    const said = saidBy(true, register('map-unmap'), map('0x2000', '0x90000000'), read('0x2040'));
    expect(said.some((line) => line.endsWith('The answer is -EFAULT.'))).toBe(true);
    expect(said.at(-1)).toMatch(/^The request is refused/);
  });

  it('tells who hears of unmapping only the range as it is, and reads no table', () => {
    const said = saidBy(true, register('unmap'), map('0x2000', '0x80002000'));
    expect(said).toContain('QEMU tells: unmapped, 1 page from 0x2000.');
    expect(said.some((line) => line.startsWith('VFIO maps'))).toBe(false);
  });
});

describe('a change of a first level', () => {
  const changed = call('qemu', 'first-level-changed', { pasid: 5, from: '0x5000' });
  const lost: Step = { do: 'unmap', space: 'process', from: '0x5000' };

  it('is not heard by who hears of mappings: the old translation answers', () => {
    const said = saidBy(true, register('map-unmap'), readProcess, lost, changed, readProcess);
    expect(said.at(-1)).toMatch(/answered by the IOTLB/);
  });

  it('reaches the unit through a notifier of its own kind', () => {
    const said = saidBy(true, register('first-level'), readProcess, lost, changed, readProcess);
    expect(said.at(-1)).toMatch(/^The request is refused: First-stage entry not present/);
  });

  it('is a problem for a PASID that is not bound', () => {
    const other = call('qemu', 'first-level-changed', { pasid: 6, from: '0x5000' });
    expect(saidBy(true, other)).toEqual([expect.stringMatching(/^steps\[0\]\.with\.pasid:/)]);
  });
});

const page = fc.constantFrom(0x1, 0x2, 0x3, 0x200, 0x201, 0x40000);
const pages = fc.integer({ min: 1, max: 3 });
const hex = (number: number): string => `0x${number.toString(16)}000`;
const change = fc.oneof(
  fc
    .record({ from: page, to: fc.integer({ min: 0x80000, max: 0x8003f }), pages })
    .map(({ from, to, pages: count }) =>
      call('qemu', 'guest-map', { from: hex(from), to: hex(to), pages: count, permissions: 'rw' }),
    ),
  fc.record({ from: page }).map(({ from }) => unmap(hex(from))),
);

describe('with caching mode', () => {
  it('the host’s table always is the guest’s table with guest memory replaced by host memory', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const scenario = { ...setUp(true), steps: [register('map-unmap'), ...changes] };
        const result = run(scenario);
        if (!result.ok) throw new Error(JSON.stringify(result.problems));
        const { memory, software } = result.value;
        const ram = hostTables(ramRoot, 4);
        const guest: Tables = { root: guestRoot, levels: 4, hostOf: (at) => mappedPage(memory, ram, at)?.to };
        const all = 2 ** 36;
        const wanted = [...mappedPages(memory, guest, 0, all)].flatMap(({ page: from, to }) => {
          const host = mappedPage(memory, ram, to)?.to;
          return host === undefined ? [] : [[from, host]];
        });
        const found = [...mappedPages(memory, hostTables(shadowRoot, 4), 0, all)];
        expect(found.map(({ page: from, to }) => [from, to])).toEqual(wanted);
        const rows = [...(software.ledgers.rows[0]?.[1] ?? [])].map(([from, [, host]]) => [from, host]);
        expect(rows.sort(([a = 0], [b = 0]) => a - b)).toEqual(wanted);
        const view = viewOf(scenario, result.value, catalogue);
        expect(momentAt(view, view.trace.length).state.ledgers).toEqual(software.ledgers.rows);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the configuration', () => {
  const base = setUp(true);
  const good = { part: 'shadow', cachingMode: true, assigned: '0x18', guest: 'guest', ram: 'ram' };
  it.each([
    [{ ...good, assigned: '0x20' }, ['software[0].config.assigned']],
    [{ ...good, guest: 'shadow' }, ['software[0].config.guest']],
    [{ ...good, guest: 'guest', ram: 'nothing' }, ['software[0].config.guest', 'software[0].config.ram']],
    [{ ...good, cachingMode: 1 }, ['software[0].config.cachingMode']],
  ])('%j is refused', (config, paths) => {
    expect(setUpProblems({ ...base, software: [{ kind: 'qemu', config }] })).toEqual(paths);
  });

  it('needs VT-d', () => {
    const machine = { ...base.machine, arch: 'smmuv3', config: {} };
    expect(setUpProblems({ ...base, machine })).toContain('software[0].config.part');
  });
});
