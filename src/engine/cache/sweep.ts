import type { TraceWriter } from '../trace/trace';
import type { Cache } from './cache';

/** Whether the entry in `slot` of the cache must go. */
export type Match = (cache: Cache, slot: number) => boolean;

/**
 * Drops the entries that match, and tells which. `index` is the cache's place among the machine's; a cache that is off is
 * not looked at.
 */
export function sweep(cache: Cache, index: number, trace: TraceWriter, matches: Match): void {
  if (cache.size === 0) return;
  const going: number[] = [];
  for (let slot = 0; slot < cache.size; slot++)
    if (!cache.isVacant(slot) && matches(cache, slot)) going.push(slot);
  if (trace.isOn) trace.emit('sweep', index, going.length, cache.used - going.length);
  for (const slot of going) {
    cache.drop(slot);
    if (trace.isOn) trace.emit('drop', index, slot);
  }
}

/** Whether a translation covers one of `count` pages from `page`: its third tag counts pages of the size in the fourth. */
export function overlaps(cache: Cache, slot: number, page: number, count: number): boolean {
  const pages = 2 ** (cache.get(slot, 3) - 12);
  const first = cache.get(slot, 2) * pages;
  return first < page + count && first + pages > page;
}
