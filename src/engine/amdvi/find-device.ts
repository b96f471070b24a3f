import { bitsReader, pageReader } from '../bits/access';
import { wordCount } from '../bits/layout';
import type { Cache } from '../cache/cache';
import { servesNothing } from '../trace/events';
import { cacheIndex, deviceColumn } from './caches';
import { deviceEntry } from './layouts/device';
import { structureIndex } from './structures';
import { fetchStructure, type Unit } from './unit';

const structure = structureIndex(deviceEntry);
const words = wordCount(deviceEntry);
const entry = {
  isValid: bitsReader(deviceEntry, 'V'),
  translates: bitsReader(deviceEntry, 'TV'),
  mode: bitsReader(deviceEntry, 'Mode'),
  root: pageReader(deviceEntry, 'Root'),
  withoutPasid: bitsReader(deviceEntry, 'GIOV'),
  guest: bitsReader(deviceEntry, 'GV'),
  levels: bitsReader(deviceEntry, 'GLX'),
  pointerA: bitsReader(deviceEntry, 'GCR3A'),
  pointerB: bitsReader(deviceEntry, 'GCR3B'),
  pointerC: bitsReader(deviceEntry, 'GCR3C'),
  read: bitsReader(deviceEntry, 'IR'),
  write: bitsReader(deviceEntry, 'IW'),
  domain: bitsReader(deviceEntry, 'DomainID'),
  ats: bitsReader(deviceEntry, 'I'),
  pageRequests: bitsReader(deviceEntry, 'PPR'),
  first: bitsReader(deviceEntry, 'SE'),
  all: bitsReader(deviceEntry, 'SA'),
  pagingMode: bitsReader(deviceEntry, 'GPM'),
  interrupts: bitsReader(deviceEntry, 'IV'),
  interruptControl: bitsReader(deviceEntry, 'IntCtl'),
  interruptLength: bitsReader(deviceEntry, 'IntTabLen'),
  ignoresUnmapped: bitsReader(deviceEntry, 'IG'),
};
/** Reserved bits 6:2 and 63 of the first word. */
const reservedLow = 0x7c;
const reservedHigh = 0x8000_0000;
const columns = 14;

/** Bits of the column `flags`. */
export const has = {
  valid: 1,
  translation: 2,
  guest: 4,
  withoutPasid: 8,
  read: 16,
  write: 32,
  ats: 64,
  suppressFirst: 128,
  suppressAll: 256,
  interrupts: 512,
  suppressInterrupts: 1024,
  pageRequests: 2048,
} as const;

/** Finds the device table entry: in its cache, or in memory (AMD IOMMU 2.2.2). */
export class DeviceFinder {
  rows: Float64Array;
  at = 0;
  readonly #scratch = new Float64Array(columns);
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
    this.rows = this.#scratch;
  }

  /** The reason, 0 when the entry is found. The table begins at `page` and has `entries`. */
  find(device: number, page: number, entries: number): number {
    const unit = this.#unit;
    const cache = unit.caches[cacheIndex.device] as Cache;
    if (cache.size > 0) {
      const slot = cache.find(device, 0, 0, 0);
      if (unit.trace.isOn)
        unit.trace.emit('lookup', cacheIndex.device, slot, -1, -1, servesNothing, device, 0, 0, 0);
      if (slot >= 0) {
        this.rows = cache.rows;
        this.at = slot * cache.width;
        return 0;
      }
    }
    this.rows = this.#scratch;
    this.at = 0;
    this.rows[deviceColumn.flags] = 0;
    if (device >= entries) return 0x26;
    const at = fetchStructure(unit, structure, page, device * words * 4, words);
    if (at < 0) return 0x30;
    this.#decode(unit.memory.words, at);
    if (this.is(has.valid) && this.#hasReserved(unit.memory.words, at)) return 0x10;
    this.#keep(device);
    return 0;
  }

  get(column: number): number {
    return this.rows[this.at + column] as number;
  }

  is(flag: number): boolean {
    return ((this.rows[this.at + deviceColumn.flags] as number) & flag) !== 0;
  }

  /** SE: after the first page fault no more are logged, until the entry is read again. */
  suppress(): void {
    const at = this.at + deviceColumn.flags;
    this.rows[at] = (this.rows[at] as number) | has.suppressAll;
  }

  #hasReserved(found: Uint32Array, at: number): boolean {
    return ((found[at] as number) & reservedLow) !== 0 || ((found[at + 1] as number) & reservedHigh) !== 0;
  }

  #decode(found: Uint32Array, at: number): void {
    const { rows } = this;
    rows[deviceColumn.flags] =
      entry.isValid.of(found, at) * has.valid +
      entry.translates.of(found, at) * has.translation +
      entry.guest.of(found, at) * has.guest +
      entry.withoutPasid.of(found, at) * has.withoutPasid +
      entry.read.of(found, at) * has.read +
      entry.write.of(found, at) * has.write +
      entry.ats.of(found, at) * has.ats +
      entry.pageRequests.of(found, at) * has.pageRequests +
      entry.first.of(found, at) * has.suppressFirst +
      entry.all.of(found, at) * has.suppressAll +
      entry.interrupts.of(found, at) * has.interrupts +
      entry.ignoresUnmapped.of(found, at) * has.suppressInterrupts;
    rows[deviceColumn.mode] = entry.mode.of(found, at);
    rows[deviceColumn.root] = entry.root.of(found, at);
    rows[deviceColumn.domain] = entry.domain.of(found, at);
    rows[deviceColumn.pointer] =
      entry.pointerA.of(found, at) +
      entry.pointerB.of(found, at) * 2 ** 3 +
      entry.pointerC.of(found, at) * 2 ** 19;
    rows[deviceColumn.pointerLevels] = entry.levels.of(found, at) + 1;
    rows[deviceColumn.guestLevels] = entry.pagingMode.of(found, at) + 4;
    rows[deviceColumn.interrupts] = entry.interruptControl.of(found, at);
    rows[deviceColumn.interruptRoot] = interruptRoot(found, at);
    rows[deviceColumn.interruptLength] = entry.interruptLength.of(found, at);
  }

  #keep(device: number): void {
    const cache = this.#unit.caches[cacheIndex.device] as Cache;
    const slot = cache.fill(device, 0, 0, 0);
    if (slot < 0) return;
    const at = slot * cache.width;
    for (let column = 4; column < columns; column++)
      cache.rows[at + column] = this.#scratch[column] as number;
    this.rows = cache.rows;
    this.at = at;
    const { trace } = this.#unit;
    if (trace.isOn) trace.emit('fill', cacheIndex.device, slot, ...cache.rows.subarray(at, at + cache.width));
  }
}

/** Bits 51:6 of the interrupt table's address, in 64 bytes. */
function interruptRoot(found: Uint32Array, at: number): number {
  return ((found[at + 4] as number) >>> 6) + ((found[at + 5] as number) & 0xf_ffff) * 2 ** 26;
}
