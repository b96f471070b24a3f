import type { Cache } from '../cache/cache';
import type { TraceWriter } from '../trace/trace';

const most = 64;
const width = 8;

/**
 * What a walk has learned and the walk cache does not yet know. A request's own later reads do not profit
 * from it; it becomes visible when the request is answered, and a refused request leaves nothing behind.
 */
export class PendingFills {
  readonly #cache: Cache;
  readonly #cacheIndex: number;
  readonly #trace: TraceWriter;
  readonly #rows = new Float64Array(most * width);
  #count = 0;

  constructor(cache: Cache, cacheIndex: number, trace: TraceWriter) {
    this.#cache = cache;
    this.#cacheIndex = cacheIndex;
    this.#trace = trace;
  }

  add(
    domain: number,
    tag: number,
    prefix: number,
    level: number,
    guest: number,
    host: number,
    permissions: number,
    mayMark: number,
  ): void {
    if (this.#count === most) return;
    const rows = this.#rows;
    const at = this.#count * width;
    this.#count += 1;
    rows[at] = domain;
    rows[at + 1] = tag;
    rows[at + 2] = prefix;
    rows[at + 3] = level;
    rows[at + 4] = guest;
    rows[at + 5] = host;
    rows[at + 6] = permissions;
    rows[at + 7] = mayMark;
  }

  discard(): void {
    this.#count = 0;
  }

  /** Puts everything into the cache, in the order in which it was learned. */
  commit(): void {
    const rows = this.#rows;
    for (let n = 0; n < this.#count; n++) {
      const at = n * width;
      const known = this.#cache.find(
        rows[at] as number,
        rows[at + 1] as number,
        rows[at + 2] as number,
        rows[at + 3] as number,
      );
      if (known >= 0) continue;
      const slot = this.#cache.fill(
        rows[at] as number,
        rows[at + 1] as number,
        rows[at + 2] as number,
        rows[at + 3] as number,
      );
      for (let column = 4; column < width; column++)
        this.#cache.set(slot, column, rows[at + column] as number);
      if (this.#trace.isOn) {
        this.#trace.emit('fill', this.#cacheIndex, slot, ...rows.subarray(at, at + width));
      }
    }
    this.#count = 0;
  }
}
