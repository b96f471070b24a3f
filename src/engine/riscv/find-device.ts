import { bitsReader, wideReader } from '../bits/access';
import type { Layout } from '../bits/layout';
import { hasReserved, reservedMask } from '../bits/reserved';
import { SameWords } from '../bits/same-words';
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
  /** The context that was decoded last, and the words that it was decoded from: the same words mean the same again. */
  readonly #scratch = new Float64Array(columns);
  readonly #decoded: SameWords;
  /** Counts what was decoded; which of it each row of the cache still holds, kept or not. */
  #generation = 0;
  readonly #held: Int32Array;
  readonly #unit: Unit;
  readonly #cache: Cache;
  readonly #mask: Uint32Array;
  readonly #structure: number;
  readonly #leafBits: number;
  /** How many device_ids a directory takes, by its levels. */
  readonly #reach: readonly number[];
  /** Bits of tc that the unit does not have. */
  readonly #absent: number;

  constructor(unit: Unit) {
    this.#unit = unit;
    this.rows = this.#scratch;
    const { isExtended, qualityOfService } = unit.features;
    this.#cache = unit.caches[cacheIndex.device] as Cache;
    const structure: Layout = isExtended ? layouts.extendedDeviceContext : layouts.deviceContext;
    const identifiers: readonly (readonly [number, number])[] = qualityOfService ? [] : [[191, 168]];
    this.#mask = reservedMask(structure, identifiers);
    this.#structure = structureIndex(structure);
    this.#decoded = new SameWords(this.#mask.length);
    this.#held = new Int32Array(this.#cache.size);
    this.#leafBits = isExtended ? 6 : 7;
    this.#reach = [0, 2 ** this.#leafBits, 2 ** (this.#leafBits + 9), 2 ** 24];
    this.#absent =
      (unit.features.ats ? 0 : control.ats | control.pageRequests | control.prpr) |
      (unit.features.toGuest ? 0 : control.toGuest) |
      (unit.features.marks ? 0 : control.firstMarks | control.secondMarks);
  }

  /** The cause, 0 when the context is found. `levels` of the directory, `root` its page. */
  find(device: number, root: number, levels: number): number {
    if (device >= (this.#reach[levels] as number)) return 260;
    const unit = this.#unit;
    const cache = this.#cache;
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
    return this.#read(device, root, levels);
  }

  get(column: number): number {
    return this.rows[this.at + column] as number;
  }

  has(bit: number): boolean {
    return ((this.rows[this.at + deviceColumn.control] as number) & bit) !== 0;
  }

  #read(device: number, root: number, levels: number): number {
    const unit = this.#unit;
    let page = root;
    for (let level = levels - 1; level > 0; level--) {
      const index = (device >> (this.#leafBits + 9 * (level - 1))) & 511;
      const at = fetchStructure(unit, entry.structure, page, index * 8, 2);
      if (at < 0) return 257;
      const { words } = unit.memory;
      if (entry.isValid.of(words, at) === 0) return 258;
      if (hasReserved(entry.mask, words, at)) return 259;
      page = entry.next.of(words, at);
    }
    const count = this.#mask.length;
    const index = device & ((1 << this.#leafBits) - 1);
    const at = fetchStructure(unit, this.#structure, page, index * count * 4, count);
    if (at < 0) return 257;
    const { words } = unit.memory;
    if (((words[at] as number) & 1) === 0) return 258;
    if (!this.#decoded.are(words, at)) {
      if (hasReserved(this.#mask, words, at)) return 259;
      if (this.#isMisconfigured(words, at)) return 259;
      this.#decode(words, at);
    }
    this.#keep(device);
    return 0;
  }

  /** The checks of RISC-V IOMMU 3.1.3. */
  #isMisconfigured(words: Uint32Array, at: number): boolean {
    const { features } = this.#unit;
    const bits = (words[at] as number) & controlBits;
    const first = context.firstMode.of(words, at);
    const second = context.secondMode.of(words, at);
    if ((bits & this.#absent) !== 0) return true;
    if ((bits & control.ats) === 0 && (bits & (control.toGuest + control.pageRequests)) !== 0) return true;
    if ((bits & (control.pageRequests + control.prpr)) === control.prpr) return true;
    if ((bits & control.toGuest) !== 0 && second === 0) return true;
    const isNarrow = (bits & control.narrow) !== 0;
    if ((bits & control.processes) !== 0) {
      if (features.processModes[first] !== true) return true;
    } else if (!isFirstMode(first, isNarrow, features) || (bits & control.defaultProcess) !== 0) return true;
    if (!isSecondMode(second, features)) return true;
    const msi = features.isExtended ? context.msiMode.of(words, at) : 0;
    if (msi > 1 || (msi !== 0 && second === 0)) return true;
    if (second !== 0 && (context.secondPage.of(words, at) & 3) !== 0) return true;
    if (!features.bothEndians && ((bits & control.bigEndian) !== 0) !== features.bigEndian) return true;
    return isNarrow !== features.isNarrowGuest;
  }

  #decode(words: Uint32Array, at: number): void {
    const rows = this.#scratch;
    rows[deviceColumn.control] = (words[at] as number) & controlBits;
    rows[deviceColumn.firstMode] = context.firstMode.of(words, at);
    rows[deviceColumn.firstPage] = context.firstPage.of(words, at);
    rows[deviceColumn.secondMode] = context.secondMode.of(words, at);
    rows[deviceColumn.secondPage] = context.secondPage.of(words, at);
    rows[deviceColumn.gscid] = context.gscid.of(words, at);
    rows[deviceColumn.pscid] = context.pscid.of(words, at);
    const { isExtended } = this.#unit.features;
    rows[deviceColumn.msiMode] = isExtended ? context.msiMode.of(words, at) : 0;
    rows[deviceColumn.msiPage] = isExtended ? context.msiPage.of(words, at) : 0;
    rows[deviceColumn.msiMask] = isExtended ? context.msiMask.of(words, at) : 0;
    rows[deviceColumn.msiPattern] = isExtended ? context.msiPattern.of(words, at) : 0;
    this.#generation += 1;
    this.#decoded.remember(words, at);
  }

  /** Only a valid context is kept (RISC-V IOMMU 3.8). */
  #keep(device: number): void {
    const cache = this.#cache;
    const slot = cache.fill(device, 0, 0, 0);
    if (slot < 0) return;
    const { rows } = cache;
    const scratch = this.#scratch;
    const at = slot * cache.width;
    if (this.#held[slot] !== this.#generation) {
      this.#held[slot] = this.#generation;
      for (let column = 4; column < columns; column++) rows[at + column] = scratch[column] as number;
    }
    this.rows = rows;
    this.at = at;
    if (this.#unit.trace.isOn) tellFill(this.#unit, cacheIndex.device, slot);
  }
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
