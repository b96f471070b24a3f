import type { Costs } from './costs';
import type { Line, Lock, Meter } from './meter';

/** What a CPU did. Times are nanoseconds of simulated time. */
export interface CpuCounts {
  acquisitions: number;
  /** Acquisitions that found the lock taken. */
  waits: number;
  waited: number;
  lineTransfers: number;
  nodeVisits: number;
  words: number;
}

/**
 * CPUs that each have a clock, which every act moves on by its cost. A lock is had by one after the other:
 * who comes before it is free waits until then.
 */
export class SimulatedCpus implements Meter {
  readonly costs: Costs;
  readonly counts: readonly CpuCounts[];
  readonly #times: Float64Array;

  constructor(cpus: number, costs: Costs) {
    this.costs = costs;
    this.#times = new Float64Array(cpus);
    this.counts = Array.from({ length: cpus }, () => ({
      acquisitions: 0,
      waits: 0,
      waited: 0,
      lineTransfers: 0,
      nodeVisits: 0,
      words: 0,
    }));
  }

  /** The clock of a CPU, in nanoseconds. */
  timeOf(cpu: number): number {
    return this.#times[cpu] as number;
  }

  /** All clocks go on to the one furthest ahead, as at a barrier; that time in nanoseconds. */
  align(): number {
    const latest = Math.max(...this.#times);
    this.#times.fill(latest);
    return latest;
  }

  spend(nanoseconds: number, cpu: number): void {
    this.#times[cpu] = this.timeOf(cpu) + nanoseconds;
  }

  acquire(lock: Lock, cpu: number): void {
    const counts = this.#countsOf(cpu);
    const wait = lock.freeAt - this.timeOf(cpu);
    counts.acquisitions += 1;
    if (wait > 0) {
      counts.waits += 1;
      counts.waited += wait;
      this.spend(wait, cpu);
    }
    this.write(lock.line, cpu);
    this.spend(this.costs.lock, cpu);
  }

  release(lock: Lock, cpu: number): void {
    lock.freeAt = this.timeOf(cpu);
  }

  /** A copy is enough to read. Who touches a line first has it. */
  read(line: Line, cpu: number): void {
    if (line.owner < 0) line.owner = cpu;
    const isHere = line.owner === cpu || line.copies?.has(cpu) === true;
    this.#reach(isHere, cpu);
    if (isHere) return;
    line.copies ??= new Set();
    line.copies.add(cpu);
  }

  /** To write, a CPU must be the only one that has the line. */
  write(line: Line, cpu: number): void {
    const isHere = (line.owner < 0 || line.owner === cpu) && line.copies === undefined;
    this.#reach(isHere, cpu);
    line.owner = cpu;
    line.copies = undefined;
  }

  visitNode(line: Line, cpu: number): void {
    this.#countsOf(cpu).nodeVisits += 1;
    this.spend(this.costs.nodeVisit, cpu);
    this.read(line, cpu);
  }

  scanWords(words: number, cpu: number): void {
    this.#countsOf(cpu).words += words;
    this.spend(words * this.costs.bitmapWord, cpu);
  }

  #reach(isHere: boolean, cpu: number): void {
    if (!isHere) this.#countsOf(cpu).lineTransfers += 1;
    this.spend(isHere ? this.costs.lineHit : this.costs.lineTransfer, cpu);
  }

  #countsOf(cpu: number): CpuCounts {
    const counts = this.counts[cpu];
    if (counts === undefined) throw new RangeError(`There is no CPU ${cpu}.`);
    return counts;
  }
}
