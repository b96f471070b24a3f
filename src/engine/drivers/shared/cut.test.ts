import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut } from './cut';

const vtd = [0, 9, 18];
const omap = [0, 4, 8, 12];
const everyPower = Array.from({ length: 27 }, (_, bits) => bits);

function piecesOf(from: number, to: number, bytes: number, sizes: readonly number[]): readonly string[] {
  return [...cut(from / 4096, to / 4096, bytes / 4096, sizes)].map(
    (piece) => `0x${(piece.from * 4096).toString(16)}: ${2 ** (piece.bits + 2)}K x${piece.count}`,
  );
}

describe('cutting a mapping', () => {
  // The examples of linux-dma: the rule of iommu_pgsize worked through.
  it.each<[string, readonly number[], number, number, number, readonly string[]]>([
    [
      'to a large page and back',
      vtd,
      0x1ff000,
      0x5ff000,
      0x402000,
      ['0x1ff000: 4K x1', '0x200000: 2048K x2', '0x600000: 4K x1'],
    ],
    ['skewed by 4 KiB', vtd, 0x200000, 0x401000, 0x400000, ['0x200000: 4K x1024']],
    [
      'through every size',
      vtd,
      0x3fe00000,
      0x7fe00000,
      0x40400000,
      ['0x3fe00000: 2048K x1', '0x40000000: 1048576K x1', '0x80000000: 2048K x1'],
    ],
    [
      'with the sizes of OMAP',
      omap,
      0x11000,
      0x91000,
      0x120000,
      ['0x11000: 4K x15', '0x20000: 64K x17', '0x130000: 4K x1'],
    ],
    [
      'with every power of two',
      everyPower,
      0x10000,
      0x30000,
      0x70000,
      ['0x10000: 64K x1', '0x20000: 128K x3'],
    ],
    ['down to the rest', everyPower, 0, 0, 0x7000, ['0x0: 16K x1', '0x4000: 8K x1', '0x6000: 4K x1']],
  ])('%s', (_, sizes, from, to, bytes, expected) => {
    expect(piecesOf(from, to, bytes, sizes)).toEqual(expected);
  });

  it('covers every page once, in order, aligned on both sides', () => {
    const page = fc.integer({ min: 0, max: 2 ** 20 });
    fc.assert(
      fc.property(
        page,
        page,
        fc.integer({ min: 1, max: 5000 }),
        fc.constantFrom(vtd, omap, everyPower),
        (from, to, count, sizes) => {
          let done = 0;
          for (const piece of cut(from, to, count, sizes)) {
            expect([piece.from, piece.to]).toEqual([from + done, to + done]);
            expect([piece.from % 2 ** piece.bits, piece.to % 2 ** piece.bits]).toEqual([0, 0]);
            expect(piece.count).toBeGreaterThan(0);
            done += piece.count * 2 ** piece.bits;
          }
          expect(done).toBe(count);
        },
      ),
    );
  });
});
