import { describe, expect, it } from 'vitest';
import { costsWith } from './costs';
import { MagazineAllocator, sizeClasses } from './magazines';
import { silentMeter } from './meter';
import { magazineEntries } from './range-cache';
import { SimulatedCpus } from './simulated-cpus';

const limit = 0xf_ffff;

const fresh = (cpus = 2): MagazineAllocator => new MagazineAllocator(silentMeter, cpus);

/** Takes `count` ranges and gives all of them back; their first pages. */
function takeAndFree(allocator: MagazineAllocator, count: number, pages = 1, cpu = 0): number[] {
  const firsts = Array.from({ length: count }, () => allocator.allocate(pages, limit, cpu));
  for (const first of firsts) allocator.free(first, pages, cpu);
  return firsts;
}

const cachedCount = (allocator: MagazineAllocator): number =>
  allocator.ranges().filter((range) => range.state === 'cached').length;

describe('per-CPU magazines', () => {
  it('give a CPU first what it freed last', () => {
    const allocator = fresh();
    const freed = takeAndFree(allocator, 3);
    expect([1, 1, 1].map((pages) => allocator.allocate(pages, limit, 0))).toEqual(freed.reverse());
  });

  it('give no other CPU what a CPU keeps', () => {
    const allocator = fresh();
    const [kept] = takeAndFree(allocator, 1);
    expect(allocator.ranges()).toEqual([{ first: kept, pages: 1, state: 'cached' }]);
    expect(allocator.allocate(1, limit, 1)).toBe((kept as number) - 1);
  });

  it.each([
    [1, 0],
    [2, 1],
    [3, 2],
    [5, 3],
    [9, 4],
    [17, 5],
    [32, 5],
  ])('keep ranges of %i pages in size class %i', (pages, sizeClass) => {
    const allocator = fresh();
    takeAndFree(allocator, 1, pages);
    expect(allocator.caches.map((cache) => cache.heldBy(0).loaded)).toEqual(
      Array.from({ length: sizeClasses }, (_, index) => (index === sizeClass ? 1 : 0)),
    );
  });

  it('give ranges of more than 32 pages back to the tree at once', () => {
    const allocator = fresh();
    takeAndFree(allocator, 1, 33);
    expect(allocator.ranges()).toEqual([]);
  });

  it('fill two magazines of 127 and then send the loaded one to the depot', () => {
    const allocator = fresh();
    const [ones] = allocator.caches;
    const pages = Array.from({ length: 2 * magazineEntries + 1 }, () => allocator.allocate(1, limit, 0));
    const states = pages.map((page) => {
      allocator.free(page, 1, 0);
      return [ones?.heldBy(0).loaded, ones?.heldBy(0).previous, ones?.depotSize];
    });
    expect(states[126]).toEqual([127, 0, 0]);
    expect(states[127]).toEqual([1, 127, 0]);
    expect(states[253]).toEqual([127, 127, 0]);
    expect(states[254]).toEqual([1, 127, 1]);
  });

  it('swap an empty magazine for the previous one, then take a full one from the depot', () => {
    const allocator = fresh();
    const [ones] = allocator.caches;
    const freed = takeAndFree(allocator, 2 * magazineEntries + 1);
    expect(allocator.allocate(1, limit, 0)).toBe(freed[254]);
    expect(allocator.allocate(1, limit, 0)).toBe(freed[126]);
    expect(ones?.heldBy(0)).toEqual({ loaded: 126, previous: 0 });
    expect(allocator.allocate(1, limit, 1)).toBe(freed[253]);
    expect([ones?.heldBy(1).loaded, ones?.depotSize]).toEqual([126, 0]);
  });

  it('take the last entry that is not above the limit, else go to the tree', () => {
    const allocator = fresh();
    const high = allocator.allocate(1, 0x200, 0);
    const low = allocator.allocate(1, 0x100, 0);
    allocator.free(low, 1, 0);
    allocator.free(high, 1, 0);
    expect(allocator.allocate(1, 0x1ff, 0)).toBe(low);
    expect(allocator.allocate(1, 0x1ff, 0)).toBe(low - 1);
    expect(allocator.allocate(1, 0x200, 0)).toBe(high);
  });

  it('take no range that ends above the limit', () => {
    const allocator = fresh();
    allocator.free(allocator.allocate(4, 0x103, 0), 4, 0);
    expect(allocator.allocate(4, 0x102, 0)).toBe(0xfc);
    expect(allocator.allocate(4, 0x103, 0)).toBe(0x100);
  });

  it('go back to the tree when it has no room', () => {
    const allocator = fresh();
    const all = Array.from({ length: 31 }, () => allocator.allocate(1, 31, 0));
    for (const page of all) allocator.free(page, 1, page % 2);
    expect(cachedCount(allocator)).toBe(31);
    expect(allocator.allocate(16, 31, 0)).toBe(16);
    expect(allocator.ranges()).toEqual([{ first: 16, pages: 16, state: 'live' }]);
    expect(allocator.allocate(16, 31, 0)).toBe(-1);
  });

  it('empty the depot too when the tree has no room', () => {
    const allocator = fresh();
    const count = 511;
    for (const page of Array.from({ length: count }, () => allocator.allocate(1, count, 0)))
      allocator.free(page, 1, 0);
    expect(allocator.caches[0]?.depotSize).toBe(3);
    expect(allocator.allocate(256, count, 0)).toBe(256);
    expect(cachedCount(allocator)).toBe(0);
  });

  it('trim one magazine from a depot that holds more than one for each CPU', () => {
    const allocator = fresh(1);
    takeAndFree(allocator, 4 * magazineEntries + 1);
    const [ones] = allocator.caches;
    expect(ones?.depotSize).toBe(3);
    const sizes = [0, 0, 0].map(() => {
      allocator.trimDepots(0);
      return [ones?.depotSize, cachedCount(allocator)];
    });
    expect(sizes).toEqual([
      [2, 3 * magazineEntries + 1],
      [1, 2 * magazineEntries + 1],
      [1, 2 * magazineEntries + 1],
    ]);
  });

  it('keep a CPU away from the tree while it takes and frees the same sizes', () => {
    const meter = new SimulatedCpus(1, costsWith());
    const allocator = new MagazineAllocator(meter, 1);
    takeAndFree(allocator, 50);
    const visits = meter.counts[0]?.nodeVisits;
    takeAndFree(allocator, 50);
    expect(meter.counts[0]?.nodeVisits).toBe(visits);
  });

  it('have none for a CPU that does not exist', () => {
    expect(() => fresh(2).allocate(1, limit, 2)).toThrow('There is no CPU 2.');
  });
});
