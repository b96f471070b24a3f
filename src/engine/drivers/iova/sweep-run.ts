import type { IovaAllocator } from './allocator';
import { type AllocatorKind, createAllocator } from './allocators';
import { bufferSizes } from './buffer-sizes';
import type { Costs } from './costs';
import type { FlushPolicy, UnmappedRange } from './flush-actions';
import { createFlushPolicy, type FlushPolicyKind } from './flush-policy';
import { Lock } from './meter';
import { RoundRobinBitmap } from './round-robin-bitmap';
import { SimulatedCpus } from './simulated-cpus';

/** Buffers that a CPU keeps mapped, as a small receive ring does. */
const mappedBuffers = 64;
/** Unmaps after which a CPU commits, where the policy leaves it to the caller. */
const unmapsInCommit = 32;
/** The device reaches 48 bits of address. */
const limitPage = 2 ** 36 - 1;

/** What one run measures. */
export interface RunSettings {
  readonly allocator: AllocatorKind;
  readonly policy: FlushPolicyKind;
  readonly seed: number;
  readonly costs: Costs;
}

interface Load {
  readonly sizes: Generator<number, never>;
  readonly mapped: UnmappedRange[];
  /** Released after a flush, not given back to the allocator yet. */
  readonly released: UnmappedRange[];
  operations: number;
  unmaps: number;
}

/**
 * CPUs that map and unmap buffers of one domain. The CPU whose clock is furthest behind does the next step,
 * so what they do happens nearly in the order of simulated time; a lock goes to them in that order.
 */
export class SweepRun {
  readonly cpus: SimulatedCpus;
  flushes = 0;
  /** Maps that found no room. */
  failures = 0;
  readonly #settings: RunSettings;
  readonly #allocator: IovaAllocator;
  readonly #policy: FlushPolicy;
  readonly #loads: readonly Load[];
  /** Who flushes waits for the unit's one queue of commands. */
  readonly #commandQueue = new Lock();
  #hasFlushed = false;

  constructor(cpus: number, settings: RunSettings) {
    this.#settings = settings;
    this.cpus = new SimulatedCpus(cpus, settings.costs);
    const allocator = createAllocator(settings.allocator, cpus, this.cpus);
    this.#allocator = allocator;
    this.#policy = createFlushPolicy(settings.policy, {
      meter: this.cpus,
      takeFlush: () => allocator instanceof RoundRobinBitmap && allocator.takeFlush(),
      actions: {
        flushRange: (_range, cpu) => this.#flush(cpu),
        flushAll: (cpu) => this.#flush(cpu),
        release: (range, cpu) => this.#release(range, cpu),
      },
    });
    this.#loads = Array.from({ length: cpus }, (_, cpu) => ({
      sizes: bufferSizes(settings.seed * 64 + cpu),
      mapped: [],
      released: [],
      operations: 0,
      unmaps: 0,
    }));
  }

  /** Runs until every CPU has done `operations` maps and unmaps since the beginning. */
  runUntil(operations: number): void {
    for (;;) {
      const cpu = this.#furthestBehind(operations);
      if (cpu < 0) return;
      this.#step(cpu);
    }
  }

  #furthestBehind(operations: number): number {
    let chosen = -1;
    for (const [cpu, load] of this.#loads.entries()) {
      const isDone = load.operations >= operations && load.released.length === 0;
      if (isDone) continue;
      if (chosen < 0 || this.cpus.timeOf(cpu) < this.cpus.timeOf(chosen)) chosen = cpu;
    }
    return chosen;
  }

  #step(cpu: number): void {
    const load = this.#loads[cpu] as Load;
    this.#hasFlushed = false;
    this.#policy.tick(this.cpus.timeOf(cpu));
    const released = load.released.shift();
    if (released !== undefined) {
      this.#allocator.free(released.first, released.pages, cpu);
      return;
    }
    load.operations += 1;
    this.cpus.spend(this.#settings.costs.otherWork, cpu);
    const oldest = load.mapped.length < mappedBuffers ? undefined : load.mapped.shift();
    if (oldest === undefined) this.#map(load, cpu);
    else this.#unmap(load, oldest, cpu);
  }

  #map(load: Load, cpu: number): void {
    const pages = load.sizes.next().value;
    const first = this.#allocator.allocate(pages, limitPage, cpu);
    if (first < 0) {
      this.failures += 1;
      return;
    }
    this.#policy.mapped(cpu);
    load.mapped.push({ first, pages, unit: 0 });
  }

  #unmap(load: Load, range: UnmappedRange, cpu: number): void {
    this.#policy.unmapped(range, cpu, this.cpus.timeOf(cpu));
    load.unmaps += 1;
    if (load.unmaps % unmapsInCommit === 0) this.#policy.commit(cpu);
  }

  #flush(cpu: number): void {
    this.cpus.acquire(this.#commandQueue, cpu);
    this.cpus.spend(this.#settings.costs.flush, cpu);
    this.cpus.release(this.#commandQueue, cpu);
    this.flushes += 1;
    this.#hasFlushed = true;
  }

  /** After a flush others may be due first: giving back becomes a step of its own. */
  #release(range: UnmappedRange, cpu: number): void {
    if (this.#hasFlushed) this.#loads[cpu]?.released.push(range);
    else this.#allocator.free(range.first, range.pages, cpu);
  }
}
