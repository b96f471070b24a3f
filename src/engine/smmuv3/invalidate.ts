import type { Cache } from '../cache/cache';
import { type Match, overlaps, sweep } from '../cache/sweep';
import { cacheIndex, iotlbColumn } from './caches';
import type { Unit } from './unit';

const asids = 2 ** 16;

/** What each command drops (SMMUv3 4.3 and 4.4). */
export class Invalidator {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** Configuration of `count` streams from `first`, and of all their substreams. */
  streams(first: number, count: number): void {
    const isMeant: Match = (cache, slot) => cache.get(slot, 0) >= first && cache.get(slot, 0) < first + count;
    for (const index of [cacheIndex.stream, cacheIndex.context]) this.#sweep(index, isMeant);
  }

  /** The context of a substream, or of all with -1. */
  context(stream: number, substream: number): void {
    this.#sweep(
      cacheIndex.context,
      (cache, slot) => cache.get(slot, 0) === stream && (substream < 0 || cache.get(slot, 2) === substream),
    );
  }

  everything(): void {
    for (const index of [cacheIndex.iotlb, cacheIndex.firstWalk, cacheIndex.secondWalk])
      this.#sweep(index, () => true);
  }

  /** All translations of a VMID; first-stage ones only without `withSecond`. */
  vmid(vmid: number, withSecond: boolean): void {
    const isMeant: Match = (cache, slot) =>
      cache.get(slot, 0) === vmid && (withSecond || cache.get(slot, 1) >= 0);
    this.#sweep(cacheIndex.iotlb, isMeant);
    this.#sweep(cacheIndex.firstWalk, (cache, slot) => cache.get(slot, 0) === vmid);
    if (withSecond) this.#sweep(cacheIndex.secondWalk, (cache, slot) => cache.get(slot, 0) === vmid);
  }

  /** Translations of an ASID. Those that are not global must go; global ones may (SMMUv3 4.4.2), and do, as each is kept under one ASID. */
  asid(vmid: number, asid: number): void {
    this.#sweep(
      cacheIndex.iotlb,
      (cache, slot) => cache.get(slot, 0) === vmid && cache.get(slot, 1) === asid,
    );
    this.#sweep(
      cacheIndex.firstWalk,
      (cache, slot) => cache.get(slot, 0) === vmid && cache.get(slot, 1) % asids === asid,
    );
  }

  /** A range of addresses of an ASID, with global ones, or of every ASID with -1. */
  pages(vmid: number, asid: number, page: number, count: number, leafOnly: boolean): void {
    this.#sweep(cacheIndex.iotlb, (cache, slot) => {
      if (cache.get(slot, 0) !== vmid || cache.get(slot, 1) < 0) return false;
      const isMeant = asid < 0 || cache.get(slot, 1) === asid || cache.get(slot, iotlbColumn.isGlobal) === 1;
      return isMeant && overlaps(cache, slot, page, count);
    });
    if (leafOnly) return;
    this.#sweep(
      cacheIndex.firstWalk,
      (cache, slot) => cache.get(slot, 0) === vmid && (asid < 0 || cache.get(slot, 1) % asids === asid),
    );
  }

  /** A range of guest addresses: second-stage entries; those of both stages need not go, tables of guests do. */
  guestPages(vmid: number, page: number, count: number, leafOnly: boolean): void {
    this.#sweep(
      cacheIndex.iotlb,
      (cache, slot) =>
        cache.get(slot, 0) === vmid && cache.get(slot, 1) < 0 && overlaps(cache, slot, page, count),
    );
    this.#sweep(cacheIndex.firstWalk, (cache, slot) => cache.get(slot, 0) === vmid);
    if (!leafOnly) this.#sweep(cacheIndex.secondWalk, (cache, slot) => cache.get(slot, 0) === vmid);
  }

  #sweep(index: number, matches: Match): void {
    sweep(this.#unit.caches[index] as Cache, index, this.#unit.trace, matches);
  }
}
