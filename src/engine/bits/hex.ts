/** A 64-bit word as its two halves. */
export interface Word64 {
  readonly low: number;
  readonly high: number;
}

const wordPattern = /^0x[0-9a-f_]{1,19}$/i;

/** Reads `0x…` (underscores and spaces between digits allowed) into a word; undefined when it is no 64-bit hex number. */
export function parseWord(text: string): Word64 | undefined {
  const plain = text.replaceAll(/[_\s\u2009]/g, '');
  if (!wordPattern.test(plain)) return undefined;
  const digits = plain.slice(2).padStart(16, '0');
  if (digits.length > 16) return undefined;
  return { high: Number.parseInt(digits.slice(0, 8), 16), low: Number.parseInt(digits.slice(8), 16) };
}

/** `0x` and the digits without leading zeros, as files have it. */
export function hexWord(low: number, high: number): string {
  const digits = high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, '0');
  return `0x${digits}`;
}

/** Sixteen digits in groups of four, for people. */
export function hexGroups(low: number, high: number): string {
  const digits = high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
  return `0x${digits.match(/.{4}/g)?.join('_')}`;
}

/** The address of a page and an offset in it, without leading zeros. */
export function hexAddress(page: number, offset = 0): string {
  const digits = page === 0 ? offset.toString(16) : page.toString(16) + offset.toString(16).padStart(3, '0');
  return `0x${digits}`;
}

/** An address as page number and offset. A page number is exact up to 2^52. */
export function splitAddress(word: Word64): { page: number; offset: number } {
  return { page: word.high * 0x100000 + (word.low >>> 12), offset: word.low & 0xfff };
}

/** The 64-bit word of an address. */
export function joinAddress(page: number, offset: number): Word64 {
  const high = Math.floor(page / 0x100000);
  return { high, low: (((page % 0x100000) << 12) | offset) >>> 0 };
}
