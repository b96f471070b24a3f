import { encode, readField } from '../../bits/access';
import { fieldOf } from '../../bits/layout';
import { reservedMemory, reservedMemoryBytes, reservedMemoryLength, reservedMemoryType } from './reports';
import type { Region } from './setting';

/** The properties of an endpoint as 32-bit words that fill `bytes`; undefined when they do not fit. */
export function propertyWords(regions: readonly Region[], bytes: number): readonly number[] | undefined {
  if (regions.length * reservedMemoryBytes > bytes) return undefined;
  const words = regions.flatMap(({ subtype, first, last }) =>
    encode(reservedMemory, {
      TYPE: reservedMemoryType,
      LENGTH: reservedMemoryLength,
      SUBTYPE: subtype,
      START: first,
      END: last,
      END_OFFSET: 0xfff,
    }),
  );
  return [...words, ...new Array<number>(bytes / 4 - words.length).fill(0)];
}

/** The regions that a driver finds in the properties; it skips what it does not know, and takes an unknown subtype as RESERVED. */
export function regionsIn(words: readonly number[]): readonly Region[] {
  const found: Region[] = [];
  for (let at = 0; at < words.length; ) {
    const read = (name: string): number => readField(fieldOf(reservedMemory, name), words, at);
    const [type, length] = [read('TYPE'), read('LENGTH')];
    if (type === 0) break;
    const isKnown = type === reservedMemoryType && ((words[at] ?? 0) & 0xf000) === 0;
    if (isKnown && at + reservedMemoryBytes / 4 <= words.length)
      found.push({ subtype: read('SUBTYPE') === 1 ? 1 : 0, first: read('START'), last: read('END') });
    at += 1 + Math.ceil(length / 4);
  }
  return found;
}
