import type { Cache } from '../cache/cache';
import { PageCache } from '../cache/page-cache';
import type { DmaRequest } from '../request';
import { cacheIndex, iotlbColumn } from './caches';
import { may } from './descriptor-format';
import type { Unit } from './unit';

const write = 1;
const execute = 2;

/** The TLB: whole translations, tagged by VMID, ASID, page and size (SMMUv3 3.17). */
export class Iotlb extends PageCache {
  constructor({ caches, trace }: Unit) {
    super(caches[cacheIndex.iotlb] as Cache, cacheIndex.iotlb, trace);
  }

  /** The slot of the entry that answers the request; -1 when a walk is needed. */
  find(request: DmaRequest, vmid: number, asid: number): number {
    const slot = this.slotOf(vmid, asid, request.page);
    return slot >= 0 && isAllowed(request, this.cache.get(slot, iotlbColumn.permissions)) ? slot : -1;
  }

  fill(
    vmid: number,
    asid: number,
    page: number,
    size: number,
    host: number,
    permissions: number,
    isGlobal: boolean,
    made: number,
  ): void {
    const slot = this.keep(vmid, asid, page, size, host);
    if (slot < 0) return;
    const { cache } = this;
    cache.set(slot, iotlbColumn.permissions, permissions);
    cache.set(slot, iotlbColumn.isGlobal, isGlobal ? 1 : 0);
    cache.set(slot, iotlbColumn.made, made);
    this.tellKept(slot);
  }
}

function isAllowed({ access, privileged }: DmaRequest, permissions: number): boolean {
  if (access === write) return (permissions & (privileged ? may.privilegedWrite : may.write)) !== 0;
  if (access === execute) return (permissions & (privileged ? may.privilegedExecute : may.execute)) !== 0;
  return (permissions & (privileged ? may.privilegedRead : may.read)) !== 0;
}
