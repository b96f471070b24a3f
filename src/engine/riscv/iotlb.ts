import type { Cache } from '../cache/cache';
import type { DmaRequest } from '../request';
import { servesNothing } from '../trace/events';
import { cacheIndex, iotlbColumn } from './caches';
import { may } from './stage-format';
import type { Unit } from './unit';

/** Sizes of cached pages as powers of two. */
const sizes = [12, 16, 21, 22, 30, 39, 48] as const;
const write = 1;
const execute = 2;

/** The IOTLB: whole translations, tagged by GSCID, PSCID, page and size (RISC-V IOMMU 3.8). */
export class Iotlb {
  readonly #unit: Unit;
  /** Whether any entry of that size was kept. */
  readonly #hasSize = sizes.map(() => false);

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  get cache(): Cache {
    return this.#unit.caches[cacheIndex.iotlb] as Cache;
  }

  /** The slot of the entry that answers the request; -1 when a walk is needed. */
  find(request: DmaRequest, gscid: number, pscid: number, isSupervisor: boolean, sum: boolean): number {
    const { cache } = this;
    if (cache.size === 0) return -1;
    for (let kind = 0; kind < sizes.length; kind++) {
      if (!this.#hasSize[kind]) continue;
      const size = sizes[kind] as number;
      const prefix = kind === 0 ? request.page : Math.floor(request.page / 2 ** (size - 12));
      const slot = cache.find(gscid, pscid, prefix, size);
      if (slot < 0) continue;
      if (this.#unit.trace.isOn) this.#tell(slot, gscid, pscid, prefix, size);
      const at = slot * cache.width;
      const permissions = cache.rows[at + iotlbColumn.permissions] as number;
      if (!isAllowed(request.access, permissions, isSupervisor, sum)) return -1;
      return request.access === write && cache.rows[at + iotlbColumn.isDirty] === 0 ? -1 : slot;
    }
    if (this.#unit.trace.isOn) this.#tell(-1, gscid, pscid, request.page, 12);
    return -1;
  }

  /** The host page of a request that the entry answers. */
  pageOf(slot: number, page: number): number {
    const { cache } = this;
    const pages = 2 ** (cache.get(slot, 3) - 12);
    return cache.get(slot, iotlbColumn.page) + (page - cache.get(slot, 2) * pages);
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
    const kept = sizes.findLast((one) => one <= size) ?? 12;
    const pages = 2 ** (kept - 12);
    const prefix = Math.floor(page / pages);
    const slot = cache.fill(gscid, pscid, prefix, kept);
    if (slot < 0) return;
    this.#hasSize[sizes.indexOf(kept)] = true;
    const at = slot * cache.width;
    cache.rows[at + iotlbColumn.page] = host - (page - prefix * pages);
    cache.rows[at + iotlbColumn.permissions] = permissions;
    cache.rows[at + iotlbColumn.isDirty] = isDirty ? 1 : 0;
    cache.rows[at + iotlbColumn.memoryType] = memoryType;
    cache.rows[at + iotlbColumn.isGlobal] = isGlobal ? 1 : 0;
    cache.rows[at + iotlbColumn.made] = made;
    const { trace } = this.#unit;
    if (trace.isOn) trace.emit('fill', cacheIndex.iotlb, slot, ...cache.rows.subarray(at, at + cache.width));
  }

  #tell(slot: number, gscid: number, pscid: number, prefix: number, size: number): void {
    this.#unit.trace.emit(
      'lookup',
      cacheIndex.iotlb,
      slot,
      -1,
      -1,
      servesNothing,
      gscid,
      pscid,
      prefix,
      size,
    );
  }
}

function isAllowed(access: number, permissions: number, isSupervisor: boolean, sum: boolean): boolean {
  const isUserPage = (permissions & may.user) !== 0;
  if (!isSupervisor && !isUserPage) return false;
  if (isSupervisor && isUserPage && (access === execute || !sum)) return false;
  if (access === write) return (permissions & may.write) !== 0;
  return (permissions & (access === execute ? may.execute : may.read)) !== 0;
}
