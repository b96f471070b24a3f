import { hexAddress } from '../../bits/hex';
import type { Problem } from '../../scenario/problem';
import type { TceTable } from './table';

/** A run of TCEs. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/** The TCEs of `given` 4 KiB pages from `page`, one TCE when that is left out. Problems are those of a range from `path` on. */
export function rangeOf(
  table: TceTable,
  page: number,
  given: number | undefined,
  path: string,
): Range | Problem {
  const { window, pagesPerEntry } = table;
  const count = given ?? pagesPerEntry;
  if (page % pagesPerEntry !== 0 || count % pagesPerEntry !== 0 || count === 0) {
    return {
      path,
      message: `A TCE of the ${window.name} maps ${hexAddress(pagesPerEntry)} bytes: addresses and lengths are multiples of that.`,
    };
  }
  const first = (page - window.firstPage) / pagesPerEntry;
  if (first < 0 || first + count / pagesPerEntry > table.size) {
    const last = window.firstPage + table.size * pagesPerEntry;
    return {
      path,
      message: `${table.owner} is the ${window.name}, from ${hexAddress(window.firstPage)} up to ${hexAddress(last)}.`,
    };
  }
  return { first, count: count / pagesPerEntry };
}
