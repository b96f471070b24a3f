import { parseWord, splitAddress } from '../../bits/hex';

/** The page number of an address that is a multiple of 0x1000; undefined for another. */
export function pageOf(text: string): number | undefined {
  const word = parseWord(text);
  if (word === undefined) return undefined;
  const { page, offset } = splitAddress(word);
  return offset === 0 ? page : undefined;
}

/** The number of a device of so many bits; undefined for another. */
export function deviceOf(text: string, bits: number): number | undefined {
  const word = parseWord(text);
  return word === undefined || word.high !== 0 || word.low >= 2 ** bits ? undefined : word.low;
}
