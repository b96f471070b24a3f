/** Ten milliseconds, in 2011 as today. */
export const flushTimeout = 10_000_000;

/** A timer that is set once and, when due, fires on the CPU that set it. Nanoseconds. */
export class FlushTimer {
  #dueAt = Number.POSITIVE_INFINITY;
  #cpu = 0;

  /** Does nothing when it is set already. */
  set(now: number, cpu: number): void {
    if (this.#dueAt < Number.POSITIVE_INFINITY) return;
    this.#dueAt = now + flushTimeout;
    this.#cpu = cpu;
  }

  stop(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  /** The CPU on which it fires, if it is due; it is set no longer. */
  takeDue(now: number): number | undefined {
    if (now < this.#dueAt) return undefined;
    this.stop();
    return this.#cpu;
  }
}
