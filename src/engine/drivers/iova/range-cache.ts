import { Line, Lock, type Meter } from './meter';

/** Entries of a magazine, 1024 bytes with its header: IOVA_MAG_SIZE. */
export const magazineEntries = 127;

/** First pages of free ranges of one size; the last one in is the first one out. */
class Magazine {
  readonly pages: number[] = [];
  readonly line = new Line();

  get isFull(): boolean {
    return this.pages.length === magazineEntries;
  }

  get isEmpty(): boolean {
    return this.pages.length === 0;
  }

  /** The last entry that is not above `limit`, whose place the last of all takes; -1 when there is none. */
  pop(limit: number): number {
    const at = this.pages.findLastIndex((page) => page <= limit);
    const last = this.pages.at(-1);
    if (at < 0 || last === undefined) return -1;
    const page = this.pages[at] as number;
    this.pages[at] = last;
    this.pages.pop();
    return page;
  }
}

class CpuMagazines {
  readonly lock = new Lock();
  loaded = new Magazine();
  previous = new Magazine();

  swap(): void {
    [this.loaded, this.previous] = [this.previous, this.loaded];
  }
}

/** The free ranges of one size: two magazines for each CPU, a depot of full ones (Linux iova_rcache). */
export class RangeCache {
  readonly #meter: Meter;
  readonly #cpus: readonly CpuMagazines[];
  readonly #depotLock = new Lock();
  #depot: readonly Magazine[] = [];

  constructor(cpus: number, meter: Meter) {
    this.#meter = meter;
    this.#cpus = Array.from({ length: cpus }, () => new CpuMagazines());
  }

  /** Full magazines in the depot. */
  get depotSize(): number {
    return this.#depot.length;
  }

  /** How many ranges the two magazines of a CPU hold. */
  heldBy(cpu: number): { readonly loaded: number; readonly previous: number } {
    const { loaded, previous } = this.#magazinesOf(cpu);
    return { loaded: loaded.pages.length, previous: previous.pages.length };
  }

  /** The first pages of all ranges that wait here. */
  held(): number[] {
    const magazines = [...this.#cpus.flatMap((cpu) => [cpu.loaded, cpu.previous]), ...this.#depot];
    return magazines.flatMap((magazine) => magazine.pages);
  }

  /** Keeps a free range for the next request of this CPU (__iova_rcache_insert). */
  insert(page: number, cpu: number): void {
    const own = this.#magazinesOf(cpu);
    this.#meter.acquire(own.lock, cpu);
    if (own.loaded.isFull) {
      if (own.previous.isFull) this.#sendToDepot(own, cpu);
      else own.swap();
    }
    own.loaded.pages.push(page);
    this.#meter.write(own.loaded.line, cpu);
    this.#meter.release(own.lock, cpu);
  }

  /** The range freed last that does not begin above `limit`; -1 when none is at hand (__iova_rcache_get). */
  take(limit: number, cpu: number): number {
    const own = this.#magazinesOf(cpu);
    this.#meter.acquire(own.lock, cpu);
    if (own.loaded.isEmpty) {
      if (own.previous.isEmpty) this.#fetchFromDepot(own, cpu);
      else own.swap();
    }
    const page = own.loaded.pop(limit);
    this.#meter.write(own.loaded.line, cpu);
    this.#meter.release(own.lock, cpu);
    return page;
  }

  /** Empties the magazines of all CPUs and the depot; the first pages of what was there. */
  drain(cpu: number): number[] {
    const pages = this.held();
    for (const magazines of this.#cpus) {
      this.#meter.acquire(magazines.lock, cpu);
      magazines.loaded = new Magazine();
      magazines.previous = new Magazine();
      this.#meter.release(magazines.lock, cpu);
    }
    this.#meter.acquire(this.#depotLock, cpu);
    this.#depot = [];
    this.#meter.release(this.#depotLock, cpu);
    return pages;
  }

  /** The pages of a magazine taken from a depot of more than one for each CPU (iova_depot_work_func). */
  trim(cpu: number): readonly number[] {
    this.#meter.acquire(this.#depotLock, cpu);
    const isLarge = this.#depot.length > this.#cpus.length;
    const magazine = isLarge ? this.#depot[0] : undefined;
    if (isLarge) this.#depot = this.#depot.slice(1);
    this.#meter.release(this.#depotLock, cpu);
    return magazine?.pages ?? [];
  }

  #sendToDepot(own: CpuMagazines, cpu: number): void {
    this.#meter.acquire(this.#depotLock, cpu);
    this.#depot = [own.loaded, ...this.#depot];
    this.#meter.write(own.loaded.line, cpu);
    this.#meter.release(this.#depotLock, cpu);
    own.loaded = new Magazine();
  }

  #fetchFromDepot(own: CpuMagazines, cpu: number): void {
    this.#meter.acquire(this.#depotLock, cpu);
    const [full, ...others] = this.#depot;
    if (full !== undefined) {
      own.loaded = full;
      this.#depot = others;
      this.#meter.read(full.line, cpu);
    }
    this.#meter.release(this.#depotLock, cpu);
  }

  #magazinesOf(cpu: number): CpuMagazines {
    const magazines = this.#cpus[cpu];
    if (magazines === undefined) throw new RangeError(`There is no CPU ${cpu}.`);
    return magazines;
  }
}
