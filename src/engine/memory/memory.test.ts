import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Image, imageOf } from './image';
import { Memory } from './memory';

interface Write {
  readonly page: number;
  readonly offset: number;
  readonly low: number;
  readonly high: number;
}

const word = fc.constantFrom(0, 1, 0xffff_ffff, 0x8000_0000);
const page = fc.oneof(
  fc.nat(8),
  fc.integer({ min: 2 ** 20, max: 2 ** 20 + 300 }),
  fc.constantFrom(2 ** 40, 2 ** 51, 2 ** 52 - 1),
);
const writes: fc.Arbitrary<Write[]> = fc.array(
  fc.record({ page, offset: fc.nat(511).map((index) => index * 8), low: word, high: word }),
  { maxLength: 400 },
);

function written(all: readonly Write[]): { memory: Memory; oracle: Map<string, readonly [number, number]> } {
  const memory = new Memory();
  const oracle = new Map<string, readonly [number, number]>();
  for (const { page: at, offset, low, high } of all) {
    memory.write(at, offset, low, high);
    oracle.set(`${at}:${offset}`, [low, high]);
  }
  return { memory, oracle };
}

describe('memory', () => {
  it('reads back every word that was written, and zeros next to it', () => {
    fc.assert(
      fc.property(writes, (all) => {
        const { memory, oracle } = written(all);
        for (const { page: at, offset } of all) {
          for (const near of [offset, (offset + 8) % 4096]) {
            const expected = oracle.get(`${at}:${near}`) ?? [0, 0];
            expect([memory.low(at, near), memory.high(at, near)]).toEqual(expected);
          }
          expect(memory.low(at + 1000, offset)).toBe(0);
        }
      }),
    );
  });

  it('lists the pages that hold something, lowest first', () => {
    fc.assert(
      fc.property(writes, (all) => {
        const nonZero = all.filter(({ low, high }) => low !== 0 || high !== 0);
        const expected = [...new Set(nonZero.map((write) => write.page))].sort((a, b) => a - b);
        expect(written(all).memory.pages()).toEqual(expected);
      }),
    );
  });

  it('holds thousands of pages', () => {
    const memory = new Memory();
    const pages = Array.from({ length: 3000 }, (_, n) => (n * 0x1_0001_0001) % 2 ** 50);
    pages.forEach((at, n) => {
      memory.write(at, 8, n + 1, n);
    });
    expect(pages.filter((at, n) => memory.low(at, 8) !== n + 1 || memory.high(at, 8) !== n)).toEqual([]);
    expect(memory.pages().length).toBe(new Set(pages).size);
  });

  it('has room for nothing when only zeros are written', () => {
    const memory = new Memory();
    memory.write(5, 0, 0, 0);
    expect([memory.locate(5), memory.pages()]).toEqual([0, []]);
  });

  it('answers no read of an unreadable page, and no write changes it', () => {
    const memory = new Memory();
    memory.write(5, 0, 1, 2);
    memory.markUnreadable(5);
    memory.markUnreadable(6);
    memory.write(6, 0, 3, 4);
    expect([5, 6].map((at) => [memory.locate(at), memory.low(at, 0), memory.high(at, 0)])).toEqual([
      [-1, 0, 0],
      [-1, 0, 0],
    ]);
    expect(memory.pages()).toEqual([]);
  });

  it('knows who owns a page; the host owns what nobody claimed', () => {
    const memory = new Memory();
    memory.setOwner(7, 'guest');
    memory.setOwner(8, 'device');
    expect([6, 7, 8].map((at) => memory.owner(at))).toEqual([0, 1, 2]);
  });
});

describe('an image', () => {
  it('has every word that memory has, and does not follow later writes', () => {
    fc.assert(
      fc.property(writes, (all) => {
        const { memory, oracle } = written(all);
        const image = new Image(imageOf(memory));
        for (const { page: at, offset } of all) memory.write(at, offset, 0x1234, 0x5678);
        for (const { page: at, offset } of all) {
          const expected = oracle.get(`${at}:${offset}`);
          expect([image.low(at, offset), image.high(at, offset)]).toEqual(expected);
        }
      }),
    );
  });

  it('knows which pages it has and who owns them', () => {
    const memory = new Memory();
    memory.write(3, 0, 1, 0);
    memory.write(4, 0, 1, 0);
    memory.setOwner(4, 'guest');
    const image = new Image(imageOf(memory));
    expect([2, 3, 4].map((at) => [image.has(at), image.owner(at)])).toEqual([
      [false, 0],
      [true, 0],
      [true, 1],
    ]);
    expect([image.low(2, 0), image.high(2, 8)]).toEqual([0, 0]);
  });
});
