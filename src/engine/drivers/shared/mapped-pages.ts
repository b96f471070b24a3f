import type { Problem } from '../../scenario/problem';
import type { Mapping } from '../../scenario/schema';
import { pageOf } from './numbers';

/** A mapping in pages. */
export interface MappedPages {
  readonly from: number;
  readonly to: number;
  /** Undefined when the mapping does not say. */
  readonly count: number | undefined;
}

/** The pages of a mapping, or which part of it is wrong. */
export function mappedPages([from, to, length]: Mapping): MappedPages | Problem {
  const pages = [from, to, length ?? '0x1000'].map(pageOf);
  const wrong = pages.indexOf(undefined);
  if (wrong >= 0)
    return { path: `[${wrong}]`, message: 'Addresses and lengths of mappings are multiples of 0x1000.' };
  const [first, target, count] = pages as [number, number, number];
  return { from: first, to: target, count: length === undefined ? undefined : count };
}
