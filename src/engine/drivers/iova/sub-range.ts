import type { IovaRange } from './allocator';
import { Bitmap } from './bitmap';
import { LiveRanges } from './live-ranges';
import { Line, Lock, type Meter } from './meter';

/** A part of the address space with a lock and a bitmap of its own, given out round-robin (thread 003). */
export class SubRange {
  readonly first: number;
  readonly pages: number;
  /** The CPU that takes from it first; -1 when it is everybody's. */
  readonly owner: number;
  readonly #meter: Meter;
  readonly #lock = new Lock();
  readonly #line = new Line();
  readonly #bitmap: Bitmap;
  readonly #live = new LiveRanges();
  #next = 0;

  constructor(first: number, pages: number, owner: number, meter: Meter) {
    this.first = first;
    this.pages = pages;
    this.owner = owner;
    this.#meter = meter;
    this.#bitmap = new Bitmap(pages);
    // Page 0 is never given out.
    if (first === 0) this.#bitmap.set(0, 1);
  }

  /** The page at which the next search starts. */
  get nextPage(): number {
    return this.first + this.#next;
  }

  live(): IovaRange[] {
    return this.#live.list();
  }

  /** The first of `pages` pages, none above `limitPage`; -1 when there is no room. */
  allocate(pages: number, limitPage: number, cpu: number): number {
    const end = Math.min(this.pages, limitPage + 1 - this.first);
    if (end < pages) return -1;
    this.#meter.acquire(this.#lock, cpu);
    let at = this.#bitmap.findFree(pages, this.#next, end);
    if (at < 0) at = this.#bitmap.findFree(pages, 0, end);
    if (at >= 0) {
      this.#bitmap.set(at, pages);
      this.#next = at + pages;
      this.#live.add(this.first + at, pages);
    }
    this.#tell(cpu);
    this.#meter.release(this.#lock, cpu);
    return at < 0 ? -1 : this.first + at;
  }

  free(page: number, pages: number, cpu: number): void {
    this.#meter.acquire(this.#lock, cpu);
    if (this.#live.remove(page)) this.#bitmap.clear(page - this.first, pages);
    this.#tell(cpu);
    this.#meter.release(this.#lock, cpu);
  }

  #tell(cpu: number): void {
    this.#meter.write(this.#line, cpu);
    this.#meter.scanWords(this.#bitmap.takeScanned(), cpu);
  }
}
