import { describe, expect, it } from 'vitest';
import { prepare } from '../../run';
import type { Step } from '../../scenario/schema';
import { call, hostScenario, rowsAfter, story, write } from './host.fixture';

function told(...lines: readonly (string | Step)[]): string {
  return `\n${story(steps(lines))}\n`;
}

function steps(lines: readonly (string | Step)[]): readonly Step[] {
  return lines.map((line) => (typeof line === 'string' ? call(line) : line));
}

describe('who may map what', () => {
  it('refuses a domain without control_iommu with -EACCES, and changes nothing', () => {
    const line = 'map by=windows bfn=0x123 domid=DOMID_SELF gfn=0x10';
    expect(told(line)).toBe(`
windows asks to map bus frame 0x123 to guest frame 0x10 of DOMID_SELF. -EACCES
`);
    expect(rowsAfter(steps([line]), 'mappings')).toBe('');
    expect(rowsAfter(steps([line]), 'pages')).toBe(rowsAfter([], 'pages'));
  });

  it('shows the rights of each domain', () => {
    expect(`\n${rowsAfter([], 'domains')}\n`).toBe(`
dom0: running, yes, windows, debian, 2, 0
driver: running, yes, windows, 2, 0
windows: running, no, nobody, 4, 0
debian: running, no, nobody, 4, 0
`);
  });

  it('refuses the whole hypercall, not its operations', () => {
    expect(told('batch by=windows ops=unmap+0x1;flush')).toBe(`
windows makes one hypercall with 2 operations; flushing is held back. -EACCES
`);
  });

  it('refuses memory of a guest over which the caller has no mapping privilege with -EPERM', () => {
    expect(
      told(
        'map by=driver bfn=0x123 domid=debian gfn=0x10',
        'map by=driver bfn=0x123 domid=windows gfn=0x10',
        write('0x123040', '0x18'),
      ),
    ).toBe(`
driver asks to map bus frame 0x123 to guest frame 0x10 of debian. -EPERM
driver asks to map bus frame 0x123 to guest frame 0x10 of windows.
DMA reaches 0x92010
`);
  });

  it('takes a frame number for the guest’s, also when it is the number of a machine frame', () => {
    const memory = ['dom0 0x10 0x90010', 'windows 0x93010 0x92010', 'debian 0x10 0x93010'];
    const lines = [
      call('map by=dom0 bfn=0x1 domid=windows gfn=0x93010'),
      write('0x1000'),
      call('map by=dom0 bfn=0x2 domid=windows gfn=0x92010'),
    ];
    expect(`\n${story(lines, { memory })}\n`).toBe(`
dom0 asks to map bus frame 0x1 to guest frame 0x93010 of windows.
DMA reaches 0x92010
dom0 asks to map bus frame 0x2 to guest frame 0x92010 of windows. -EINVAL
`);
  });

  it('maps the caller’s own memory for DOMID_SELF', () => {
    expect(told('map by=driver bfn=0x7 domid=DOMID_SELF gfn=0x11', write('0x7000', '0x18'))).toBe(`
driver asks to map bus frame 0x7 to guest frame 0x11 of DOMID_SELF.
DMA reaches 0x91011
`);
  });

  it('refuses a bus frame in use, one that is not mapped, and a domain that is destroyed', () => {
    expect(
      told(
        'batch by=dom0 ops=map+0x1+windows+0x10;map+0x1+windows+0x11;unmap+0x2',
        'destroy domid=debian',
        'map by=dom0 bfn=0x3 domid=debian gfn=0x10',
      ),
    ).toBe(`
dom0 makes one hypercall with 3 operations; flushing is held back.
dom0 asks to map bus frame 0x1 to guest frame 0x10 of windows.
dom0 asks to map bus frame 0x1 to guest frame 0x11 of windows. -EEXIST
dom0 asks to unmap bus frame 0x2. -ENOENT
Xen destroys debian.
Xen frees machine frame 0x93010.
Xen frees machine frame 0x93011.
Xen frees machine frame 0x93012.
Xen frees machine frame 0x93013.
No page of debian is left: Xen forgets the domain.
dom0 asks to map bus frame 0x3 to guest frame 0x10 of debian. -ESRCH
`);
  });

  it('lets a device read through a read-only mapping, and not write', () => {
    const read: Step = { do: 'dma', device: '0x10', access: 'r', at: '0x1000' };
    expect(told('map by=dom0 bfn=0x1 domid=windows gfn=0x10 readonly=true', read, write('0x1000'))).toBe(`
dom0 asks to map bus frame 0x1 to guest frame 0x10 of windows, read-only.
DMA reaches 0x92010
DMA is refused
`);
  });
});

