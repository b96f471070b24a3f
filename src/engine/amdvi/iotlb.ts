import type { Cache } from '../cache/cache';
import { PageCache } from '../cache/page-cache';
import type { DmaRequest } from '../request';
import { cacheIndex, iotlbColumn } from './caches';
import { may } from './host-format';
import type { Unit } from './unit';

const mostBits = 64;
const write = 1;
const execute = 2;

/** The IOTLB: whole translations, tagged by DomainID, PASID, page and size (AMD IOMMU 2.4.3). */
export class Iotlb extends PageCache {
  constructor({ caches, trace }: Unit) {
    super(caches[cacheIndex.iotlb] as Cache, cacheIndex.iotlb, trace);
  }

  /** The slot of the entry that answers the request; -1 when a walk is needed. */
  find(request: DmaRequest, domain: number, pasid: number): number {
    const slot = this.slotOf(domain, pasid, request.page);
    return slot >= 0 && isAllowed(request, this.cache.get(slot, iotlbColumn.permissions)) ? slot : -1;
  }

  fill(
    domain: number,
    pasid: number,
    page: number,
    size: number,
    host: number,
    permissions: number,
    made: number,
  ): void {
    const slot = this.keep(domain, pasid, page, Math.min(size, mostBits), host);
    if (slot < 0) return;
    const { cache } = this;
    cache.set(slot, iotlbColumn.permissions, permissions);
    cache.set(slot, iotlbColumn.isDirty, 1);
    cache.set(slot, iotlbColumn.made, made);
    this.tellKept(slot);
  }
}

function isAllowed(request: DmaRequest, permissions: number): boolean {
  if (!request.privileged && (permissions & may.user) === 0) return false;
  if (request.access === write) return (permissions & may.write) !== 0;
  return (permissions & (request.access === execute ? may.execute : may.read)) !== 0;
}
