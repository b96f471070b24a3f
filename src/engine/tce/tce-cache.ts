import type { Cache } from '../cache/cache';
import { overlaps, sweep } from '../cache/sweep';
import { servesNothing } from '../trace/events';
import { cacheIndex, tceColumn } from './caches';
import type { Unit } from './unit';

/** The TCE cache: translations, tagged by PE, page of the bus and page size. */
export class TceCache {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  get cache(): Cache {
    return this.#unit.caches[cacheIndex.tce] as Cache;
  }

  /** The slot of the entry for that page of `2 ** size` bytes; -1 when the tables must be read. */
  find(endpoint: number, page: number, size: number): number {
    if (this.cache.size === 0) return -1;
    const slot = this.cache.find(endpoint, 0, page, size);
    const { trace } = this.#unit;
    if (trace.isOn)
      trace.emit('lookup', cacheIndex.tce, slot, -1, -1, servesNothing, endpoint, 0, page, size);
    return slot;
  }

  fill(endpoint: number, page: number, size: number, real: number, permissions: number): void {
    const { cache } = this;
    const slot = cache.fill(endpoint, 0, page, size);
    if (slot < 0) return;
    cache.set(slot, tceColumn.page, real);
    cache.set(slot, tceColumn.permissions, permissions);
    const { trace } = this.#unit;
    const at = slot * cache.width;
    if (trace.isOn) trace.emit('fill', cacheIndex.tce, slot, ...cache.rows.subarray(at, at + cache.width));
  }

  /** Drops what belongs to a PE and covers a 4 KiB page of the bus; without a page all of the PE, without a PE all. */
  drop(endpoint?: number, page?: number): void {
    sweep(this.cache, cacheIndex.tce, this.#unit.trace, (cache, slot) => {
      if (endpoint !== undefined && cache.get(slot, 0) !== endpoint) return false;
      return page === undefined || overlaps(cache, slot, page, 1);
    });
  }
}
