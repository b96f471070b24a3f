import { bitsReader, pageReader } from '../bits/access';
import { fieldOf, type Layout, wordCount } from '../bits/layout';
import { hasReserved, type ReservedMask, reservedMask } from '../bits/reserved';
import { cacheIndex, contextColumn, contextShape } from './caches';
import type { Features } from './features';
import { contextEntry, rootEntry, scalableContextEntry, scalableRootEntry } from './layouts/device-tables';
import { structureIndex } from './structures';
import { fetchStructure, tellFill, tellLookup, type Unit } from './unit';

const root = {
  structure: structureIndex(rootEntry),
  isPresent: bitsReader(rootEntry, 'P'),
  table: pageReader(rootEntry, 'CTP'),
};
const scalableRoot = {
  structure: structureIndex(scalableRootEntry),
  isLowerPresent: bitsReader(scalableRootEntry, 'LP'),
  isUpperPresent: bitsReader(scalableRootEntry, 'UP'),
  lower: pageReader(scalableRootEntry, 'LCTP'),
  upper: pageReader(scalableRootEntry, 'UCTP'),
};
const context = {
  structure: structureIndex(contextEntry),
  isPresent: bitsReader(contextEntry, 'P'),
  disablesFaults: bitsReader(contextEntry, 'FPD'),
  type: bitsReader(contextEntry, 'TT'),
  table: pageReader(contextEntry, 'SSPTPTR'),
  width: bitsReader(contextEntry, 'AW'),
  domain: bitsReader(contextEntry, 'DID'),
};
const scalable = {
  structure: structureIndex(scalableContextEntry),
  isPresent: bitsReader(scalableContextEntry, 'P'),
  disablesFaults: bitsReader(scalableContextEntry, 'FPD'),
  deviceTlb: bitsReader(scalableContextEntry, 'DTE'),
  pasidEnable: bitsReader(scalableContextEntry, 'PASIDE'),
  pageRequests: bitsReader(scalableContextEntry, 'PRE'),
  directorySize: bitsReader(scalableContextEntry, 'PDTS'),
  directory: pageReader(scalableContextEntry, 'PASIDDIRPTR'),
  ridPasid: bitsReader(scalableContextEntry, 'RID_PASID'),
  ridPrivilege: bitsReader(scalableContextEntry, 'RID_PRIV'),
};

const rootWords = wordCount(rootEntry);
const contextWords = wordCount(contextEntry);
const scalableWords = wordCount(scalableContextEntry);
const columns = 4 + contextShape.data.length;