describe('unmap, drop, flush', () => {
  const mapped = ['map by=dom0 bfn=0x1 domid=windows gfn=0x10', write('0x1000')];

  it('lets a late DMA reach a page of another guest when the flush is forgotten', () => {
    expect(told(...mapped, 'unmap by=dom0 bfn=0x1', 'balloon by=windows gfn=0x10', write('0x1000'))).toBe(`
dom0 asks to map bus frame 0x1 to guest frame 0x10 of windows.
DMA reaches 0x92010
dom0 asks to unmap bus frame 0x1.
windows gives back 1 guest frame from 0x10 (decrease_reservation).
Xen frees machine frame 0x92010.
Xen gives machine frame 0x92010 to debian, which asked for memory, as guest frame 0x20.
DMA reaches 0x92010
`);
  });

  it('frees a page that a guest gave back at the unmap, before the flush', () => {
    const lines = ['balloon by=windows gfn=0x10', 'unmap by=dom0 bfn=0x1', write('0x1000'), 'flush by=dom0'];
    expect(told(...mapped, ...lines, write('0x1000'))).toBe(`
dom0 asks to map bus frame 0x1 to guest frame 0x10 of windows.
DMA reaches 0x92010
windows gives back 1 guest frame from 0x10 (decrease_reservation).
Xen keeps machine frame 0x92010: mappings hold 1 reference to it.
dom0 asks to unmap bus frame 0x1.
Xen frees machine frame 0x92010.
Xen gives machine frame 0x92010 to debian, which asked for memory, as guest frame 0x20.
DMA reaches 0x92010
dom0 asks to flush the IOTLB of all its mappings.
DMA is refused
`);
  });

  it('frees it only at the flush when references are held until then', () => {
    const lines = ['balloon by=windows gfn=0x10', 'unmap by=dom0 bfn=0x1', write('0x1000')];
    expect(told('drop at=flush', ...mapped, ...lines, 'flush by=dom0 bfn=0x1', write('0x1000'))).toBe(`
From here on Xen drops the reference of an unmapped page only after the flush.
dom0 asks to map bus frame 0x1 to guest frame 0x10 of windows.
DMA reaches 0x92010
windows gives back 1 guest frame from 0x10 (decrease_reservation).
Xen keeps machine frame 0x92010: mappings hold 1 reference to it.
dom0 asks to unmap bus frame 0x1.
DMA reaches 0x92010
dom0 asks to flush the IOTLB of 1 bus frame from 0x1.
Xen frees machine frame 0x92010.
Xen gives machine frame 0x92010 to debian, which asked for memory, as guest frame 0x20.
DMA is refused
`);
  });

  it('keeps the old mapping in the ledger until the flush, also when the bus frame is mapped anew', () => {
    const lines = ['unmap by=dom0 bfn=0x1', 'map by=dom0 bfn=0x1 domid=debian gfn=0x10', write('0x1000')];
    expect(`\n${rowsAfter(steps([...mapped, ...lines]), 'mappings')}\n`).toBe(`
1: dom0, 0x1, windows, 0x10, 0x92010, read and write, unmapped, not flushed
2: dom0, 0x1, debian, 0x10, 0x93010, read and write, mapped
`);
    expect(
      story(steps([...mapped, ...lines]))
        .split('\n')
        .at(-1),
    ).toBe('DMA reaches 0x92010');
  });
});

describe('invalidation', () => {
  const two = 'batch by=dom0 ops=map+0x1+windows+0x10;map+0x2+windows+0x11;map+0x3+debian+0x10';

  it('costs an emulator every page of the guest when it names none', () => {
    const lines = steps([two, 'balloon by=windows gfn=0x10', 'invalidate domid=windows']);
    expect(`\n${rowsAfter(lines, 'mappings')}\n`).toBe(`
3: dom0, 0x3, debian, 0x10, 0x93010, read and write, mapped
`);
  });

  it('costs it the named page only when it names one', () => {
    const lines = steps([two, 'balloon by=windows gfn=0x10', 'invalidate domid=windows gfn=0x10']);
    expect(`\n${rowsAfter(lines, 'mappings')}\n`).toBe(`
2: dom0, 0x2, windows, 0x11, 0x92011, read and write, mapped
3: dom0, 0x3, debian, 0x10, 0x93010, read and write, mapped
`);
  });
});

