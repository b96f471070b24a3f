import type { Cache } from '../cache/cache';
import type { DmaRequest } from '../request';
import { servesNothing } from '../trace/events';
import type { TraceWriter } from '../trace/trace';
import { cacheIndex, iotlbColumn } from './caches';
import { may } from './stage-format';
import type { Unit } from './unit';

/** Sizes of cached pages as powers of two. */
const sizes = [12, 16, 21, 22, 30, 39, 48] as const;
const pagesOf = sizes.map((size) => 2 ** (size - 12));
const perPage = pagesOf.map((pages) => 1 / pages);
/** The largest kind that fits a mapping, by its size. */
const kindOfSize = Array.from({ length: 65 }, (_, size) =>
  Math.max(
    0,
    sizes.findLastIndex((one) => one <= size),
  ),
);
const write = 1;
const execute = 2;

/** The IOTLB: whole translations, tagged by GSCID, PSCID, page and size (RISC-V IOMMU 3.8). */
export class Iotlb {
  readonly cache: Cache;
  readonly #trace: TraceWriter;
  /** Kinds of size of which an entry was ever kept, smallest first. */
  #kinds: number[] = [];
  /** The host page of the last request that `find` found an entry for. */
  page = 0;

  constructor(unit: Unit) {
    this.cache = unit.caches[cacheIndex.iotlb] as Cache;
    this.#trace = unit.trace;
  }

  /** The slot of the entry that answers the request; -1 when a walk is needed. */
  find(request: DmaRequest, gscid: number, pscid: number, isSupervisor: boolean, sum: boolean): number {
    const { cache } = this;
    if (cache.size === 0) return -1;
    const { page } = request;
    const kinds = this.#kinds;
    for (let n = 0; n < kinds.length; n++) {
      const kind = kinds[n] as number;
      const prefix = kind === 0 ? page : Math.floor(page * (perPage[kind] as number));
      const slot = cache.find(gscid, pscid, prefix, sizes[kind] as number);
      if (slot < 0) continue;
      if (this.#trace.isOn) this.#tell(slot, gscid, pscid, prefix, sizes[kind] as number);
      const { rows } = cache;
      const at = slot * cache.width;
      const permissions = rows[at + iotlbColumn.permissions] as number;
      if (!isAllowed(request.access, permissions, isSupervisor, sum)) return -1;
      if (request.access === write && rows[at + iotlbColumn.isDirty] === 0) return -1;
      const host = rows[at + iotlbColumn.page] as number;
      this.page = kind === 0 ? host : host + (page - prefix * (pagesOf[kind] as number));
      return slot;
    }
    if (this.#trace.isOn) this.#tell(-1, gscid, pscid, page, 12);
    return -1;
  }

  fill(
    gscid: number,
    pscid: number,
    page: number,
    size: number,
    host: number,
    permissions: number,
    isDirty: boolean,
    memoryType: number,
    isGlobal: boolean,
    made: number,
  ): void {
    const { cache } = this;
    const kind = kindOfSize[size] as number;
    const prefix = kind === 0 ? page : Math.floor(page * (perPage[kind] as number));
    const slot = cache.fill(gscid, pscid, prefix, sizes[kind] as number);
    if (slot < 0) return;
    if (!this.#kinds.includes(kind)) this.#kinds = [...this.#kinds, kind].sort((a, b) => a - b);
    const { rows } = cache;
    const at = slot * cache.width;
    rows[at + iotlbColumn.page] = host - (page - prefix * (pagesOf[kind] as number));
    rows[at + iotlbColumn.permissions] = permissions;
    rows[at + iotlbColumn.isDirty] = isDirty ? 1 : 0;
    rows[at + iotlbColumn.memoryType] = memoryType;
    rows[at + iotlbColumn.isGlobal] = isGlobal ? 1 : 0;
    rows[at + iotlbColumn.made] = made;
    if (this.#trace.isOn)
      this.#trace.emit('fill', cacheIndex.iotlb, slot, ...rows.subarray(at, at + cache.width));
  }

  #tell(slot: number, gscid: number, pscid: number, prefix: number, size: number): void {
    this.#trace.emit('lookup', cacheIndex.iotlb, slot, -1, -1, servesNothing, gscid, pscid, prefix, size);
  }
}

function isAllowed(access: number, permissions: number, isSupervisor: boolean, sum: boolean): boolean {
  const isUserPage = (permissions & may.user) !== 0;
  if (!isSupervisor && !isUserPage) return false;
  if (isSupervisor && isUserPage && (access === execute || !sum)) return false;
  if (access === write) return (permissions & may.write) !== 0;
  return (permissions & (access === execute ? may.execute : may.read)) !== 0;
}
