import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TceAllocator } from './tce-allocator';

it('gives small requests a block of their own, and large ones the last quarter', () => {
  const allocator = new TceAllocator(64, 12, true);
  expect([8, 12, 12, 16].map((count) => allocator.allocate(count))).toEqual([1, 16, 32, 48]);
  expect([allocator.used, allocator.allocate(8)]).toEqual([49, undefined]);
  expect([7, 4, 4].map((count) => allocator.allocate(count))).toEqual([9, 28, 44]);
  expect([allocator.used, allocator.allocate(1)]).toEqual([64, undefined]);
});

it('looks in the other pools when its own is full', () => {
  const allocator = new TceAllocator(64, 12, false);
  expect([16, 16, 15, 10].map((count) => allocator.allocate(count))).toEqual([48, 0, 16, 32]);
  allocator.free(48, 16);
  expect([6, 2].map((count) => allocator.allocate(count))).toEqual([42, 48]);
});

it('has four pools in a window of 1 GiB, and draws on the first', () => {
  const size = 2 ** 18;
  const allocator = new TceAllocator(size, 12, true);
  const each = (size * 3) / 4 / 4;
  expect(allocator.allocate(size / 4)).toBe(size - size / 4);
  expect(allocator.allocate(each - 15)).toBe(1);
  expect(allocator.allocate(15)).toBe(each);
});

it('never gives out a TCE twice, gives none outside the window, and refuses only what no pool has', () => {
  const act = fc.record({
    count: fc.integer({ min: 1, max: 24 }),
    frees: fc.option(fc.nat(), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.constantFrom(64, 100, 256), fc.boolean(), fc.array(act), (size, reserves, acts) => {
      const allocator = new TceAllocator(size, 12, reserves);
      const isUsed = new Array<boolean>(size).fill(false);
      isUsed[0] = reserves;
      const given: { first: number; count: number }[] = [];
      const split = Math.floor((size * 3) / 4);
      const hasRoom = (from: number, end: number, count: number): boolean =>
        isUsed.some((_, n) => n >= from && n + count <= end && !isUsed.slice(n, n + count).includes(true));
      for (const { count, frees } of acts) {
        if (frees !== undefined && given.length > 0) {
          const [gone] = given.splice(frees % given.length, 1);
          if (gone === undefined) throw new Error('nothing is given');
          allocator.free(gone.first, gone.count);
          isUsed.fill(false, gone.first, gone.first + gone.count);
        }
        const first = allocator.allocate(count);
        expect(first !== undefined).toBe(hasRoom(0, split, count) || hasRoom(split, size, count));
        if (first === undefined) continue;
        expect(isUsed.slice(first, first + count)).toEqual(new Array(count).fill(false));
        isUsed.fill(true, first, first + count);
        given.push({ first, count });
      }
      expect(allocator.used).toBe(isUsed.filter(Boolean).length);
    }),
  );
});
