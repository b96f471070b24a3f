import { mostPages } from '../../memory/memory';
import type { Problem } from '../../scenario/problem';
import type { Space } from '../../scenario/schema';
import { pageOf } from './numbers';

/** Where a space's tables go, in pages: the first one, and how far the next one is behind it. */
export interface TablePlace {
  readonly first: number;
  readonly spread: number;
}

/** Where the tables of a space go, or what is wrong with it. */
export function tablePlaceOf(space: Space): TablePlace | Problem {
  const first = pageOf(space.tables);
  const spread = space.spread === undefined ? 1 : pageOf(space.spread);
  if (first === undefined)
    return { path: '.tables', message: 'The address of the tables is a multiple of 0x1000.' };
  if (spread === undefined || spread < 1)
    return { path: '.spread', message: 'The spread is a multiple of 0x1000.' };
  if (first >= mostPages) return { path: '.tables', message: 'Physical addresses have at most 56 bits.' };
  return { first, spread };
}
