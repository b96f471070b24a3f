import type { IovaAllocator, IovaRange } from './allocator';
import type { Meter } from './meter';
import { RangeCache } from './range-cache';
import { powerOfTwoFrom, roundedPages, TreeAllocator } from './tree';

/** Ranges of 1, 2, 4, 8, 16 and 32 pages are cached: IOVA_RANGE_CACHE_MAX_SIZE. */
export const sizeClasses = 6;

/**
 * The tree with magazines of free ranges for each CPU in front of it (Linux drivers/iommu/iova.c,
 * alloc_iova_fast and free_iova_fast). A freed range stays taken in the tree while a magazine holds it.
 */
export class MagazineAllocator implements IovaAllocator {
  readonly name = 'Per-CPU magazines';
  readonly tree: TreeAllocator;
  /** By the power of two of their size in pages. */
  readonly caches: readonly RangeCache[];

  constructor(meter: Meter, cpus: number) {
    this.tree = new TreeAllocator(meter);
    this.caches = Array.from({ length: sizeClasses }, () => new RangeCache(cpus, meter));
  }

  allocate(pages: number, limitPage: number, cpu: number): number {
    const rounded = roundedPages(pages);
    const cached = this.#cacheFor(rounded)?.take(limitPage + 1 - rounded, cpu) ?? -1;
    if (cached >= 0) return cached;
    const first = this.tree.allocate(rounded, limitPage, cpu);
    if (first >= 0) return first;
    for (const cache of this.caches) this.tree.freeAll(cache.drain(cpu), cpu);
    return this.tree.allocate(rounded, limitPage, cpu);
  }

  free(page: number, pages: number, cpu: number): void {
    const cache = this.#cacheFor(pages);
    if (cache === undefined) this.tree.free(page, pages, cpu);
    else cache.insert(page, cpu);
  }

  /** What Linux does every 100 ms: one magazine of each large depot goes back to the tree. */
  trimDepots(cpu: number): void {
    for (const cache of this.caches) this.tree.freeAll(cache.trim(cpu), cpu);
  }

  ranges(): readonly IovaRange[] {
    const held = new Set(this.caches.flatMap((cache) => cache.held()));
    return this.tree
      .ranges()
      .map((range) => (held.has(range.first) ? { ...range, state: 'cached' as const } : range));
  }

  #cacheFor(pages: number): RangeCache | undefined {
    return this.caches[Math.log2(powerOfTwoFrom(pages))];
  }
}
