import type { Cache } from '../cache/cache';
import { cacheIndex, iotlbColumn, noGuest } from './caches';
import type { Unit } from './unit';

type Match = (cache: Cache, slot: number) => boolean;

/** A range of pages that a command names; the whole space when `count` is infinite. */
export interface Range {
  readonly page: number;
  readonly count: number;
}

/** What each command drops (RISC-V IOMMU 4.1.1, 4.1.3). -1 stands for a tag that the command leaves open. */
export class Invalidator {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** First-stage entries: of a guest or, with `gscid` -1, of the host's own processes. */
  first(gscid: number, pscid: number, range: Range | undefined, withTables: boolean): void {
    const domain = gscid < 0 ? noGuest : gscid;
    const isMeant: Match = (cache, slot) => {
      if (cache.get(slot, 0) !== domain || cache.get(slot, 1) < 0) return false;
      return pscid < 0 || cache.get(slot, 1) === pscid;
    };
    this.#sweep(cacheIndex.iotlb, (cache, slot) => {
      if (!isMeant(cache, slot) || (pscid >= 0 && cache.get(slot, iotlbColumn.isGlobal) === 1)) return false;
      return range === undefined || overlaps(cache.get(slot, 2), 2 ** (cache.get(slot, 3) - 12), range);
    });
    if (range !== undefined && !withTables) return;
    this.#sweep(cacheIndex.firstWalk, isMeant);
  }

  /** Second-stage entries of a guest, or of all with -1; translations of both stages have no guest address. */
  second(gscid: number): void {
    const isMeant: Match = (cache, slot) => {
      const domain = cache.get(slot, 0);
      return domain < noGuest && (gscid < 0 || domain === gscid);
    };
    for (const index of [cacheIndex.iotlb, cacheIndex.firstWalk, cacheIndex.secondWalk])
      this.#sweep(index, isMeant);
  }

  /** Device contexts and process contexts of a device, or of all with -1. */
  device(device: number): void {
    for (const index of [cacheIndex.device, cacheIndex.process])
      this.#sweep(index, (cache, slot) => device < 0 || cache.get(slot, 0) === device);
  }

  process(device: number, process: number): void {
    this.#sweep(
      cacheIndex.process,
      (cache, slot) => cache.get(slot, 0) === device && cache.get(slot, 2) === process,
    );
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

function overlaps(prefix: number, pages: number, range: Range): boolean {
  const first = prefix * pages;
  return first < range.page + range.count && first + pages > range.page;
}
