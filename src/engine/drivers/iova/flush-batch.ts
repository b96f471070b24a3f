import type { FlushActions, FlushPolicy, UnmappedRange } from './flush-actions';
import { FlushTimer } from './flush-timer';
import { Lock, type Meter } from './meter';

/** Unmaps in the list of all units together before it is flushed: HIGH_WATER_MARK. */
export const batchedUnmaps = 250;

/**
 * One list for all CPUs: the unmap after the 250th, or the timer after 10 ms, flushes each unit that has
 * entries, once (Linux v3.2 drivers/iommu/intel-iommu.c, add_unmap and flush_unmaps, without caching mode).
 */
export class FlushBatch implements FlushPolicy {
  readonly name = 'Batched unmap (Intel, 2011)';
  readonly #actions: FlushActions;
  readonly #meter: Meter;
  readonly #lock = new Lock();
  readonly #timer = new FlushTimer();
  #waiting: UnmappedRange[] = [];

  constructor(actions: FlushActions, meter: Meter) {
    this.#actions = actions;
    this.#meter = meter;
  }

  get waiting(): readonly UnmappedRange[] {
    return this.#waiting;
  }

  mapped(): void {
    // A map never waits for a flush.
  }

  unmapped(range: UnmappedRange, cpu: number, now: number): void {
    this.#meter.acquire(this.#lock, cpu);
    if (this.#waiting.length === batchedUnmaps) this.#flush(cpu);
    this.#waiting.push(range);
    this.#timer.set(now, cpu);
    this.#meter.release(this.#lock, cpu);
  }

  tick(now: number): void {
    const cpu = this.#timer.takeDue(now);
    if (cpu === undefined) return;
    this.#meter.acquire(this.#lock, cpu);
    this.#flush(cpu);
    this.#meter.release(this.#lock, cpu);
  }

  commit(): void {
    // The list is flushed by its length and its age alone.
  }

  #flush(cpu: number): void {
    const flushed = this.#waiting;
    this.#waiting = [];
    this.#timer.stop();
    for (const unit of new Set(flushed.map((range) => range.unit))) {
      this.#actions.flushAll(cpu, unit);
      for (const range of flushed) if (range.unit === unit) this.#actions.release(range, cpu);
    }
  }
}
