import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asInteger } from './access';
import { Decoded, numbered } from './decoded';
import { reserved, uint } from './field';
import { layout } from './layout';

const structure = layout('test', 'Test', 64, 'none', [
  uint('HIGH', 'high', 63, 40, ''),
  uint('MIDDLE', 'middle', 39, 8, ''),
  reserved(7, 0),
]);
const word = fc.integer({ min: 0, max: 0xffff_ffff });

describe('a decoded entry', () => {
  it('follows every change of its words, from memory and from a row of a cache', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word, fc.boolean())), (loads) => {
        const number = numbered('HIGH', 'MIDDLE');
        const entry = new Decoded(structure, 2, number);
        for (const [low, high, isRow] of loads) {
          entry.load(isRow ? Float64Array.of(7, low, high) : Uint32Array.of(7, low, high), 1);
          expect([entry.get(number.HIGH), entry.get(number.MIDDLE)]).toEqual([
            high >>> 8,
            (high & 0xff) * 2 ** 24 + (low >>> 8),
          ]);
        }
      }),
    );
  });

  it('counts changes only', () => {
    const entry = new Decoded(structure, 2, numbered('HIGH'));
    const versions = [5, 5, 6].map((low) => {
      entry.load(Uint32Array.of(low, 0), 0);
      return entry.version;
    });
    expect(versions).toEqual([1, 1, 2]);
  });
});

it('a number stays the same as an integer', () => {
  fc.assert(
    fc.property(fc.oneof(fc.nat(2 ** 31 - 1), fc.maxSafeNat(), fc.constantFrom(-1, 2 ** 31)), (value) => {
      expect(asInteger(value)).toBe(value);
    }),
  );
});
