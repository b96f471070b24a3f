import type { Cache } from '../cache/cache';
import { cacheIndex } from './caches';
import type { Unit } from './unit';

type Match = (cache: Cache, slot: number) => boolean;

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
    const cache = this.#unit.caches[index] as Cache;
    const { trace } = this.#unit;
    if (cache.size === 0) return;
    const going: number[] = [];
    for (let slot = 0; slot < cache.size; slot++)
      if (!cache.isVacant(slot) && matches(cache, slot)) going.push(slot);
    if (trace.isOn) trace.emit('sweep', index, going.length, cache.used - going.length);
    for (const slot of going) {
      cache.drop(slot);
      if (trace.isOn) trace.emit('drop', index, slot);
    }
  }
}

function overlaps(cache: Cache, slot: number, page: number, count: number): boolean {
  const pages = 2 ** (cache.get(slot, 3) - 12);
  const first = cache.get(slot, 2) * pages;
  return first < page + count && first + pages > page;
}
