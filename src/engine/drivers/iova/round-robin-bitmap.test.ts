import { describe, expect, it } from 'vitest';
import { silentMeter } from './meter';
import { aperturePages, maximumApertures, RoundRobinBitmap } from './round-robin-bitmap';

const limit = 2 ** 36 - 1;
const fresh = (): RoundRobinBitmap => new RoundRobinBitmap(silentMeter);

describe('the round-robin bitmap', () => {
  it('goes on from the range given out last, not to what was freed behind it', () => {
    const bitmap = fresh();
    expect([bitmap.allocate(2, limit, 0), bitmap.allocate(3, limit, 0)]).toEqual([1, 3]);
    bitmap.free(1, 2, 0);
    expect(bitmap.allocate(1, limit, 0)).toBe(6);
    expect(bitmap.nextPage).toBe(7);
  });

  it('needs no flush for what is freed behind the next page', () => {
    const bitmap = fresh();
    bitmap.allocate(2, limit, 0);
    bitmap.free(1, 2, 0);
    expect(bitmap.takeFlush()).toBe(false);
  });

  it('needs a flush when it starts again from the bottom', () => {
    const bitmap = fresh();
    bitmap.allocate(aperturePages - 1, limit, 0);
    bitmap.free(1, aperturePages - 1, 0);
    expect(bitmap.takeFlush()).toBe(false);
    expect(bitmap.allocate(1, limit, 0)).toBe(1);
    expect([bitmap.takeFlush(), bitmap.takeFlush(), bitmap.apertures]).toEqual([true, false, 1]);
  });

  it('needs a flush when something is freed that it has still ahead', () => {
    const bitmap = fresh();
    bitmap.allocate(aperturePages - 10, limit, 0);
    const high = bitmap.allocate(9, limit, 0);
    bitmap.free(1, aperturePages - 10, 0);
    bitmap.allocate(1, limit, 0);
    bitmap.takeFlush();
    expect(high).toBeGreaterThan(bitmap.nextPage);
    bitmap.free(high, 9, 0);
    expect(bitmap.takeFlush()).toBe(true);
  });

  it('needs a flush when the very next page is freed', () => {
    const bitmap = fresh();
    for (const pages of [1, 1, aperturePages - 3]) bitmap.allocate(pages, limit, 0);
    bitmap.free(1, 1, 0);
    expect([bitmap.allocate(1, limit, 0), bitmap.nextPage, bitmap.takeFlush()]).toEqual([1, 2, true]);
    bitmap.free(2, 1, 0);
    expect(bitmap.takeFlush()).toBe(true);
  });

  it('adds an aperture only when the ones it has are full all around, and starts there', () => {
    const bitmap = fresh();
    bitmap.allocate(aperturePages - 1, limit, 0);
    expect(bitmap.apertures).toBe(1);
    expect(bitmap.allocate(1, limit, 0)).toBe(aperturePages);
    expect([bitmap.apertures, bitmap.takeFlush()]).toEqual([2, true]);
  });

  it('searches each later aperture from its first page', () => {
    const bitmap = fresh();
    bitmap.allocate(aperturePages - 1, limit, 0);
    const second = bitmap.allocate(aperturePages, limit, 0);
    bitmap.free(1, aperturePages - 1, 0);
    bitmap.free(second, aperturePages, 0);
    expect(bitmap.allocate(aperturePages - 5, limit, 0)).toBe(1);
    bitmap.takeFlush();
    expect([bitmap.allocate(10, limit, 0), bitmap.takeFlush()]).toEqual([aperturePages, false]);
  });

  it('has no room above 32 apertures, 4 GiB', () => {
    const bitmap = fresh();
    for (let count = 0; count < maximumApertures; count++)
      expect(bitmap.allocate(aperturePages - (count === 0 ? 1 : 0), limit, 0)).toBe(
        count === 0 ? 1 : count * aperturePages,
      );
    expect([bitmap.allocate(1, limit, 0), bitmap.apertures]).toEqual([-1, maximumApertures]);
  });

  it('gives no range that spans two apertures', () => {
    const bitmap = fresh();
    bitmap.allocate(aperturePages - 5, limit, 0);
    expect(bitmap.allocate(10, limit, 0)).toBe(aperturePages);
    expect(bitmap.allocate(aperturePages + 1, limit, 0)).toBe(-1);
  });

  it('stays at or below the limit', () => {
    const bitmap = fresh();
    expect([1, 1, 1, 1].map((pages) => bitmap.allocate(pages, 3, 0))).toEqual([1, 2, 3, -1]);
    expect(bitmap.ranges().map((range) => range.first)).toEqual([1, 2, 3]);
  });
});
