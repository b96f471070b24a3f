import { powerOfTwo } from '../bits/power';
import type { Cache } from '../cache/cache';
import type { DmaRequest } from '../request';
import { servesNothing } from '../trace/events';
import { cacheIndex, iotlbColumn } from './caches';
import { may } from './host-format';
import type { Unit } from './unit';

const most = 64;
const write = 1;
const execute = 2;

/** The IOTLB: whole translations, tagged by DomainID, PASID, page and size (AMD IOMMU 2.4.3). */
export class Iotlb {
  readonly #unit: Unit;
  /** Sizes that were ever kept, smallest first. */
  #sizes: number[] = [];

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  get cache(): Cache {
    return this.#unit.caches[cacheIndex.iotlb] as Cache;
  }

  /** The slot of the entry that answers the request; -1 when a walk is needed. */
  find(request: DmaRequest, domain: number, pasid: number): number {
    const { cache } = this;
    if (cache.size === 0) return -1;
    for (let n = 0; n < this.#sizes.length; n++) {
      const size = this.#sizes[n] as number;
      const prefix = size === 12 ? request.page : Math.floor(request.page / powerOfTwo(size - 12));
      const slot = cache.find(domain, pasid, prefix, size);
      if (slot < 0) continue;
      if (this.#unit.trace.isOn) this.#tell(slot, domain, pasid, prefix, size);
      return isAllowed(request, cache.get(slot, iotlbColumn.permissions)) ? slot : -1;
    }
    if (this.#unit.trace.isOn) this.#tell(-1, domain, pasid, request.page, 12);
    return -1;
  }

  /** The host page of a request that the entry answers. */
  pageOf(slot: number, page: number): number {
    const { cache } = this;
    const size = cache.get(slot, 3);
    if (size === 12) return cache.get(slot, iotlbColumn.page);
    const pages = powerOfTwo(size - 12);
    return cache.get(slot, iotlbColumn.page) + (page - cache.get(slot, 2) * pages);
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
    const { cache } = this;
    const kept = Math.min(size, most);
    const pages = powerOfTwo(kept - 12);
    const prefix = Math.floor(page / pages);
    const slot = cache.fill(domain, pasid, prefix, kept);
    if (slot < 0) return;
    if (!this.#sizes.includes(kept)) this.#sizes = [...this.#sizes, kept].sort((a, b) => a - b);
    const at = slot * cache.width;
    cache.rows[at + iotlbColumn.page] = host - (page - prefix * pages);
    cache.rows[at + iotlbColumn.permissions] = permissions;
    cache.rows[at + iotlbColumn.isDirty] = 1;
    cache.rows[at + iotlbColumn.made] = made;
    const { trace } = this.#unit;
    if (trace.isOn) trace.emit('fill', cacheIndex.iotlb, slot, ...cache.rows.subarray(at, at + cache.width));
  }

  #tell(slot: number, domain: number, pasid: number, prefix: number, size: number): void {
    this.#unit.trace.emit(
      'lookup',
      cacheIndex.iotlb,
      slot,
      -1,
      -1,
      servesNothing,
      domain,
      pasid,
      prefix,
      size,
    );
  }
}

function isAllowed(request: DmaRequest, permissions: number): boolean {
  if (!request.privileged && (permissions & may.user) === 0) return false;
  if (request.access === write) return (permissions & may.write) !== 0;
  return (permissions & (request.access === execute ? may.execute : may.read)) !== 0;
}
