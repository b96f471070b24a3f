/** A range of I/O virtual pages whose mapping is gone from the page table. */
export interface UnmappedRange {
  readonly first: number;
  readonly pages: number;
  /** The IOMMU that may still have it in its IOTLB, counted from 0. */
  readonly unit: number;
}

/** What a policy has done. `cpu` is the one that does it; a flush is complete when the call returns. */
export interface FlushActions {
  flushRange(range: UnmappedRange, cpu: number): void;
  /** Flushes all entries: of a unit, or of the domain where the policy flushes a domain. */
  flushAll(cpu: number, unit: number): void;
  /** The addresses may be given out again. */
  release(range: UnmappedRange, cpu: number): void;
}

/** Decides when the IOTLB is flushed and when addresses may be given out again. Times are nanoseconds. */
export interface FlushPolicy {
  readonly name: string;
  /** What is unmapped and not released yet. */
  readonly waiting: readonly UnmappedRange[];
  /** Told after addresses were allocated, before the device hears of them. */
  mapped(cpu: number): void;
  unmapped(range: UnmappedRange, cpu: number, now: number): void;
  /** Fires the timer if it is due, on the CPU that set it. */
  tick(now: number): void;
  /** The caller ends a batch of unmaps. */
  commit(cpu: number): void;
}
