import type { DmaRequest, Outcome } from '../request';
import { servesNothing } from '../trace/events';
import { cacheIndex, iotlbColumn } from './caches';
import { isInterruptPage } from './interrupt-range';
import { may, visible } from './permissions';
import type { Unit } from './unit';

const answersFromIotlb = 1;
const accessOf = { read: 0, write: 1, execute: 2 } as const;
/** Sizes of cached pages as powers of two, smallest first. */
export const sizes = [12, 21, 30] as const;
export const pagesOfSize = [1, 512, 512 * 512] as const;

/** The IOTLB of a unit: whole translations, tagged by domain, PASID, page and size (VT-d 6.2.2). */
export class Iotlb {
  readonly #unit: Unit;
  /** Whether any entry of that size was kept since the IOTLB was last emptied. */
  readonly #hasSize = [false, false, false];

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** Asks the IOTLB for each page size. A fault reason or 0 when it answers, -1 when a walk is needed. */
  lookUp(
    request: DmaRequest,
    outcome: Outcome,
    domain: number,
    tag: number,
    isUser: boolean,
    obeysWriteProtect = true,
  ): number {
    const cache = this.#unit.caches.iotlb;
    if (cache.size === 0) return -1;
    for (let kind = 0; kind < sizes.length; kind++) {
      if (!this.#hasSize[kind]) continue;
      const pages = pagesOfSize[kind] as number;
      const prefix = kind === 0 ? request.page : Math.floor(request.page / pages);
      const slot = cache.find(domain, tag, prefix, sizes[kind] as number);
      if (slot < 0) continue;
      if (this.#unit.trace.isOn) this.#tell(slot, domain, tag, prefix, sizes[kind] as number);
      const at = slot * cache.width;
      const fault = cache.rows[at + iotlbColumn.fault] as number;
      if (fault !== 0) return fault;
      const permissions = cache.rows[at + iotlbColumn.permissions] as number;
      if (!isAllowed(request.access, permissions, isUser, obeysWriteProtect)) return -1;
      if (request.access === accessOf.write && cache.rows[at + iotlbColumn.isDirty] === 0) return -1;
      const page = (cache.rows[at + iotlbColumn.page] as number) + (request.page - prefix * pages);
      // A large page may hold the interrupt range, which no DMA reaches: the walk finds the fault.
      if (isInterruptPage(page)) return -1;
      outcome.page = page;
      outcome.size = sizes[kind] as number;
      outcome.permissions = permissions & visible;
      outcome.source = answersFromIotlb;
      outcome.ok = true;
      return 0;
    }
    if (this.#unit.trace.isOn) this.#tell(-1, domain, tag, request.page, 12);
    return -1;
  }

  #tell(slot: number, domain: number, tag: number, prefix: number, size: number): void {
    this.#unit.trace.emit('lookup', cacheIndex.iotlb, slot, -1, -1, servesNothing, domain, tag, prefix, size);
  }

  /** Keeps a translation, or with a `fault` a refusal. `level` is that of the leaf. */
  fill(
    domain: number,
    tag: number,
    prefix: number,
    level: number,
    page: number,
    permissions: number,
    isDirty: number,
    made: number,
    fault: number,
  ): void {
    const cache = this.#unit.caches.iotlb;
    const slot = cache.fill(domain, tag, prefix, sizes[level] as number);
    if (slot < 0) return;
    this.#hasSize[level] = true;
    const at = slot * cache.width;
    cache.rows[at + iotlbColumn.page] = page;
    cache.rows[at + iotlbColumn.permissions] = permissions;
    cache.rows[at + iotlbColumn.isDirty] = isDirty;
    cache.rows[at + iotlbColumn.type] = made;
    cache.rows[at + iotlbColumn.fault] = fault;
    const { trace } = this.#unit;
    if (trace.isOn) trace.emit('fill', cacheIndex.iotlb, slot, ...cache.rows.subarray(at, at + cache.width));
  }
}

function isAllowed(
  access: number,
  permissions: number,
  isUser: boolean,
  obeysWriteProtect: boolean,
): boolean {
  if (isUser && (permissions & may.user) === 0) return false;
  if (access === accessOf.read) return (permissions & may.read) !== 0;
  if (access === accessOf.execute) return (permissions & may.execute) !== 0;
  return (permissions & (isUser || obeysWriteProtect ? may.write : may.hostWrite)) !== 0;
}
