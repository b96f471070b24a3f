import type { Cache } from '../cache/cache';
import { type Match, overlaps, sweep } from '../cache/sweep';
import { cacheIndex, contextColumn, iotlbColumn, madeBy, pasidColumn } from './caches';
import type { Unit } from './unit';

/** What each granularity drops from each cache (VT-d 6.2 and 6.5.2). */
export class Invalidator {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  everything(): void {
    for (const index of Object.values(cacheIndex)) this.#sweep(index, () => true);
  }

  contextGlobal(): void {
    this.#sweep(cacheIndex.context, () => true);
  }

  contextDomain(domain: number): void {
    this.#sweep(cacheIndex.context, (cache, slot) => cache.get(slot, contextColumn.domain) === domain);
  }

  /** Function bits under `mask` do not count. */
  contextDevice(device: number, mask: number): void {
    const ignored = [0, 4, 6, 7][mask] as number;
    this.#sweep(cacheIndex.context, (cache, slot) => (cache.get(slot, 0) | ignored) === (device | ignored));
  }

  pasidGlobal(): void {
    this.#sweep(cacheIndex.pasid, () => true);
  }

  pasidDomain(domain: number): void {
    this.#sweep(cacheIndex.pasid, (cache, slot) => cache.get(slot, pasidColumn.domain) === domain);
  }

  pasidSelective(domain: number, pasid: number): void {
    this.#sweep(
      cacheIndex.pasid,
      (cache, slot) => cache.get(slot, 2) === pasid && cache.get(slot, pasidColumn.domain) === domain,
    );
  }

  iotlbGlobal(): void {
    for (const index of [cacheIndex.iotlb, cacheIndex.firstWalk, cacheIndex.secondWalk]) {
      this.#sweep(index, () => true);
    }
  }

  iotlbDomain(domain: number): void {
    for (const index of [cacheIndex.iotlb, cacheIndex.firstWalk, cacheIndex.secondWalk]) {
      this.#sweep(index, (cache, slot) => cache.get(slot, 0) === domain);
    }
  }

  /**
   * Second-stage entries of the range; every first-stage and nested entry of the domain, because their tags do
   * not say through which guest page they were made. With `keepsTables` second-stage tables may stay; first-stage ones
   * of the walk cache hold what second-stage leaves gave.
   */
  iotlbPage(domain: number, page: number, count: number, keepsTables: boolean): void {
    this.#sweep(cacheIndex.iotlb, (cache, slot) => {
      if (cache.get(slot, 0) !== domain) return false;
      const type = cache.get(slot, iotlbColumn.type);
      return type === madeBy.first || type === madeBy.nested || overlaps(cache, slot, page, count);
    });
    this.#sweep(cacheIndex.firstWalk, (cache, slot) => cache.get(slot, 0) === domain);
    if (keepsTables) return;
    this.#sweep(
      cacheIndex.secondWalk,
      (cache, slot) => cache.get(slot, 0) === domain && overlapsTable(cache, slot, page, count),
    );
  }

  pasidIotlbAll(domain: number, pasid: number): void {
    const isOfPasid: Match = (cache, slot) => cache.get(slot, 0) === domain && cache.get(slot, 1) === pasid;
    this.#sweep(cacheIndex.iotlb, isOfPasid);
    this.#sweep(cacheIndex.firstWalk, isOfPasid);
  }

  pasidIotlbPage(domain: number, pasid: number, page: number, count: number, keepsTables: boolean): void {
    const isOfPasid: Match = (cache, slot) => cache.get(slot, 0) === domain && cache.get(slot, 1) === pasid;
    this.#sweep(
      cacheIndex.iotlb,
      (cache, slot) => isOfPasid(cache, slot) && overlaps(cache, slot, page, count),
    );
    if (keepsTables) return;
    this.#sweep(
      cacheIndex.firstWalk,
      (cache, slot) => isOfPasid(cache, slot) && overlapsTable(cache, slot, page, count),
    );
  }

  #sweep(index: number, matches: Match): void {
    sweep(this.#unit.caches.all[index] as Cache, index, this.#unit.trace, matches);
  }
}

/** Walk caches: the third tag counts what one table of the level in the fourth covers. */
function overlapsTable(cache: Cache, slot: number, page: number, count: number): boolean {
  const pages = 512 ** (cache.get(slot, 3) + 1);
  const first = cache.get(slot, 2) * pages;
  return first < page + count && first + pages > page;
}
