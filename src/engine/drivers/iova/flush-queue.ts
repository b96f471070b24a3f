import type { FlushActions, FlushPolicy, UnmappedRange } from './flush-actions';
import { FlushTimer } from './flush-timer';
import { Line, Lock, type Meter } from './meter';

/** Entries of a CPU's ring, one of which stays free: IOVA_DEFAULT_FQ_SIZE. */
export const ringEntries = 256;

interface Entry {
  readonly range: UnmappedRange;
  /** How many flushes had started when it was queued. */
  readonly counter: number;
}

interface Ring {
  readonly lock: Lock;
  readonly entries: Entry[];
}

/**
 * A ring of unmapped ranges for each CPU; when it is full, or after 10 ms, the domain is flushed. An entry
 * leaves after a flush that started when it was queued already (Linux drivers/iommu/dma-iommu.c, queue_iova).
 * The ring's lock is held during its flush: `flushAll` must not unmap on the same CPU.
 */
export class FlushQueue implements FlushPolicy {
  readonly name = 'Flush queue (lazy)';
  readonly #actions: FlushActions;
  readonly #meter: Meter;
  readonly #counters = new Line();
  readonly #timer = new FlushTimer();
  readonly #rings: Ring[] = [];
  #started = 0;
  #finished = 0;

  constructor(actions: FlushActions, meter: Meter) {
    this.#actions = actions;
    this.#meter = meter;
  }

  get waiting(): readonly UnmappedRange[] {
    return this.#rings.flatMap((ring) => ring.entries.map((entry) => entry.range));
  }

  /** fq_flush_start_cnt and fq_flush_finish_cnt. */
  get flushes(): { readonly started: number; readonly finished: number } {
    return { started: this.#started, finished: this.#finished };
  }

  /** How many entries wait in each CPU's ring. */
  get lengths(): readonly number[] {
    return this.#rings.map((ring) => ring.entries.length);
  }

  mapped(): void {
    // A map never waits for a flush.
  }

  unmapped(range: UnmappedRange, cpu: number, now: number): void {
    const ring = this.#ringOf(cpu);
    this.#meter.acquire(ring.lock, cpu);
    this.#releaseFlushed(ring, cpu);
    if (ring.entries.length === ringEntries - 1) {
      this.#flush(cpu);
      this.#releaseFlushed(ring, cpu);
    }
    ring.entries.push({ range, counter: this.#started });
    this.#meter.release(ring.lock, cpu);
    this.#timer.set(now, cpu);
  }

  tick(now: number): void {
    const cpu = this.#timer.takeDue(now);
    if (cpu === undefined) return;
    this.#flush(cpu);
    for (const ring of this.#rings) {
      this.#meter.acquire(ring.lock, cpu);
      this.#releaseFlushed(ring, cpu);
      this.#meter.release(ring.lock, cpu);
    }
  }

  commit(): void {
    // The rings are flushed by their length and their age alone.
  }

  #flush(cpu: number): void {
    this.#started += 1;
    this.#meter.write(this.#counters, cpu);
    this.#actions.flushAll(cpu, 0);
    this.#finished += 1;
    this.#meter.write(this.#counters, cpu);
  }

  /** Entries are in the order in which they were queued: the first that must wait ends it. */
  #releaseFlushed(ring: Ring, cpu: number): void {
    this.#meter.read(this.#counters, cpu);
    const firstWaiting = ring.entries.findIndex((entry) => entry.counter >= this.#finished);
    const flushed = ring.entries.splice(0, firstWaiting < 0 ? ring.entries.length : firstWaiting);
    for (const entry of flushed) this.#actions.release(entry.range, cpu);
  }

  #ringOf(cpu: number): Ring {
    while (this.#rings.length <= cpu) this.#rings.push({ lock: new Lock(), entries: [] });
    return this.#rings[cpu] as Ring;
  }
}
