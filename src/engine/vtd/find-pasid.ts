import { bitsReader, pageReader } from '../bits/access';
import { wordCount } from '../bits/layout';
import { hasReserved, type ReservedMask } from '../bits/reserved';
import { SameWords } from '../bits/same-words';
import { cacheIndex, pasidColumn, pasidShape } from './caches';
import { isWidthSupported, withWidth } from './find-context';
import { pasidDirectoryEntry, pasidEntry } from './layouts/device-tables';
import { structureIndex } from './structures';
import { fetchStructure, tellFill, tellLookup, type Unit } from './unit';

const directory = {
  structure: structureIndex(pasidDirectoryEntry),
  isPresent: bitsReader(pasidDirectoryEntry, 'P'),
  disablesFaults: bitsReader(pasidDirectoryEntry, 'FPD'),
  table: pageReader(pasidDirectoryEntry, 'SMPTBLPTR'),
};
const entry = {
  structure: structureIndex(pasidEntry),
  isPresent: bitsReader(pasidEntry, 'P'),
  disablesFaults: bitsReader(pasidEntry, 'FPD'),
  width: bitsReader(pasidEntry, 'AW'),
  type: bitsReader(pasidEntry, 'PGTT'),
  secondDirty: bitsReader(pasidEntry, 'SSADE'),
  secondTable: pageReader(pasidEntry, 'SSPTPTR'),
  domain: bitsReader(pasidEntry, 'DID'),
  supervisor: bitsReader(pasidEntry, 'SRE'),
  execute: bitsReader(pasidEntry, 'ERE'),
  firstMode: bitsReader(pasidEntry, 'FSPM'),
  writeProtect: bitsReader(pasidEntry, 'WPE'),
  extendedAccessed: bitsReader(pasidEntry, 'EAFE'),
  firstTable: pageReader(pasidEntry, 'FSPTPTR'),
};

/** Values of PGTT. */
export const pasidType = { first: 1, second: 2, nested: 3, passThrough: 4 } as const;

const directoryWords = wordCount(pasidDirectoryEntry);
const entryWords = wordCount(pasidEntry);
const columns = 4 + pasidShape.data.length;

/** Finds the PASID entry: in the PASID cache, or through directory and table (VT-d 3.4.3). */
export class PasidFinder {
  rows: Float64Array;
  at = 0;
  readonly #scratch = new Float64Array(columns);
  readonly #unit: Unit;
  /** Columns of the entry that was decoded last. */
  readonly #decoded = new SameWords(entryWords);
  readonly #values = new Float64Array(columns);
  readonly #directoryMask: ReservedMask;
  readonly #entryMask: ReservedMask;

  constructor(unit: Unit) {
    this.#unit = unit;
    this.rows = this.#scratch;
    this.#directoryMask = withWidth(pasidDirectoryEntry, unit.features, 'SMPTBLPTR');
    this.#entryMask = withWidth(pasidEntry, unit.features, 'SSPTPTR');
  }

  /** The fault reason, 0 when the entry is found. `directoryPage` is the first page of the PASID directory. */
  find(device: number, pasid: number, directoryPage: number): number {
    const unit = this.#unit;
    const cache = unit.caches.pasid;
    if (cache.size > 0) {
      const slot = cache.find(device, 0, pasid, 0);
      if (unit.trace.isOn) tellLookup(unit, cacheIndex.pasid, slot, device, 0, pasid, 0);
      if (slot >= 0) {
        this.rows = cache.rows;
        this.at = slot * cache.width;
        return this.rows[this.at + pasidColumn.fault] as number;
      }
    }
    this.rows = this.#scratch;
    this.at = 0;
    this.rows[pasidColumn.disablesFaults] = 0;
    const fault = this.#read(device, pasid, directoryPage);
    if (fault !== 0 && unit.features.cachingMode) this.#keepAbsence(device, pasid, fault);
    return fault;
  }

  /** Column of the entry found. */
  get(column: number): number {
    return this.rows[this.at + column] as number;
  }

