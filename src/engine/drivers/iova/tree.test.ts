import { describe, expect, it } from 'vitest';
import { costsWith } from './costs';
import { silentMeter } from './meter';
import type { RangeNode } from './red-black';
import { SimulatedCpus } from './simulated-cpus';
import { anchorPage, TreeAllocator } from './tree';

const below4GiB = 0xf_ffff;
const above4GiB = 0xf_ffff_ffff;

const fresh = (): TreeAllocator => new TreeAllocator(silentMeter);

/** Takes every page below 4 GiB: pages 1, 2 and 3, 4 to 7, and so on. */
function fillBelow4GiB(tree: TreeAllocator): void {
  for (let pages = 2 ** 19; pages >= 1; pages /= 2) expect(tree.allocate(pages, below4GiB, 0)).toBe(pages);
}

/** Nodes that `act` looks at. */
function visitsOf(meter: SimulatedCpus, act: () => void): number {
  const before = meter.counts[0]?.nodeVisits ?? 0;
  act();
  return (meter.counts[0]?.nodeVisits ?? 0) - before;
}

const firsts = (tree: TreeAllocator): number[] => tree.ranges().map((range) => range.first);

describe('the tree allocator', () => {
  it('gives out addresses from the limit downwards', () => {
    const tree = fresh();
    expect([0, 0, 0].map(() => tree.allocate(1, 0x1000, 0))).toEqual([0x1000, 0xfff, 0xffe]);
  });

  it.each([
    [1, 1],
    [3, 4],
    [5, 8],
    [17, 32],
    [31, 32],
    [32, 32],
    [33, 33],
  ])('takes for %i pages %i', (pages, taken) => {
    const tree = fresh();
    const first = tree.allocate(pages, 0x1000, 0);
    expect(tree.ranges()).toEqual([{ first, pages: taken, state: 'live' }]);
  });

  it('aligns a range to the power of two that holds it', () => {
    const tree = fresh();
    tree.allocate(1, 0x1000, 0);
    expect([tree.allocate(3, 0x1000, 0), tree.allocate(33, 0x1000, 0)]).toEqual([0xffc, 0xfc0]);
  });

  it('never gives out page 0', () => {
    const tree = fresh();
    expect([tree.allocate(1, 1, 0), tree.allocate(1, 1, 0), tree.allocate(1, 0, 0)]).toEqual([1, -1, -1]);
    expect(tree.allocate(4, 3, 0)).toBe(-1);
  });

  it('starts the next search at the range found last, and passes none of the others', () => {
    const meter = new SimulatedCpus(1, costsWith());
    const tree = new TreeAllocator(meter);
    for (let count = 0; count < 1000; count++) tree.allocate(1, below4GiB, 0);
    expect(tree.startsAt).toEqual({ below4GiB: below4GiB - 999, above: anchorPage });
    // From the lowest node up to the root: twice the logarithm of 1001 nodes at most.
    expect(visitsOf(meter, () => tree.allocate(1, below4GiB, 0))).toBeLessThan(22);
  });

  it('starts again above a range that is freed, and finds the room there', () => {
    const tree = fresh();
    const [, second] = [0, 0, 0, 0].map(() => tree.allocate(1, below4GiB, 0));
    tree.free(second as number, 1, 0);
    expect(tree.startsAt.below4GiB).toBe(below4GiB);
    expect(tree.allocate(1, below4GiB, 0)).toBe(second);
  });

  it('does not move its start for a range freed below it', () => {
    const tree = fresh();
    const low = tree.allocate(1, 0x100, 0);
    const high = tree.allocate(1, above4GiB, 0);
    tree.allocate(1, above4GiB, 0);
    tree.free(low, 1, 0);
    expect(tree.startsAt.above).toBe(high - 1);
  });

  it('walks past every node between the start and the room when the room at the start is too small', () => {
    const meter = new SimulatedCpus(1, costsWith());
    const tree = new TreeAllocator(meter);
    const pages = Array.from({ length: 500 }, () => tree.allocate(1, below4GiB, 0));
    tree.free(pages[0] as number, 1, 0);
    expect(visitsOf(meter, () => tree.allocate(2, below4GiB, 0))).toBeGreaterThan(498);
  });

  it('searches once more from the top when there is no room below its start', () => {
    const tree = fresh();
    fillBelow4GiB(tree);
    expect(tree.allocate(1, 0x10_0000, 0)).toBe(0x10_0000);
    expect(tree.startsAt.above).toBe(0x10_0000);
    expect(tree.allocate(1, 0x10_0005, 0)).toBe(0x10_0005);
  });

  it('finds room from the top below a limit under 4 GiB when its start lies lower', () => {
    const tree = fresh();
    for (const first of [4, 3, 2, 1]) expect(tree.allocate(1, 4, 0)).toBe(first);
    expect(tree.allocate(1, 6, 0)).toBe(6);
  });

  it('after a failure below 4 GiB fails at once for that size and more, until something there is freed', () => {
    const meter = new SimulatedCpus(1, costsWith());
    const tree = new TreeAllocator(meter);
    fillBelow4GiB(tree);
    const high = tree.allocate(1, above4GiB, 0);
    expect(tree.allocate(2, below4GiB, 0)).toBe(-1);
    expect(tree.failsFrom).toBe(2);
    expect(visitsOf(meter, () => expect(tree.allocate(2, below4GiB, 0)).toBe(-1))).toBe(0);
    expect(visitsOf(meter, () => expect(tree.allocate(1, below4GiB, 0)).toBe(-1))).toBeGreaterThan(0);
    expect(tree.failsFrom).toBe(1);
    tree.free(high, 1, 0);
    expect(tree.failsFrom).toBe(1);
    tree.free(2, 2, 0);
    expect(tree.allocate(2, below4GiB, 0)).toBe(2);
  });

  it('still serves a device that reaches above 4 GiB when there is no room below', () => {
    const tree = fresh();
    fillBelow4GiB(tree);
    expect(tree.allocate(1, below4GiB, 0)).toBe(-1);
    expect(tree.allocate(1, above4GiB, 0)).toBe(above4GiB);
  });

  it('ignores the end of a range that nobody has', () => {
    const tree = fresh();
    tree.allocate(1, 0x10, 0);
    tree.free(0x11, 1, 0);
    tree.free(anchorPage, 1, 0);
    expect(firsts(tree)).toEqual([0x10]);
    expect(tree.allocate(1, 0x10, 0)).toBe(0xf);
  });

  it('shows its nodes, the anchor above all of them', () => {
    const tree = fresh();
    tree.allocate(1, 0x10, 0);
    tree.allocate(2, 0x10, 0);
    const shown = (node: RangeNode | undefined): unknown[] =>
      node === undefined ? [] : [...shown(node.left), [node.first, node.last], ...shown(node.right)];
    expect(shown(tree.root)).toEqual([
      [0xe, 0xf],
      [0x10, 0x10],
      [anchorPage, anchorPage],
    ]);
  });
});
