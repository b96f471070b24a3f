import { Cache } from '../cache/cache';
import type { DmaRequest, Outcome } from '../request';
import { servesNothing } from '../trace/events';
import type { TraceWriter } from '../trace/trace';
import { everyPasid } from './port';
import { type DeviceCache, tlbColumn } from './shapes';

const smallest = 12;
/** An answer for all addresses is kept page by page: the device does not know where it ends. */
const largest = 52;

/** The translations that one device keeps (PCIe ATS 10.2), tagged by PASID, page and size. */
export class DeviceTlb {
  readonly cache: Cache;
  readonly #device: number;
  readonly #index: number;
  readonly #trace: TraceWriter;

  /** `index` is the cache's index in events. */
  constructor({ device, entries, shape }: DeviceCache, index: number, trace: TraceWriter) {
    this.cache = new Cache(shape, { sets: 1, ways: entries, replacement: 'lru' });
    this.#device = device;
    this.#index = index;
    this.#trace = trace;
  }

  /** The slot of a translation that allows the request, marked as used; -1 when there is none. */
  find(request: DmaRequest): number {
    const slot = this.#slotFor(request);
    const { cache } = this;
    if (slot >= 0) cache.find(cache.get(slot, 0), cache.get(slot, 1), cache.get(slot, 2), cache.get(slot, 3));
    const tags =
      slot < 0
        ? [this.#device, request.pasid, request.page, smallest]
        : cache.rows.subarray(slot * cache.width, slot * cache.width + 4);
    if (this.#trace.isOn) this.#trace.emit('lookup', this.#index, slot, -1, -1, servesNothing, ...tags);
    return slot;
  }

  /** The page that the translation in `slot` gives for that page. */
  pageFor(slot: number, page: number): number {
    return this.cache.get(slot, tlbColumn.page) + (page % this.#pages(slot));
  }

  sizeOf(slot: number): number {
    return this.cache.get(slot, 3);
  }

  /** Keeps the answer to a translation request; its slot. */
  keep(request: DmaRequest, { page, size: given, permissions }: Outcome): number {
    const { cache } = this;
    const size = given > largest ? smallest : given;
    const pages = 2 ** (size - smallest);
    const slot = cache.fill(this.#device, request.pasid, Math.floor(request.page / pages), size);
    cache.set(slot, tlbColumn.page, page - (request.page % pages));
    cache.set(slot, tlbColumn.permissions, permissions);
    cache.set(slot, tlbColumn.isPrivileged, request.privileged ? 1 : 0);
    const row = cache.rows.subarray(slot * cache.width, (slot + 1) * cache.width);
    if (this.#trace.isOn) this.#trace.emit('fill', this.#index, slot, ...row);
    return slot;
  }

  /** Drops what overlaps the range. `pasid` may be `everyPasid`. */
  invalidate(pasid: number, page: number, count: number): void {
    const { cache } = this;
    const going: number[] = [];
    for (let slot = 0; slot < cache.size; slot++) {
      if (cache.isVacant(slot) || (pasid !== everyPasid && cache.get(slot, 1) !== pasid)) continue;
      const first = cache.get(slot, 2) * this.#pages(slot);
      if (first < page + count && first + this.#pages(slot) > page) going.push(slot);
    }
    if (this.#trace.isOn) this.#trace.emit('sweep', this.#index, going.length, cache.used - going.length);
    for (const slot of going) {
      cache.drop(slot);
      if (this.#trace.isOn) this.#trace.emit('drop', this.#index, slot);
    }
  }

  #slotFor({ pasid, page, access, privileged }: DmaRequest): number {
    const { cache } = this;
    for (let slot = 0; slot < cache.size; slot++) {
      if (cache.isVacant(slot) || cache.get(slot, 1) !== pasid) continue;
      if (Math.floor(page / this.#pages(slot)) !== cache.get(slot, 2)) continue;
      const isSameMode = (cache.get(slot, tlbColumn.isPrivileged) === 1) === privileged;
      if (isSameMode && allows(cache.get(slot, tlbColumn.permissions), access)) return slot;
    }
    return -1;
  }

  #pages(slot: number): number {
    return 2 ** (this.cache.get(slot, 3) - smallest);
  }
}

/** Whether permissions (bits 1 read, 2 write, 4 execute) allow an access by its code. */
export function allows(permissions: number, access: number): boolean {
  return ((permissions >> access) & 1) === 1;
}
