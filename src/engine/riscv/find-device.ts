import { bitsReader, wideReader } from '../bits/access';
import { type Layout, wordCount } from '../bits/layout';
import { firstReservedBit, reservedMask } from '../bits/reserved';
import type { Cache } from '../cache/cache';
import { cacheIndex, deviceColumn } from './caches';
import type { Features } from './features';
import * as layouts from './layouts/device';
import { structureIndex } from './structures';
import { fetchStructure, tellFill, tellLookup, type Unit } from './unit';

/** Bits of tc, as `control` holds them. */
export const control = {
  ats: 2,
  pageRequests: 4,
  toGuest: 8,
  noFaults: 16,
  processes: 32,
  prpr: 64,
  secondMarks: 128,
  firstMarks: 256,
  defaultProcess: 512,
  bigEndian: 1024,
  narrow: 2048,
} as const;

const entry = {
  structure: structureIndex(layouts.directoryEntry),
  mask: reservedMask(layouts.directoryEntry),
  isValid: bitsReader(layouts.directoryEntry, 'V'),
  next: wideReader(layouts.directoryEntry, 'PPN'),
};
const narrow = (name: string) => bitsReader(layouts.extendedDeviceContext, name);
const wide = (name: string) => wideReader(layouts.extendedDeviceContext, name);
/** Both formats agree in their first four words. */
const context = {
  firstMode: narrow('FSC.MODE'),
  firstPage: wide('FSC.PPN'),
  secondMode: narrow('GATP.MODE'),
  secondPage: wide('GATP.PPN'),
  gscid: narrow('GSCID'),
  pscid: narrow('PSCID'),
  msiMode: narrow('MSI.MODE'),
  msiPage: wide('MSI.PPN'),
  msiMask: wide('MASK'),
  msiPattern: wide('PATTERN'),
};
const columns = 15;
const controlBits = 0xfff;

/** Finds the device context: in its cache, or through the device directory (RISC-V IOMMU 3.1). */
export class DeviceFinder {
  rows: Float64Array;
  at = 0;
  readonly #scratch = new Float64Array(columns);
  readonly #unit: Unit;
  readonly #context: Layout;
  readonly #mask: Uint32Array;
  readonly #structure: number;
  readonly #leafBits: number;

  constructor(unit: Unit) {
    this.#unit = unit;
    this.rows = this.#scratch;
    const { isExtended, qualityOfService } = unit.features;
    this.#context = isExtended ? layouts.extendedDeviceContext : layouts.deviceContext;
    const identifiers: readonly (readonly [number, number])[] = qualityOfService ? [] : [[191, 168]];
    this.#mask = reservedMask(this.#context, identifiers);
    this.#structure = structureIndex(this.#context);
    this.#leafBits = isExtended ? 6 : 7;
  }

