import type { Layout } from './layout';

/** 32-bit masks of the bits that must be zero, one per 32-bit word of the structure. */
export type ReservedMask = Uint32Array;

/**
 * The reserved bits of a structure: those declared so, and the ranges given on top (`[high, low]`, bit
 * numbers of the structure), which a capability or an address width adds.
 */
export function reservedMask(
  structure: Layout,
  extra: readonly (readonly [number, number])[] = [],
): ReservedMask {
  const mask = new Uint32Array(structure.bits / 32);
  const set = (high: number, low: number): void => {
    for (let bit = low; bit <= high; bit++) mask[bit >> 5] = (mask[bit >> 5] as number) | (1 << (bit & 31));
  };
  for (const field of structure.fields) if (field.kind === 'reserved') set(field.high, field.low);
  for (const [high, low] of extra) set(high, low);
  return mask;
}

/** Whether the structure at `words[at]` has a reserved bit set. */
export function hasReserved(mask: ReservedMask, words: Uint32Array, at: number): boolean {
  let wrong = 0;
  for (let index = 0; index < mask.length; index++)
    wrong |= (mask[index] as number) & (words[at + index] as number);
  return wrong !== 0;
}

/** Whether a 64-bit structure at `words[at]` breaks the mask: the walk's fast path. */
export function breaksMask(mask: ReservedMask, words: Uint32Array, at: number): boolean {
  return (
    (((mask[0] as number) & (words[at] as number)) | ((mask[1] as number) & (words[at + 1] as number))) !== 0
  );
}
