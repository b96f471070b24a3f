import { powerOfTwo } from '../bits/power';
import type { Cache } from '../cache/cache';
import type { DmaRequest } from '../request';
import { servesNothing } from '../trace/events';
import { cacheIndex, iotlbColumn } from './caches';
import { may } from './descriptor-format';
import type { Unit } from './unit';

const write = 1;
const execute = 2;

/** The TLB: whole translations, tagged by VMID, ASID, page and size (SMMUv3 3.17). */
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
  find(request: DmaRequest, vmid: number, asid: number): number {
    const { cache } = this;
    if (cache.size === 0) return -1;
    for (let n = 0; n < this.#sizes.length; n++) {
      const size = this.#sizes[n] as number;
      const prefix = size === 12 ? request.page : Math.floor(request.page / powerOfTwo(size - 12));
      const slot = cache.find(vmid, asid, prefix, size);
      if (slot < 0) continue;
      if (this.#unit.trace.isOn) this.#tell(slot, vmid, asid, prefix, size);
      return isAllowed(request, cache.get(slot, iotlbColumn.permissions)) ? slot : -1;
    }
    if (this.#unit.trace.isOn) this.#tell(-1, vmid, asid, request.page, 12);
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
    vmid: number,
    asid: number,
    page: number,
    size: number,
    host: number,
    permissions: number,
    isGlobal: boolean,
    made: number,
  ): void {
    const { cache } = this;
    const pages = powerOfTwo(size - 12);
    const prefix = Math.floor(page / pages);
    const slot = cache.fill(vmid, asid, prefix, size);
    if (slot < 0) return;
    if (!this.#sizes.includes(size)) this.#sizes = [...this.#sizes, size].sort((a, b) => a - b);
    const at = slot * cache.width;
    cache.rows[at + iotlbColumn.page] = host - (page - prefix * pages);
    cache.rows[at + iotlbColumn.permissions] = permissions;
    cache.rows[at + iotlbColumn.isGlobal] = isGlobal ? 1 : 0;
    cache.rows[at + iotlbColumn.made] = made;
    const { trace } = this.#unit;
    if (trace.isOn) trace.emit('fill', cacheIndex.iotlb, slot, ...cache.rows.subarray(at, at + cache.width));
  }

  #tell(slot: number, vmid: number, asid: number, prefix: number, size: number): void {
    this.#unit.trace.emit('lookup', cacheIndex.iotlb, slot, -1, -1, servesNothing, vmid, asid, prefix, size);
  }
}

function isAllowed({ access, privileged }: DmaRequest, permissions: number): boolean {
  if (access === write) return (permissions & (privileged ? may.privilegedWrite : may.write)) !== 0;
  if (access === execute) return (permissions & (privileged ? may.privilegedExecute : may.execute)) !== 0;
  return (permissions & (privileged ? may.privilegedRead : may.read)) !== 0;
}
