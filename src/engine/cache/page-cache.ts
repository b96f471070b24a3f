import { powerOfTwo } from '../bits/power';
import { servesNothing } from '../trace/events';
import type { TraceWriter } from '../trace/trace';
import type { Cache } from './cache';

/** The first data column of such a cache. */
const hostPage = 4;
const inverses = Array.from({ length: 65 }, (_, bits) => 1 / powerOfTwo(bits));

/**
 * Whole translations of pages of any power of two. The tags are two of the machine's own, the page divided by
 * its size, and the size as a power of two of bytes; the first data column is the host page where the page begins.
 */
export class PageCache {
  readonly cache: Cache;
  readonly #index: number;
  readonly #trace: TraceWriter;
  /** Sizes that were ever kept, smallest first. */
  #sizes: number[] = [];

  constructor(cache: Cache, index: number, trace: TraceWriter) {
    this.cache = cache;
    this.#index = index;
    this.#trace = trace;
  }

  /** The slot of the smallest page kept that `page` lies in; -1 when there is none. */
  slotOf(a: number, b: number, page: number): number {
    const { cache } = this;
    if (cache.size === 0) return -1;
    const sizes = this.#sizes;
    for (let n = 0; n < sizes.length; n++) {
      const size = sizes[n] as number;
      const prefix = prefixOf(page, size);
      const slot = cache.find(a, b, prefix, size);
      if (slot < 0) continue;
      if (this.#trace.isOn) this.#tell(slot, a, b, prefix, size);
      return slot;
    }
    if (this.#trace.isOn) this.#tell(-1, a, b, page, 12);
    return -1;
  }

  /** The host page of `page`, which lies in the entry's. */
  pageOf(slot: number, page: number): number {
    const { rows, width } = this.cache;
    const at = slot * width;
    const host = rows[at + hostPage] as number;
    const size = rows[at + 3] as number;
    return size === 12 ? host : host + (page - (rows[at + 2] as number) * powerOfTwo(size - 12));
  }

  /** Keeps that `page`, in a page of that size, lies at `host`. The slot, whose other columns the machine sets; -1 when off. */
  keep(a: number, b: number, page: number, size: number, host: number): number {
    const { cache } = this;
    const prefix = prefixOf(page, size);
    const slot = cache.fill(a, b, prefix, size);
    if (slot < 0) return slot;
    if (!this.#sizes.includes(size)) this.#sizes = [...this.#sizes, size].sort((one, other) => one - other);
    cache.rows[slot * cache.width + hostPage] = host - (page - prefix * powerOfTwo(size - 12));
    return slot;
  }

  /** Tells what a slot keeps now. */
  tellKept(slot: number): void {
    if (!this.#trace.isOn) return;
    const { rows, width } = this.cache;
    this.#trace.emit('fill', this.#index, slot, ...rows.subarray(slot * width, (slot + 1) * width));
  }

  #tell(slot: number, a: number, b: number, prefix: number, size: number): void {
    this.#trace.emit('lookup', this.#index, slot, -1, -1, servesNothing, a, b, prefix, size);
  }
}

function prefixOf(page: number, size: number): number {
  return size === 12 ? page : Math.floor(page * (inverses[size - 12] as number));
}