  /** Goes on in a row of the cache, or in the scratch row when the cache is off. */
  #openRow(device: number, pasid: number): number {
    const disablesFaults = this.get(pasidColumn.disablesFaults);
    const cache = this.#unit.caches.pasid;
    const slot = cache.fill(device, 0, pasid, 0);
    if (slot >= 0) {
      this.rows = cache.rows;
      this.at = slot * cache.width;
    }
    const { rows, at } = this;
    for (let column = 4; column < columns; column++) rows[at + column] = 0;
    this.rows[this.at + pasidColumn.disablesFaults] = disablesFaults;
    return slot;
  }

  /** With caching mode a refusal is kept too, for domain 0 (VT-d 6.1). */
  #keepAbsence(device: number, pasid: number, fault: number): void {
    const slot = this.#openRow(device, pasid);
    this.rows[this.at + pasidColumn.fault] = fault;
    if (slot >= 0 && this.#unit.trace.isOn) tellFill(this.#unit, cacheIndex.pasid, slot);
  }

  #read(device: number, pasid: number, directoryPage: number): number {
    const unit = this.#unit;
    const row = this.rows;
    const slot = pasid >> 6;
    const page = directoryPage + (slot >> 9);
    const directoryAt = fetchStructure(unit, directory.structure, page, slot & 511, directoryWords);
    if (directoryAt < 0) return 0x50;
    row[pasidColumn.disablesFaults] = directory.disablesFaults.of(unit.memory.words, directoryAt);
    if (directory.isPresent.of(unit.memory.words, directoryAt) === 0) return 0x51;
    if (hasReserved(this.#directoryMask, unit.memory.words, directoryAt)) return 0x52;
    const table = directory.table.of(unit.memory.words, directoryAt);
    const at = fetchStructure(unit, entry.structure, table, pasid & 63, entryWords);
    if (at < 0) return 0x58;
    const { words } = unit.memory;
    if (entry.disablesFaults.of(words, at) === 1) row[pasidColumn.disablesFaults] = 1;
    if (entry.isPresent.of(words, at) === 0) return 0x59;
    if (!this.#decoded.are(words, at)) {
      if (hasReserved(this.#entryMask, words, at)) return 0x5a;
      if (!this.#isUsable(words, at)) return 0x5b;
      this.#decode(words, at);
    }
    const kept = this.#openRow(device, pasid);
    for (let column: number = pasidColumn.type; column < columns; column++)
      this.rows[this.at + column] = this.#values[column] as number;
    if (kept >= 0 && unit.trace.isOn) tellFill(unit, cacheIndex.pasid, kept);
    return 0;
  }

  #decode(words: Uint32Array, at: number): void {
    const rows = this.#values;
    const { features } = this.#unit;
    this.#decoded.remember(words, at);
    rows[pasidColumn.type] = entry.type.of(words, at);
    rows[pasidColumn.domain] = entry.domain.of(words, at);
    rows[pasidColumn.secondLevels] = entry.width.of(words, at) + 2;
    rows[pasidColumn.secondTable] = entry.secondTable.of(words, at);
    rows[pasidColumn.firstLevels] = entry.firstMode.of(words, at) + 4;
    rows[pasidColumn.firstTable] = entry.firstTable.of(words, at);
    rows[pasidColumn.supervisor] = entry.supervisor.of(words, at);
    rows[pasidColumn.execute] = entry.execute.of(words, at);
    rows[pasidColumn.writeProtect] = entry.writeProtect.of(words, at);
    rows[pasidColumn.extendedAccessed] = features.extendedAccessed ? entry.extendedAccessed.of(words, at) : 0;
    rows[pasidColumn.secondDirty] = features.secondStageDirty ? entry.secondDirty.of(words, at) : 0;
  }

  /** Whether the unit can do what PGTT, AW and FSPM ask for. */
  #isUsable(words: Uint32Array, at: number): boolean {
    const { features } = this.#unit;
    const type = entry.type.of(words, at);
    const mode = entry.firstMode.of(words, at);
    const hasFirst = mode === 0 || (mode === 1 && features.firstStage5Levels);
    const hasSecond = isWidthSupported(features, entry.width.of(words, at));
    switch (type) {
      case pasidType.first:
        return features.firstStage && hasFirst;
      case pasidType.second:
        return features.secondStage && hasSecond;
      case pasidType.nested:
        return features.nested && hasFirst && hasSecond;
      case pasidType.passThrough:
        return features.passThrough;
    }
    return false;
  }
}
