import type { Cache } from '../cache/cache';
import { type Match, overlaps, sweep } from '../cache/sweep';
import { cacheIndex, iotlbColumn, noGuest } from './caches';
import type { Unit } from './unit';

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
      return range === undefined || overlaps(cache, slot, range.page, range.count);
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
    sweep(this.#unit.caches[index] as Cache, index, this.#unit.trace, matches);
  }
}
