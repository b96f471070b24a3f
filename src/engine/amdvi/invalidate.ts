import type { Cache } from '../cache/cache';
import { type Match, overlaps, sweep } from '../cache/sweep';
import { cacheIndex } from './caches';
import type { Unit } from './unit';

/** What each command drops (AMD IOMMU 2.4). */
export class Invalidator {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  everything(): void {
    for (const index of Object.values(cacheIndex)) this.#sweep(index, () => true);
  }

  device(device: number): void {
    this.#sweep(cacheIndex.device, (cache, slot) => cache.get(slot, 0) === device);
  }

  /** Translations of a domain in a range of pages; those of a PASID only with `pasid` from 0 up. */
  pages(domain: number, pasid: number, page: number, count: number, withTables: boolean): void {
    const isOfDomain: Match = (cache, slot) => cache.get(slot, 0) === domain;
    const isMeant: Match = (cache, slot) => {
      if (!isOfDomain(cache, slot)) return false;
      // Without a PASID guest pages are meant: a translation of both stages does not say through which it was made.
      if (pasid < 0) return cache.get(slot, 1) >= 0 || overlaps(cache, slot, page, count);
      return cache.get(slot, 1) === pasid && overlaps(cache, slot, page, count);
    };
    this.#sweep(cacheIndex.iotlb, isMeant);
    const isOfPasid: Match = (cache, slot) =>
      isOfDomain(cache, slot) && (pasid < 0 || cache.get(slot, 1) === pasid);
    if (pasid < 0 || withTables) this.#sweep(cacheIndex.guestWalk, isOfPasid);
    if (pasid < 0 && withTables) this.#sweep(cacheIndex.hostWalk, isOfDomain);
  }

  #sweep(index: number, matches: Match): void {
    sweep(this.#unit.caches[index] as Cache, index, this.#unit.trace, matches);
  }
}