/** Finds the context entry of a device: in the context cache, or through the root table (VT-d 3.4). */
export class ContextFinder {
  /** The entry found begins at `rows[at]`; columns as in `contextColumn`. */
  rows: Float64Array;
  at = 0;
  readonly #scratch = new Float64Array(columns);
  readonly #unit: Unit;
  readonly #masks: {
    readonly root: ReservedMask;
    readonly scalableRoot: ReservedMask;
    readonly context: ReservedMask;
    readonly scalable: ReservedMask;
  };

  constructor(unit: Unit) {
    this.#unit = unit;
    this.rows = this.#scratch;
    this.#masks = {
      root: withWidth(rootEntry, unit.features, 'CTP'),
      scalableRoot: withWidth(scalableRootEntry, unit.features, 'LCTP', 'UCTP'),
      context: withWidth(contextEntry, unit.features, 'SSPTPTR'),
      scalable: withWidth(scalableContextEntry, unit.features, 'PASIDDIRPTR'),
    };
  }

  /** The fault reason, 0 when the entry is found. `rootPage` is the root table. */
  find(device: number, rootPage: number, isScalable: boolean): number {
    const unit = this.#unit;
    const cache = unit.caches.context;
    if (cache.size > 0) {
      const slot = cache.find(device, 0, 0, 0);
      if (unit.trace.isOn) tellLookup(unit, cacheIndex.context, slot, device, 0, 0, 0);
      if (slot >= 0) {
        this.rows = cache.rows;
        this.at = slot * cache.width;
        return this.rows[this.at + contextColumn.fault] as number;
      }
    }
    this.rows = this.#scratch;
    this.at = 0;
    this.rows[contextColumn.disablesFaults] = 0;
    const fault = isScalable ? this.#readScalable(device, rootPage) : this.#readLegacy(device, rootPage);
    if (fault !== 0 && unit.features.cachingMode) this.#keepAbsence(device, fault);
    return fault;
  }

  /** Column of the entry found. */
  get(column: number): number {
    return this.rows[this.at + column] as number;
  }

  /** Goes on in a row of the cache, or in the scratch row when the cache is off. */
  #openRow(device: number, disablesFaults: number): number {
    const cache = this.#unit.caches.context;
    const slot = cache.fill(device, 0, 0, 0);
    if (slot >= 0) {
      this.rows = cache.rows;
      this.at = slot * cache.width;
    }
    const { rows, at } = this;
    for (let column = 4; column < columns; column++) rows[at + column] = 0;
    this.rows[this.at + contextColumn.disablesFaults] = disablesFaults;
    return slot;
  }

  #closeRow(slot: number): number {
    if (slot >= 0 && this.#unit.trace.isOn) tellFill(this.#unit, cacheIndex.context, slot);
    return 0;
  }

  /** With caching mode a refusal is kept too, for domain 0 (VT-d 6.1). */
  #keepAbsence(device: number, fault: number): void {
    const slot = this.#openRow(device, this.get(contextColumn.disablesFaults));
    this.rows[this.at + contextColumn.fault] = fault;
    this.#closeRow(slot);
  }

  #readLegacy(device: number, rootPage: number): number {
    const unit = this.#unit;
    const rootAt = fetchStructure(unit, root.structure, rootPage, device >> 8, rootWords);
    if (rootAt < 0) return 0x8;
    if (root.isPresent.of(unit.memory.words, rootAt) === 0) return 0x1;
    if (hasReserved(this.#masks.root, unit.memory.words, rootAt)) return 0xa;
    const table = root.table.of(unit.memory.words, rootAt);
    const at = fetchStructure(unit, context.structure, table, device & 255, contextWords);
    if (at < 0) return 0x9;
    const { words } = unit.memory;
    const disablesFaults = context.disablesFaults.of(words, at);
    this.rows[contextColumn.disablesFaults] = disablesFaults;
    if (context.isPresent.of(words, at) === 0) return 0x2;
    if (hasReserved(this.#masks.context, words, at)) return 0xb;
    const width = context.width.of(words, at);
    const type = context.type.of(words, at);
    if (!isWidthSupported(unit.features, width) || !isTypeSupported(unit.features, type)) return 0x3;
    const slot = this.#openRow(device, disablesFaults);
    const { rows, at: row } = this;
    rows[row + contextColumn.type] = type;
    rows[row + contextColumn.domain] = context.domain.of(words, at);
    rows[row + contextColumn.levels] = width + 2;
    rows[row + contextColumn.table] = context.table.of(words, at);
    return this.#closeRow(slot);
  }

  #readScalable(device: number, rootPage: number): number {
    const unit = this.#unit;
    const rootAt = fetchStructure(unit, scalableRoot.structure, rootPage, device >> 8, rootWords);
    if (rootAt < 0) return 0x38;
    const isUpper = (device & 128) !== 0;
    const present = isUpper ? scalableRoot.isUpperPresent : scalableRoot.isLowerPresent;
    if (present.of(unit.memory.words, rootAt) === 0) return 0x39;
    if (this.#halfHasReserved(rootAt, isUpper)) return 0x3a;
    const table = (isUpper ? scalableRoot.upper : scalableRoot.lower).of(unit.memory.words, rootAt);
    const at = fetchStructure(unit, scalable.structure, table, device & 127, scalableWords);
    if (at < 0) return 0x40;
    const { words } = unit.memory;
    const disablesFaults = scalable.disablesFaults.of(words, at);
    this.rows[contextColumn.disablesFaults] = disablesFaults;
    if (scalable.isPresent.of(words, at) === 0) return 0x41;
    if (hasReserved(this.#masks.scalable, words, at)) return 0x42;
    if (this.#enablesTooMuch(words, at)) return 0x43;
    const slot = this.#openRow(device, disablesFaults);
    const { rows, at: row } = this;
    rows[row + contextColumn.table] = scalable.directory.of(words, at);
    rows[row + contextColumn.directorySize] = scalable.directorySize.of(words, at);
    rows[row + contextColumn.deviceTlb] = scalable.deviceTlb.of(words, at);
    rows[row + contextColumn.pasidEnable] = scalable.pasidEnable.of(words, at);
    rows[row + contextColumn.pageRequests] = scalable.pageRequests.of(words, at);
    rows[row + contextColumn.ridPasid] = unit.features.ridPasid ? scalable.ridPasid.of(words, at) : 0;
    rows[row + contextColumn.ridPrivilege] = unit.features.ridPrivilege
      ? scalable.ridPrivilege.of(words, at)
      : 0;
    return this.#closeRow(slot);
  }

  /** Only the half that the device uses is looked at. */
  #halfHasReserved(at: number, isUpper: boolean): boolean {
    const { words } = this.#unit.memory;
    const first = isUpper ? 2 : 0;
    const mask = this.#masks.scalableRoot;
    const low = (mask[first] as number) & (words[at + first] as number);
    return (low | ((mask[first + 1] as number) & (words[at + first + 1] as number))) !== 0;
  }

  #enablesTooMuch(words: Uint32Array, at: number): boolean {
    const { features } = this.#unit;
    if (scalable.deviceTlb.of(words, at) === 1 && !features.deviceTlb) return true;
    if (scalable.pasidEnable.of(words, at) === 1 && !features.pasid) return true;
    return scalable.pageRequests.of(words, at) === 1 && !features.pageRequests;
  }
}

export function isWidthSupported(features: Features, width: number): boolean {
  return width >= 1 && width <= 3 && ((features.supportedWidths >> width) & 1) === 1;
}

function isTypeSupported(features: Features, type: number): boolean {
  if (type === 1) return features.deviceTlb;
  if (type === 2) return features.passThrough;
  return type === 0;
}

/** The reserved bits of a structure whose page fields end at the host's width. */
export function withWidth(structure: Layout, features: Features, ...pages: string[]): ReservedMask {
  const beyond = pages.flatMap((name): (readonly [number, number])[] => {
    const field = fieldOf(structure, name);
    const lowest = (field.low & ~63) + features.hostWidth;
    return lowest <= field.high ? [[field.high, lowest]] : [];
  });
  return reservedMask(structure, beyond);
}
