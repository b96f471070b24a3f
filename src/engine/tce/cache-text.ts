import { hexAddress } from '../bits/hex';
import { sizeText } from '../bits/text';
import { cacheShapes } from './caches';

/** What a column of a cache's row means to a person; empty when it means nothing in this row. */
export function cacheText(cache: number, column: number, row: readonly number[]): string {
  const shape = cacheShapes[cache];
  const value = row[column] ?? 0;
  if (shape === undefined) return String(value);
  switch (([...shape.tags, ...shape.data] as readonly string[])[column]) {
    case 'page':
      return hexAddress(value * 2 ** ((row[3] ?? 12) - 12));
    case 'size':
      return sizeText(value);
    case 'host page':
      return hexAddress(value);
    case 'permissions':
      return `${value & 1 ? 'r' : '-'}${value & 2 ? 'w' : '-'}`;
  }
  return String(value);
}
