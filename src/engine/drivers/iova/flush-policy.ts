import type { FlushActions, FlushPolicy, UnmappedRange } from './flush-actions';
import { FlushBatch } from './flush-batch';
import { FlushQueue } from './flush-queue';
import type { Meter } from './meter';

/** When the IOTLB is flushed after an unmap. */
export const flushPolicies = [
  'strict',
  'batched',
  'flush-queue',
  'round-robin',
  'unmap-flush',
  'commit',
  'none',
] as const;
export type FlushPolicyKind = (typeof flushPolicies)[number];

/** What a policy works with. */
export interface FlushSurroundings {
  readonly actions: FlushActions;
  readonly meter: Meter;
  /** Whether addresses that may be given out again could still be cached: asked by `round-robin` alone. */
  takeFlush(): boolean;
}

const nothing = (): void => undefined;
const silent = { waiting: [], mapped: nothing, tick: nothing, commit: nothing } as const;

/** The policy of that kind, with nothing waiting. */
export function createFlushPolicy(kind: FlushPolicyKind, surroundings: FlushSurroundings): FlushPolicy {
  const { actions, meter } = surroundings;
  switch (kind) {
    case 'strict':
      return { ...silent, name: 'Strict', unmapped: flushThenRelease(actions) };
    case 'batched':
      return new FlushBatch(actions, meter);
    case 'flush-queue':
      return new FlushQueue(actions, meter);
    case 'round-robin':
      return flushOnWrap(surroundings);
    case 'unmap-flush':
      return { ...silent, name: 'Flush at each unmap (AMD, 2011)', unmapped: flushThenRelease(actions) };
    case 'commit':
      return new FlushOnCommit(actions);
    case 'none':
      return { ...silent, name: 'Never', unmapped: (range, cpu) => actions.release(range, cpu) };
  }
}

/** The flush is over before unmap returns (iommu.strict=1; v3.2: intel_iommu=strict, amd_iommu=fullflush). */
function flushThenRelease(actions: FlushActions): FlushPolicy['unmapped'] {
  return (range, cpu) => {
    actions.flushRange(range, cpu);
    actions.release(range, cpu);
  };
}

/**
 * Nothing is flushed until addresses come back: a map after the allocator wrapped flushes the domain, an
 * unmap of addresses that it has still ahead flushes them (Linux v3.2 drivers/iommu/amd_iommu.c, __map_single
 * and __unmap_single). Both hold the lock of the domain: nobody comes between an allocation and its flush.
 */
function flushOnWrap({ actions, takeFlush }: FlushSurroundings): FlushPolicy {
  return {
    ...silent,
    name: 'Flush on wrap (AMD, 2011)',
    mapped: (cpu) => {
      if (takeFlush()) actions.flushAll(cpu, 0);
    },
    unmapped: (range, cpu) => {
      actions.release(range, cpu);
      if (takeFlush()) actions.flushRange(range, cpu);
    },
  };
}

/** One flush for all that was unmapped since the last commit: iommu_commit() as proposed in thread 003. */
class FlushOnCommit implements FlushPolicy {
  readonly name = 'Commit';
  readonly mapped = nothing;
  readonly tick = nothing;
  readonly #actions: FlushActions;
  #waiting: UnmappedRange[] = [];

  constructor(actions: FlushActions) {
    this.#actions = actions;
  }

  get waiting(): readonly UnmappedRange[] {
    return this.#waiting;
  }

  unmapped(range: UnmappedRange): void {
    this.#waiting.push(range);
  }

  commit(cpu: number): void {
    const flushed = this.#waiting;
    if (flushed.length === 0) return;
    this.#waiting = [];
    for (const unit of new Set(flushed.map((range) => range.unit))) this.#actions.flushAll(cpu, unit);
    for (const range of flushed) this.#actions.release(range, cpu);
  }
}
