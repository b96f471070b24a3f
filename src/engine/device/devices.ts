import type { Cache } from '../cache/cache';
import type { Iommu } from '../iommu';
import { type DmaRequest, type Outcome, requestTypes } from '../request';
import type { Scenario } from '../scenario/schema';
import type { TraceWriter } from '../trace/trace';
import { allows, DeviceTlb } from './device-tlb';
import { PageRequestList } from './page-request-list';
import type { DevicePort } from './port';
import { deviceCachesOf } from './shapes';

const translated = requestTypes.indexOf('translated');
const translationRequest = requestTypes.indexOf('ats');
const readOrWrite = 3;

interface Kept {
  readonly tlb: DeviceTlb;
  readonly requests: PageRequestList | undefined;
}

/** The devices of a scenario that keep translations, as the IOMMU sees them (PCIe ATS). */
export class Devices implements DevicePort {
  /** What they keep, in the order of their indices in events. */
  readonly caches: readonly Cache[];
  readonly #iommu: Iommu;
  readonly #trace: TraceWriter;
  readonly #kept = new Map<number, Kept>();

  /** Their indices in events follow those of the machine's own caches. */
  constructor(scenario: Scenario, iommu: Iommu, trace: TraceWriter) {
    this.#iommu = iommu;
    this.#trace = trace;
    const caches: Cache[] = [];
    for (const list of deviceCachesOf(scenario)) {
      const index = iommu.caches.length + caches.length;
      const before = this.#kept.get(list.device);
      if (list.holds === 'translations') {
        const tlb = new DeviceTlb(list, index, trace);
        this.#kept.set(list.device, { tlb, requests: undefined });
        caches.push(tlb.cache);
      } else if (before !== undefined) {
        const requests = new PageRequestList(list, index, trace);
        this.#kept.set(list.device, { ...before, requests });
        caches.push(requests.cache);
      }
    }
    this.caches = caches;
  }

  /** Whether the device keeps translations. */
  has(device: number): boolean {
    return this.#kept.has(device);
  }

  /** A device's access: with a translation that it keeps, or one that it asks for first. Writes over `outcome`. */
  access(request: DmaRequest, outcome: Outcome): void {
    const { tlb } = this.#of(request.device);
    if (this.#trace.isOn) this.#tell(request);
    let slot = tlb.find(request);
    let reads = 0;
    if (slot < 0) {
      slot = this.prefetch(request, outcome);
      reads = outcome.reads;
    }
    if (slot < 0) return;
    const { page } = request;
    request.type = translated;
    request.page = tlb.pageFor(slot, page);
    this.#iommu.translate(request, outcome);
    request.page = page;
    outcome.reads += reads;
    if (outcome.ok) outcome.size = tlb.sizeOf(slot);
  }

  /**
   * Asks for a translation and keeps the answer; its slot. -1, and an outcome that is not `ok`, when the answer does not
   * allow the access: then the device asks for the page, if it can.
   */
  prefetch(request: DmaRequest, outcome: Outcome): number {
    const { tlb, requests } = this.#of(request.device);
    request.type = translationRequest;
    this.#iommu.translate(request, outcome);
    if (!outcome.ok) return -1;
    const slot = (outcome.permissions & readOrWrite) === 0 ? -1 : tlb.keep(request, outcome);
    if (allows(outcome.permissions, request.access)) return slot;
    outcome.ok = false;
    requests?.ask(request, this.#iommu);
    return -1;
  }

  invalidate(device: number, pasid: number, page: number, count: number): void {
    this.#kept.get(device)?.tlb.invalidate(pasid, page, count);
  }

  respond(device: number, pasid: number, group: number, code: number): void {
    if (this.#trace.isOn) this.#trace.emit('pageResponse', device, pasid, group, code);
    this.#kept.get(device)?.requests?.close(group);
  }

  #tell({ device, pasid, access, privileged, page, offset }: DmaRequest): void {
    this.#trace.emit('access', device, pasid, access, privileged ? 1 : 0, page, offset);
  }

  #of(device: number): Kept {
    const kept = this.#kept.get(device);
    if (kept === undefined) throw new Error(`device ${device} keeps no translations`);
    return kept;
  }
}
