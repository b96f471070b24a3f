import { bitsReader, pageReader } from '../bits/access';
import type { DmaRequest, Outcome } from '../request';
import { tceColumn } from './caches';
import { reason } from './faults';
import { EndpointFinder } from './find-endpoint';
import { WindowFinder, windowPages } from './find-window';
import { indirectTce, tce } from './layouts/tce';
import { structureIndex } from './structures';
import { TceCache } from './tce-cache';
import { fetchEntry, type Unit } from './unit';

const sourceOf = { walk: 0, cache: 1, passThrough: 2 } as const;
const untranslated = 0;
const write = 1;
const may = { read: 1, write: 2 } as const;
/** The pages as one stage of paging; what a guest’s hypervisor maps is the second one. */
const stage = 2;
/** Without translation address bits 49:0 are the real address (QEMU pnv_phb3.c). */
const bypassPages = 2 ** 38;
const direct = {
  structure: structureIndex(tce),
  page: pageReader(tce, 'RPN'),
  canRead: bitsReader(tce, 'R'),
  canWrite: bitsReader(tce, 'W'),
};
const indirect = {
  structure: structureIndex(indirectTce),
  next: pageReader(indirectTce, 'NEXT'),
  canRead: bitsReader(indirectTce, 'R'),
  canWrite: bitsReader(indirectTce, 'W'),
};

/** Translation in the order of IODA2: the device's PE, the PE's window, the window's TCE. Gives a reason, 0 when answered. */
export class Translator {
  readonly endpoint: EndpointFinder;
  readonly cache: TceCache;
  readonly #window: WindowFinder;
  readonly #unit: Unit;
  /** The TCE that answers: its first real page and its permissions. */
  #real = 0;
  #permissions = 0;

  constructor(unit: Unit) {
    this.#unit = unit;
    this.endpoint = new EndpointFinder(unit);
    this.cache = new TceCache(unit);
    this.#window = new WindowFinder(unit);
  }

  translate(request: DmaRequest, outcome: Outcome): number {
    const missing = this.endpoint.find(request.device);
    if (missing !== 0) return missing;
    if (request.pasid >= 0 || request.type !== untranslated) return reason.notSupported;
    const { endpoint } = this.endpoint;
    const window = this.#window;
    const without = window.find(endpoint, request.page);
    if (without !== 0) return without;
    if (window.isBypass) return bypass(request, outcome);
    const pages = 2 ** (window.pageShift - 12);
    const page = Math.floor(request.page / pages);
    const slot = this.cache.find(endpoint, page, window.pageShift);
    if (slot >= 0) this.#recall(slot);
    else {
      const failed = this.#walk(request.page);
      if (failed !== 0) return failed;
    }
    const refused = this.#judge(request);
    if (refused !== 0) return refused;
    if (slot < 0) this.cache.fill(endpoint, page, window.pageShift, this.#real, this.#permissions);
    outcome.page = this.#real + (request.page - page * pages);
    outcome.size = window.pageShift;
    outcome.permissions = this.#permissions;
    outcome.source = slot < 0 ? sourceOf.walk : sourceOf.cache;
    return 0;
  }

  #recall(slot: number): void {
    const { cache } = this.cache;
    this.#real = cache.get(slot, tceColumn.page);
    this.#permissions = cache.get(slot, tceColumn.permissions);
  }

  /** Reads indirect TCEs down to the TCE; the address counts from the window's start. */
  #walk(page: number): number {
    const { table, levels, indexBits, pageShift } = this.#window;
    const { words } = this.#unit.memory;
    const pages = 2 ** (pageShift - 12);
    const index = Math.floor((page % windowPages) / pages);
    if (index >= 2 ** (indexBits * levels)) return reason.beyondTable;
    let next = table;
    for (let level = levels - 1; level > 0; level--) {
      const which = Math.floor(index / 2 ** (indexBits * level)) % 2 ** indexBits;
      const low = pageShift + indexBits * level;
      const at = fetchEntry(this.#unit, indirect.structure, stage, level, next, which, low, indexBits);
      if (at < 0) return reason.unreadableTable;
      if (indirect.canRead.of(words, at) + indirect.canWrite.of(words, at) === 0) return reason.noTable;
      next = indirect.next.of(words, at);
    }
    const which = index % 2 ** indexBits;
    const at = fetchEntry(this.#unit, direct.structure, stage, 0, next, which, pageShift, indexBits);
    if (at < 0) return reason.unreadableTable;
    const real = direct.page.of(words, at);
    this.#real = real - (real % pages);
    this.#permissions = direct.canRead.of(words, at) * may.read + direct.canWrite.of(words, at) * may.write;
    return 0;
  }

  #judge({ access }: DmaRequest): number {
    if (this.#permissions === 0) return reason.noPermission;
    if (access === write) return (this.#permissions & may.write) === 0 ? reason.noWrite : 0;
    return (this.#permissions & may.read) === 0 ? reason.noRead : 0;
  }
}

function bypass(request: DmaRequest, outcome: Outcome): number {
  outcome.page = request.page % bypassPages;
  outcome.size = 64;
  outcome.permissions = may.read + may.write;
  outcome.source = sourceOf.passThrough;
  return 0;
}
