import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { architectures } from '../architectures';
import { encode, maskOf, readField, writeField } from './access';
import { type Field, flag, reserved, uint, width } from './field';
import { fieldOf, type Layout, layout, wordCount } from './layout';
import { hasReserved, reservedMask } from './reserved';

const layouts: readonly Layout[] = architectures.flatMap((architecture) => [
  ...architecture.structures,
  ...architecture
    .registerShapes({ arch: architecture.id, config: {} })
    .flatMap((shape) => (shape.layout === undefined ? [] : [shape.layout])),
]);
const isNumber = ({ kind }: Field): boolean => kind !== 'reserved' && kind !== 'ignored';

function bitsOf(structure: Layout): fc.Arbitrary<Uint32Array> {
  const word = fc.integer({ min: 0, max: 0xffff_ffff });
  const count = wordCount(structure);
  return fc.array(word, { minLength: count, maxLength: count }).map((words) => Uint32Array.from(words));
}

/** The structure as one number. */
function whole(words: Uint32Array | readonly number[]): bigint {
  return [...words].reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

function maskAt({ low, high }: { low: number; high: number }): bigint {
  return ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
}

describe.each(layouts.map((structure) => [structure.name, structure] as const))('%s', (_, structure) => {
  const numbers = structure.fields.filter(isNumber);

  it('gives every bit to exactly one field', () => {
    const sum = structure.fields.reduce((all, field) => all + maskAt(field), 0n);
    expect(sum).toBe((1n << BigInt(structure.bits)) - 1n);
  });

  it('has a name of its own for each field', () => {
    const names = numbers.flatMap(({ abbr, name }) => (abbr === name ? [abbr] : [abbr, name]));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('has choices that fit their field', () => {
    for (const field of numbers)
      for (const value of Object.keys(field.choices)) expect(Number(value)).toBeLessThan(2 ** width(field));
  });

  it('reads each field as the bits that it has', () => {
    fc.assert(
      fc.property(bitsOf(structure), (words) => {
        for (const field of numbers) {
          const expected = (whole(words) & maskAt(field)) >> BigInt(field.low);
          expect([field.abbr, BigInt(readField(field, words))]).toEqual([field.abbr, expected]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('gives back what is written to a field and leaves every other bit', () => {
    fc.assert(
      fc.property(bitsOf(structure), fc.nat(), fc.nat(), fc.nat(3), (before, which, random, front) => {
        for (const field of numbers) {
          const value = Math.floor((random * (which + 1)) % 2 ** width(field));
          const words = Uint32Array.from([...new Array<number>(front).fill(0), ...before]);
          writeField(field, words, front, value);
          expect([field.abbr, readField(field, words, front)]).toEqual([field.abbr, value]);
          const others = ~maskAt(field);
          expect(whole(words.subarray(front)) & others).toBe(whole(before) & others);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('has a reserved mask of exactly its reserved bits', () => {
    const expected = structure.fields
      .filter(({ kind }) => kind === 'reserved')
      .reduce((sum, field) => sum + maskAt(field), 0n);
    expect(whole(reservedMask(structure))).toBe(expected);
  });
});

describe('a layout', () => {
  const low = uint('LOW', 'low part', 31, 0, '');

  it.each([
    ['leaves a bit unsaid', [uint('HIGH', 'high part', 63, 33, ''), low], 'bit 32 is unsaid'],
    ['leaves bit 0 unsaid', [reserved(63, 1)], 'bit 0 is unsaid'],
    ['says a bit twice', [uint('HIGH', 'high part', 63, 31, ''), low], 'said twice'],
    [
      'has a field the wrong way round',
      [reserved(63, 33), uint('X', 'x', 32, 40, ''), low],
      'wrong way round',
    ],
    ['has a number of more than 53 bits', [uint('X', 'x', 63, 0, '')], 'cannot be read as one number'],
  ])('that %s is refused', (_, fields, message) => {
    expect(() => layout('test', 'Test', 64, 'none', fields)).toThrow(message);
  });

  it('with a number across two 64-bit words is refused', () => {
    const fields = [reserved(127, 70), uint('X', 'x', 69, 60, ''), reserved(59, 0)];
    expect(() => layout('test', 'Test', 128, 'none', fields)).toThrow('cannot be read as one number');
  });

  it('has no field of another name', () => {
    const structure = layout('test', 'Test', 64, 'none', [reserved(63, 1), flag('P', 'present', 0, '')]);
    expect(fieldOf(structure, 'present')).toBe(fieldOf(structure, 'P'));
    expect(() => fieldOf(structure, 'Q')).toThrow('layout test has no field Q');
  });
});

describe('a field', () => {
  const structure = layout('test', 'Test', 64, 'none', [
    reserved(63, 41),
    uint('WIDE', 'wide', 40, 20, ''),
    reserved(19),
    uint('LOW', 'low', 18, 0, ''),
  ]);

  it.each([-1, 0.5, 2 ** 21, Number.NaN])('refuses the value %s', (value) => {
    expect(() => encode(structure, { WIDE: value })).toThrow(RangeError);
  });

  it('takes its largest value', () => {
    expect(whole(encode(structure, { WIDE: 2 ** 21 - 1 }))).toBe(maskAt({ low: 20, high: 40 }));
  });

  it('counts as reserved only when it is so or added', () => {
    const mask = reservedMask(structure, [[3, 2]]);
    const breaks = (words: number[]): boolean => hasReserved(mask, Uint32Array.from(words), 0);
    expect(
      [
        [0b0001, 0],
        [0, 0b11],
      ].map(breaks),
    ).toEqual([false, false]);
    expect(
      [
        [0b1000, 0],
        [1 << 19, 0],
        [0, 1 << 9],
        [0, 1 << 31],
      ].map(breaks),
    ).toEqual([true, true, true, true]);
  });
});

it('a mask of n bits has the n low bits', () => {
  for (let count = 1; count <= 32; count++) expect(maskOf(count) >>> 0).toBe(2 ** count - 1);
});
