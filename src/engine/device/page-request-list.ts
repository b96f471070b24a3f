import { Cache } from '../cache/cache';
import type { Iommu } from '../iommu';
import type { DmaRequest } from '../request';
import type { TraceWriter } from '../trace/trace';
import { type DeviceCache, pageRequestColumn } from './shapes';

/** Groups have nine bits (PCIe ATS 10.4.1). */
const groups = 512;

/** The page requests that one device has sent and that nobody has answered (PCIe ATS 10.4). */
export class PageRequestList {
  readonly cache: Cache;
  readonly #device: number;
  readonly #index: number;
  readonly #trace: TraceWriter;
  #next = 1;

  /** `index` is the list's index in events. */
  constructor({ device, entries, shape }: DeviceCache, index: number, trace: TraceWriter) {
    this.cache = new Cache(shape, { sets: 1, ways: entries, replacement: 'lru' });
    this.#device = device;
    this.#index = index;
    this.#trace = trace;
  }

  /** Asks for the page, each request a group of its own; not again while it waits, and not beyond its allocation. */
  ask(request: DmaRequest, iommu: Iommu): void {
    const { cache } = this;
    const { pasid, page, access } = request;
    if (cache.used === cache.size || this.#isWaiting(pasid, page)) return;
    const group = this.#next;
    this.#next = (group + 1) % groups;
    const privileged = request.privileged ? 1 : 0;
    if (this.#trace.isOn)
      this.#trace.emit('pageRequest', this.#device, pasid, access, privileged, page, group);
    const slot = cache.fill(this.#device, pasid, page, group);
    cache.set(slot, pageRequestColumn.access, access);
    const row = cache.rows.subarray(slot * cache.width, (slot + 1) * cache.width);
    if (this.#trace.isOn) this.#trace.emit('fill', this.#index, slot, ...row);
    iommu.askForPage(request, group);
  }

  /** An answer has come: the group waits no longer. One to a group that does not wait is ignored. */
  close(group: number): void {
    const { cache } = this;
    for (let slot = 0; slot < cache.size; slot++) {
      if (cache.isVacant(slot) || cache.get(slot, 3) !== group) continue;
      cache.drop(slot);
      if (this.#trace.isOn) this.#trace.emit('drop', this.#index, slot);
    }
  }

  #isWaiting(pasid: number, page: number): boolean {
    const { cache } = this;
    for (let slot = 0; slot < cache.size; slot++)
      if (!cache.isVacant(slot) && cache.get(slot, 1) === pasid && cache.get(slot, 2) === page) return true;
    return false;
  }
}