describe('the end of a domain', () => {
  const mapped = ['map by=driver bfn=0x1 domid=windows gfn=0x10', write('0x1000', '0x18')];

  it('keeps a destroyed guest as long as a mapper holds one of its pages', () => {
    const dying = steps([...mapped, 'destroy domid=windows']);
    expect(rowsAfter(dying, 'domains')).toContain('windows: dying, its pages are held, no, nobody, 1, 0');
    const freed = [...dying, call('unmap by=driver bfn=0x1')];
    expect(rowsAfter(freed, 'domains')).toContain('windows: gone, no, nobody, 0, 0');
  });

  it('leaves a destroyed mapper’s references behind, and takes its devices away', () => {
    const lines = steps([...mapped, 'destroy domid=driver', 'balloon by=windows gfn=0x10']);
    expect(rowsAfter(lines, 'pages')).toContain('0x92010: windows, none, 1, driver');
    expect(
      story([...lines, write('0x1000', '0x18')])
        .split('\n')
        .slice(-2),
    ).toEqual(['Xen keeps machine frame 0x92010: mappings hold 1 reference to it.', 'DMA is refused']);
  });

  it('ends what a destroyed mapper had unmapped and not flushed, as its devices are flushed', () => {
    const lines = steps([
      ...mapped,
      'balloon by=windows gfn=0x10',
      'unmap by=driver bfn=0x1',
      'destroy domid=driver',
    ]);
    const change = { dropAt: 'flush' };
    expect(rowsAfter(lines, 'mappings', change)).toBe('');
    expect(rowsAfter(lines, 'pages', change)).toContain('0x92010: debian, 0x20, 0, nobody');
  });

  it('finds them with a scan of all machine frames', () => {
    const lines = steps([...mapped, 'destroy domid=driver', 'balloon by=windows gfn=0x10']);
    expect(
      story([...lines, call('scan domid=driver')])
        .split('\n')
        .slice(-2),
    ).toEqual([
      'Xen looks up each of 4,096 machine frames in the M2B and finds 1 mapping by driver or of its memory.',
      'Xen frees machine frame 0x92010.',
    ]);
  });

  it('ends the mappings of a destroyed guest with a scan, and flushes before it frees', () => {
    const lines = steps([...mapped, 'destroy domid=windows', 'scan domid=windows', write('0x1000', '0x18')]);
    expect(story(lines).split('\n').slice(-3)).toEqual([
      'Xen frees machine frame 0x92010.',
      'No page of windows is left: Xen forgets the domain.',
      'DMA is refused',
    ]);
  });
});

describe('what a person gets wrong', () => {
  it.each([
    ['toast', '.op'],
    ['map by=dom0 bfn=0x1 domid=nobody gfn=0x1', '.with.domid'],
    ['batch by=dom0 ops=map+0x1+windows', '.with.ops'],
    ['batch by=dom0 ops=unmap+12', '.with.ops'],
    ['flush by=dom0 frames=2', '.with.frames'],
    ['scan domid=windows', '.with.domid'],
    ['unmap by=dom0 bfn=0x1 order=9', '.with.order'],
    ['map by=dom0 bfn=0xfffffffffffff domid=DOMID_SELF gfn=0x10', '.with'],
  ])('names the field of a wrong call: %s', (line, path) => {
    expect(story([call(line)])).toContain(`problem steps[0]${path}:`);
  });

  it('is a call by a domain that is destroyed', () => {
    expect(told('destroy domid=driver', 'flush by=driver')).toContain('problem steps[1].with.by: driver');
  });

  it.each([
    [{ domains: [] }, 'domains'],
    [{ domains: ['a b'] }, 'domains'],
    [{ control: ['nobody'] }, 'control[0]'],
    [{ control: ['windows'] }, 'spaces'],
    [{ spaces: ['dom0 dom0', 'driver dom0'] }, 'spaces'],
    [{ spaces: ['dom0 dom0', 'driver moon'] }, 'spaces'],
    [{ mapping: ['dom0'] }, 'mapping[0]'],
    [{ memory: ['dom0 0x1 0x2 0'] }, 'memory[0]'],
    [{ memory: ['dom0 0x1 mfn'] }, 'memory[0]'],
    [{ memory: ['dom0 0x1 0x2', 'windows 0x1 0x2'] }, 'memory'],
    [{ memory: ['dom0 0x1 0x2', 'dom0 0x1 0x3'] }, 'memory'],
    [{ waiting: 'debian' }, 'waiting'],
    [{ hostFrames: 0 }, 'hostFrames'],
    [{ dropAt: 'never' }, 'dropAt'],
    [{ m2b: true }, 'm2b'],
  ])('names the field of a wrong config: %j', (change, field) => {
    const result = prepare(hostScenario([], change));
    expect(result.ok ? [] : result.problems.map(({ path }) => path)).toContain(`software[0].config.${field}`);
  });
});
