import { type Field, width } from './field';
import { fieldOf, type Layout } from './layout';

/** 32-bit words, lowest first. */
export type Words = Uint32Array | readonly number[];

/** The value of `field` of the structure whose first 32-bit word is `words[at]`. */
export function readField(field: Field, words: Words, at = 0): number {
  let value = 0;
  for (let low = field.low; low <= field.high; ) {
    const end = Math.min(field.high, low | 31);
    const part = ((words[at + (low >> 5)] ?? 0) >>> (low & 31)) & maskOf(end - low + 1);
    value += (part >>> 0) * 2 ** (low - field.low);
    low = end + 1;
  }
  return value;
}

/** The page number that a `page` field stands for; a frame of large pages lacks its low bits, which are zero. */
export function readPage(field: Field, words: Words, at = 0): number {
  return readField(field, words, at) * field.pages;
}

/** Puts `value` into `field`; other bits stay. Throws when the value does not fit. */
export function writeField(field: Field, words: Uint32Array | number[], at: number, value: number): void {
  if (value < 0 || value >= 2 ** width(field) || !Number.isInteger(value)) {
    throw new RangeError(`${field.name} takes 0 to ${2 ** width(field) - 1}, not ${value}`);
  }
  for (let low = field.low; low <= field.high; ) {
    const end = Math.min(field.high, low | 31);
    const mask = maskOf(end - low + 1);
    const part = Math.floor(value / 2 ** (low - field.low)) % 2 ** (end - low + 1);
    const index = at + (low >> 5);
    const shift = low & 31;
    words[index] = (((words[index] ?? 0) & ~(mask << shift)) | (part << shift)) >>> 0;
    low = end + 1;
  }
}

/** A structure's words from named fields; fields left out are zero. */
export function encode(structure: Layout, values: Readonly<Record<string, number>>): number[] {
  const words = new Array<number>(structure.bits / 32).fill(0);
  for (const [name, value] of Object.entries(values)) writeField(fieldOf(structure, name), words, 0, value);
  return words;
}

/**
 * Reads one field of a structure whose first 32-bit word is `words[at]`: the walk's fast path. Readers are objects of
 * three classes and not closures, because compilers inline the one and often not the other.
 */
export interface Reader {
  of(words: Uint32Array, at: number): number;
}

/** The same number, as an integer where 32 bits hold it: what is computed from it then is computed with integers. */
export function asInteger(value: number): number {
  return value < 0x8000_0000 ? value | 0 : value;
}

class Bits implements Reader {
  readonly #word: number;
  readonly #shift: number;
  readonly #mask: number;

  constructor(word: number, shift: number, mask: number) {
    this.#word = word;
    this.#shift = shift;
    this.#mask = mask;
  }

  of(words: Uint32Array, at: number): number {
    return ((words[at + this.#word] as number) >>> this.#shift) & this.#mask;
  }
}

class Page implements Reader {
  readonly #word: number;
  readonly #lowBits: number;
  readonly #highMask: number;

  constructor(word: number, lowBits: number, highMask: number) {
    this.#word = word;
    this.#lowBits = lowBits;
    this.#highMask = highMask;
  }

  of(words: Uint32Array, at: number): number {
    const low = ((words[at + this.#word] as number) & this.#lowBits) >>> 12;
    const high = ((words[at + this.#word + 1] as number) & this.#highMask) >>> 0;
    return high < 0x800 ? (high << 20) | low : high * 0x100000 + low;
  }
}

class Wide implements Reader {
  readonly #word: number;
  readonly #shift: number;
  readonly #highMask: number;
  readonly #weight: number;
  /** Upper parts below this make a number of 31 bits. */
  readonly #small: number;

  constructor(word: number, shift: number, highMask: number) {
    this.#word = word;
    this.#shift = shift;
    this.#highMask = highMask;
    this.#weight = 2 ** (32 - shift);
    this.#small = Math.floor(2 ** (shift - 1));
  }

  of(words: Uint32Array, at: number): number {
    const low = (words[at + this.#word] as number) >>> this.#shift;
    const high = ((words[at + this.#word + 1] as number) & this.#highMask) >>> 0;
    return high < this.#small ? (high << (32 - this.#shift)) | low : low + high * this.#weight;
  }
}

/** A reader of a field of at most 32 bits inside one 32-bit word. Throws when the field is not that. */
export function bitsReader(structure: Layout, name: string): Reader {
  const field = fieldOf(structure, name);
  const word = field.low >> 5;
  if (field.high >> 5 !== word) throw new Error(`${structure.id}.${name} crosses a 32-bit word`);
  return new Bits(word, field.low & 31, maskOf(width(field)));
}

/** A reader of a page number whose field starts at or above bit 12 of a 64-bit word and keeps its place. */
export function pageReader(structure: Layout, name: string): Reader {
  const field = fieldOf(structure, name);
  if ((field.low & 63) < 12 || (field.high & 63) < 32)
    throw new Error(`${structure.id}.${name} is not a page`);
  const lowBits = (field.low & 63) >= 32 ? 0 : ~maskOf(field.low & 63) >>> 0;
  return new Page((field.low >> 6) * 2, lowBits, maskOf((field.high & 63) - 31));
}

/** A reader of a field that begins in the low half of a 64-bit word and ends in its high half. */
export function wideReader(structure: Layout, name: string): Reader {
  const field = fieldOf(structure, name);
  const shift = field.low & 63;
  if (shift > 31 || (field.high & 63) < 32) throw new Error(`${structure.id}.${name} lies in one half`);
  return new Wide((field.low >> 6) * 2, shift, maskOf((field.high & 63) - 31));
}

/** The mask of `count` low bits, 1 to 32. */
export function maskOf(count: number): number {
  return count >= 32 ? 0xffffffff : (1 << count) - 1;
}
