import type { Cache } from '../cache/cache';
import { PageCache } from '../cache/page-cache';
import type { DmaRequest } from '../request';
import { cacheIndex, iotlbColumn } from './caches';
import { may } from './stage-format';
import type { Unit } from './unit';

/** Sizes of cached pages as powers of two. */
const sizes = [12, 16, 21, 22, 30, 39, 48] as const;
/** The largest of them that fits a mapping, by its size. */
const kept = Array.from({ length: 65 }, (_, size) => sizes.findLast((one) => one <= size) ?? 12);
const write = 1;
const execute = 2;

/** The IOTLB: whole translations, tagged by GSCID, PSCID, page and size (RISC-V IOMMU 3.8). */
export class Iotlb extends PageCache {
  constructor({ caches, trace }: Unit) {
    super(caches[cacheIndex.iotlb] as Cache, cacheIndex.iotlb, trace);
  }

  /** The slot of the entry that answers the request; -1 when a walk is needed. */
  find(request: DmaRequest, gscid: number, pscid: number, isSupervisor: boolean, sum: boolean): number {
    const slot = this.slotOf(gscid, pscid, request.page);
    if (slot < 0) return -1;
    const { rows, width } = this.cache;
    const at = slot * width;
    const permissions = rows[at + iotlbColumn.permissions] as number;
    if (!isAllowed(request.access, permissions, isSupervisor, sum)) return -1;
    return request.access === write && rows[at + iotlbColumn.isDirty] === 0 ? -1 : slot;
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
    const slot = this.keep(gscid, pscid, page, kept[size] as number, host);
    if (slot < 0) return;
    const { cache } = this;
    cache.set(slot, iotlbColumn.permissions, permissions);
    cache.set(slot, iotlbColumn.isDirty, isDirty ? 1 : 0);
    cache.set(slot, iotlbColumn.memoryType, memoryType);
    cache.set(slot, iotlbColumn.isGlobal, isGlobal ? 1 : 0);
    cache.set(slot, iotlbColumn.made, made);
    this.tellKept(slot);
  }
}

function isAllowed(access: number, permissions: number, isSupervisor: boolean, sum: boolean): boolean {
  const isUserPage = (permissions & may.user) !== 0;
  if (!isSupervisor && !isUserPage) return false;
  if (isSupervisor && isUserPage && (access === execute || !sum)) return false;
  if (access === write) return (permissions & may.write) !== 0;
  return (permissions & (access === execute ? may.execute : may.read)) !== 0;
}