  /** The cause, 0 when the context is found. `levels` of the directory, `root` its page. */
  find(device: number, root: number, levels: number): number {
    if (device >= 2 ** this.#reach(levels)) return 260;
    const unit = this.#unit;
    const cache = unit.caches[cacheIndex.device] as Cache;
    if (cache.size > 0) {
      const slot = cache.find(device, 0, 0, 0);
      if (unit.trace.isOn) tellLookup(unit, cacheIndex.device, slot, device, 0);
      if (slot >= 0) {
        this.rows = cache.rows;
        this.at = slot * cache.width;
        return 0;
      }
    }
    this.rows = this.#scratch;
    this.at = 0;
    this.rows[deviceColumn.control] = 0;
    return this.#read(device, root, levels);
  }

  get(column: number): number {
    return this.rows[this.at + column] as number;
  }

  has(bit: number): boolean {
    return ((this.rows[this.at + deviceColumn.control] as number) & bit) !== 0;
  }

  /** Bits of a device_id that a directory of that many levels takes. */
  #reach(levels: number): number {
    return [0, this.#leafBits, this.#leafBits + 9, 24][levels] as number;
  }

  #read(device: number, root: number, levels: number): number {
    const unit = this.#unit;
    let page = root;
    for (let level = levels - 1; level > 0; level--) {
      const index = (device >> (this.#leafBits + 9 * (level - 1))) & 511;
      const at = fetchStructure(unit, entry.structure, page, index * 8, 2);
      if (at < 0) return 257;
      const { words } = unit.memory;
      if (entry.isValid(words, at) === 0) return 258;
      if (firstReservedBit(entry.mask, words, at) >= 0) return 259;
      page = entry.next(words, at);
    }
    const count = wordCount(this.#context);
    const index = device & (2 ** this.#leafBits - 1);
    const at = fetchStructure(unit, this.#structure, page, index * count * 4, count);
    if (at < 0) return 257;
    const { words } = unit.memory;
    if (((words[at] as number) & 1) === 0) return 258;
    if (firstReservedBit(this.#mask, words, at) >= 0) return 259;
    this.#decode(words, at);
    if (isMisconfigured(this, unit.features)) return 259;
    this.#keep(device);
    return 0;
  }

  #decode(words: Uint32Array, at: number): void {
    const { rows } = this;
    rows[deviceColumn.control] = (words[at] as number) & controlBits;
    rows[deviceColumn.firstMode] = context.firstMode(words, at);
    rows[deviceColumn.firstPage] = context.firstPage(words, at);
    rows[deviceColumn.secondMode] = context.secondMode(words, at);
    rows[deviceColumn.secondPage] = context.secondPage(words, at);
    rows[deviceColumn.gscid] = context.gscid(words, at);
    rows[deviceColumn.pscid] = context.pscid(words, at);
    const { isExtended } = this.#unit.features;
    rows[deviceColumn.msiMode] = isExtended ? context.msiMode(words, at) : 0;
    rows[deviceColumn.msiPage] = isExtended ? context.msiPage(words, at) : 0;
    rows[deviceColumn.msiMask] = isExtended ? context.msiMask(words, at) : 0;
    rows[deviceColumn.msiPattern] = isExtended ? context.msiPattern(words, at) : 0;
  }

  /** Only a valid context is kept (RISC-V IOMMU 3.8). */
  #keep(device: number): void {
    const cache = this.#unit.caches[cacheIndex.device] as Cache;
    const slot = cache.fill(device, 0, 0, 0);
    if (slot < 0) return;
    const at = slot * cache.width;
    for (let column = 4; column < columns; column++)
      cache.rows[at + column] = this.#scratch[column] as number;
    this.rows = cache.rows;
    this.at = at;
    if (this.#unit.trace.isOn) tellFill(this.#unit, cacheIndex.device, slot);
  }
}

/** The checks of RISC-V IOMMU 3.1.3, in its order. */
function isMisconfigured(found: DeviceFinder, features: Features): boolean {
  const first = found.get(deviceColumn.firstMode);
  const second = found.get(deviceColumn.secondMode);
  if (!features.ats && (found.has(control.ats) || found.has(control.pageRequests) || found.has(control.prpr)))
    return true;
  if (!found.has(control.ats) && (found.has(control.toGuest) || found.has(control.pageRequests))) return true;
  if (!found.has(control.pageRequests) && found.has(control.prpr)) return true;
  if (found.has(control.toGuest) && (!features.toGuest || second === 0)) return true;
  if (found.has(control.processes)) {
    if (features.processModes[first] !== true) return true;
  } else {
    if (!isFirstMode(first, found.has(control.narrow), features) || found.has(control.defaultProcess))
      return true;
  }
  if (!isSecondMode(second, features)) return true;
  const msi = found.get(deviceColumn.msiMode);
  if (features.isExtended && (msi > 1 || (msi !== 0 && second === 0))) return true;
  if (second !== 0 && found.get(deviceColumn.secondPage) % 4 !== 0) return true;
  if (!features.marks && (found.has(control.firstMarks) || found.has(control.secondMarks))) return true;
  if (!features.bothEndians && found.has(control.bigEndian) !== features.bigEndian) return true;
  return found.has(control.narrow) !== features.isNarrowGuest;
}

/** Whether iosatp.MODE is one that the unit has. */
export function isFirstMode(mode: number, isNarrow: boolean, features: Features): boolean {
  if (mode === 0) return true;
  return isNarrow ? mode === 8 && features.narrowFirst : features.first[mode] === true;
}

function isSecondMode(mode: number, features: Features): boolean {
  if (mode === 0) return true;
  return features.isNarrowGuest ? mode === 8 && features.narrowSecond : features.second[mode] === true;
}
