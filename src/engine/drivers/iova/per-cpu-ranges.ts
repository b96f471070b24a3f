import { first64BitPage, type IovaAllocator, type IovaRange } from './allocator';
import { Lock, type Meter } from './meter';
import { SubRange } from './sub-range';

/** How the address space is divided. */
export interface Division {
  /** Pages of a sub-range. */
  readonly chunkPages: number;
  /** The last page that can belong to a sub-range. */
  readonly lastPage: number;
}

/** Chunks of 128 MiB in 48 bits of address: an assumption, the thread names no sizes. */
export const defaultDivision: Division = { chunkPages: 32_768, lastPage: 2 ** 36 - 1 };

/**
 * Each CPU takes from a sub-range of its own, else it gets a new one, else it takes from another CPU's, so
 * that a lock rarely leaves its CPU. One sub-range below 4 GiB serves all devices that reach no further
 * (thread 003).
 */
export class PerCpuRanges implements IovaAllocator {
  readonly name = 'Per-CPU sub-ranges';
  readonly #meter: Meter;
  readonly #division: Division;
  /** Guards the division of the space. */
  readonly #lock = new Lock();
  readonly #below4GiB: SubRange;
  readonly #all: SubRange[] = [];
  /** By the number of each chunk that it covers. */
  readonly #byChunk = new Map<number, SubRange>();
  /** By owner, the one used last in front. */
  readonly #owned = new Map<number, SubRange[]>();
  #nextFirst = first64BitPage;

  constructor(meter: Meter, division = defaultDivision) {
    this.#meter = meter;
    this.#division = division;
    this.#below4GiB = new SubRange(0, first64BitPage, -1, meter);
  }

  /** The one below 4 GiB, then the others in the order of their addresses. */
  get subRanges(): readonly SubRange[] {
    return [this.#below4GiB, ...this.#all];
  }

  allocate(pages: number, limitPage: number, cpu: number): number {
    if (limitPage < first64BitPage) return this.#below4GiB.allocate(pages, limitPage, cpu);
    const own = this.#fromOwn(pages, limitPage, cpu);
    if (own >= 0) return own;
    const added = this.#add(pages, limitPage, cpu);
    if (added !== undefined) return added.allocate(pages, limitPage, cpu);
    return this.#fromOthers(pages, limitPage, cpu);
  }

  free(page: number, pages: number, cpu: number): void {
    this.#holderOf(page)?.free(page, pages, cpu);
  }

  ranges(): readonly IovaRange[] {
    return this.subRanges.flatMap((range) => range.live());
  }

  #holderOf(page: number): SubRange | undefined {
    return page < first64BitPage ? this.#below4GiB : this.#byChunk.get(this.#chunkOf(page));
  }

  #chunkOf(page: number): number {
    return Math.floor((page - first64BitPage) / this.#division.chunkPages);
  }

  #fromOwn(pages: number, limitPage: number, cpu: number): number {
    const owned = this.#owned.get(cpu) ?? [];
    for (const [index, range] of owned.entries()) {
      const first = range.allocate(pages, limitPage, cpu);
      if (first < 0) continue;
      owned.splice(index, 1);
      owned.unshift(range);
      return first;
    }
    return -1;
  }

  /** A new sub-range of as many chunks as the request needs; undefined when the space is divided up. */
  #add(pages: number, limitPage: number, cpu: number): SubRange | undefined {
    this.#meter.acquire(this.#lock, cpu);
    const { chunkPages, lastPage } = this.#division;
    const size = Math.ceil(pages / chunkPages) * chunkPages;
    const first = this.#nextFirst;
    const hasRoom = first + size - 1 <= lastPage && first + pages - 1 <= limitPage;
    const range = hasRoom ? new SubRange(first, size, cpu, this.#meter) : undefined;
    if (range !== undefined) this.#give(range, cpu);
    this.#meter.release(this.#lock, cpu);
    return range;
  }

  #give(range: SubRange, cpu: number): void {
    this.#nextFirst += range.pages;
    this.#all.push(range);
    this.#owned.set(cpu, [range, ...(this.#owned.get(cpu) ?? [])]);
    for (let page = range.first; page < this.#nextFirst; page += this.#division.chunkPages)
      this.#byChunk.set(this.#chunkOf(page), range);
  }

  #fromOthers(pages: number, limitPage: number, cpu: number): number {
    for (const range of this.#all) {
      if (range.owner === cpu) continue;
      const first = range.allocate(pages, limitPage, cpu);
      if (first >= 0) return first;
    }
    return -1;
  }
}
