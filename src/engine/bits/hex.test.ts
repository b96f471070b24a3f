import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitsReader, pageReader } from './access';
import { page, reserved, uint } from './field';
import { hexAddress, hexGroups, hexWord, joinAddress, parseWord, splitAddress, type Word64 } from './hex';
import { layout } from './layout';

const words = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

function halves(value: bigint): Word64 {
  return { low: Number(value & 0xffff_ffffn), high: Number(value >> 32n) };
}

describe('a 64-bit word', () => {
  it('is read back from each way of writing it', () => {
    fc.assert(
      fc.property(words, (value) => {
        const { low, high } = halves(value);
        for (const text of [`0x${value.toString(16)}`, hexWord(low, high), hexGroups(low, high)])
          expect(parseWord(text)).toEqual({ low, high });
        expect(hexWord(low, high)).toBe(`0x${value.toString(16)}`);
      }),
    );
  });

  it('splits into the page and offset that it joins again, exactly', () => {
    fc.assert(
      fc.property(words, (value) => {
        const split = splitAddress(halves(value));
        expect(split).toEqual({ page: Number(value >> 12n), offset: Number(value & 0xfffn) });
        expect(joinAddress(split.page, split.offset)).toEqual(halves(value));
        expect(hexAddress(split.page, split.offset)).toBe(`0x${value.toString(16)}`);
      }),
    );
  });

  it('is in groups of four digits for people', () => {
    expect(hexGroups(0x9abc_def0, 0x1234_5678)).toBe('0x1234_5678_9abc_def0');
    expect(parseWord('0x1234_5678 9abc_def0')).toEqual({ low: 0x9abc_def0, high: 0x1234_5678 });
  });

  it.each([
    '',
    '0x',
    '12',
    '0xg',
    '-0x1',
    '0x1_0000_0000_0000_0000',
    '0x1.8',
    '0x_',
  ])('cannot be read from %j', (text) => {
    expect(parseWord(text)).toBeUndefined();
  });
});

describe('a reader made for the walk', () => {
  const structure = layout('test', 'Test', 128, 'none', [
    reserved(127, 116),
    page('FAR', 'far page', 115, 76, ''),
    reserved(75, 52),
    page('NEAR', 'near page', 51, 12, ''),
    uint('BITS', 'bits', 11, 3, ''),
    reserved(2, 0),
  ]);

  it('gives the bits of its field, wherever the structure begins', () => {
    const readers = [
      [bitsReader(structure, 'BITS'), 3n, 9n],
      [pageReader(structure, 'NEAR'), 12n, 40n],
      [pageReader(structure, 'FAR'), 76n, 40n],
    ] as const;
    fc.assert(
      fc.property(words, words, fc.nat(3), (low, high, front) => {
        const all = [...new Array<number>(front).fill(7)];
        for (const word of [low, high]) all.push(halves(word).low, halves(word).high);
        const value = (high << 64n) | low;
        for (const [read, shift, width] of readers)
          expect(BigInt(read.of(Uint32Array.from(all), front))).toBe((value >> shift) & ((1n << width) - 1n));
      }),
    );
  });

  it('is not made for a field across two 32-bit words, nor for a page that is none', () => {
    expect(() => bitsReader(structure, 'NEAR')).toThrow('crosses a 32-bit word');
    expect(() => pageReader(structure, 'BITS')).toThrow('is not a page');
  });
});
