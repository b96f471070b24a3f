import type { IovaAllocator } from './allocator';
import { MagazineAllocator } from './magazines';
import type { Meter } from './meter';
import { PerCpuRanges } from './per-cpu-ranges';
import { RoundRobinBitmap } from './round-robin-bitmap';
import { TreeAllocator } from './tree';

/** The designs of 2011 and what was merged. */
export const allocatorKinds = ['tree', 'round-robin-bitmap', 'per-cpu-ranges', 'magazines'] as const;
export type AllocatorKind = (typeof allocatorKinds)[number];

/** An allocator of that kind, with nothing given out, for CPUs 0 to `cpus - 1`. */
export function createAllocator(kind: AllocatorKind, cpus: number, meter: Meter): IovaAllocator {
  switch (kind) {
    case 'tree':
      return new TreeAllocator(meter);
    case 'round-robin-bitmap':
      return new RoundRobinBitmap(meter);
    case 'per-cpu-ranges':
      return new PerCpuRanges(meter);
    case 'magazines':
      return new MagazineAllocator(meter, cpus);
  }
}
