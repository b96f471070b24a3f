import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bitmap } from './bitmap';

/** The first of `count` free places from `from` on, all below `end`, looked for one by one. */
function firstFree(taken: readonly boolean[], count: number, from: number, end: number): number {
  for (let first = from; first + count <= Math.min(end, taken.length); first++)
    if (!taken.slice(first, first + count).includes(true)) return first;
  return -1;
}

describe('a bitmap', () => {
  it('finds what a search place by place finds', () => {
    const act = fc.tuple(fc.boolean(), fc.nat(130), fc.integer({ min: 1, max: 70 }), fc.nat(140));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 130 }), fc.array(act, { maxLength: 40 }), (pages, acts) => {
        const bitmap = new Bitmap(pages);
        const taken = Array<boolean>(pages).fill(false);
        for (const [isSet, from, count, end] of acts) {
          const first = bitmap.findFree(count, from, end);
          expect(first).toBe(firstFree(taken, count, from, end));
          const width = Math.min(count, pages - from);
          if (isSet && first >= 0) {
            bitmap.set(first, count);
            taken.fill(true, first, first + count);
          } else if (!isSet && width > 0) {
            bitmap.clear(from, width);
            taken.fill(false, from, from + width);
          }
        }
      }),
    );
  });

  it('counts a word for every 32 pages that it passes over', () => {
    const bitmap = new Bitmap(32 * 10);
    bitmap.set(0, 32 * 5);
    expect(bitmap.takeScanned()).toBe(5);
    expect(bitmap.findFree(1, 0, 320)).toBe(160);
    // Five full words, the word with the free page, and once more that word to see that one page is enough.
    expect([bitmap.takeScanned(), bitmap.takeScanned()]).toEqual([7, 0]);
  });
});
