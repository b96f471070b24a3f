import { bitsReader, readPage, wideReader } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { reason } from './faults';
import { windowEntry } from './layouts/device';
import { windowTableBase } from './layouts/registers';
import { register } from './registers';
import { structureIndex } from './structures';
import { fetchEntry, type Unit } from './unit';

/** Pages of an address below bit 59, which chooses the window (IODA2: two TVEs a PE). */
export const windowPages = 2 ** 47;
/** Bits 63:60 are no part of a window. */
const addressPages = 2 ** 48;
const mostLevels = 5;
const base = fieldOf(windowTableBase, 'Base');
const structure = structureIndex(windowEntry);
const entry = {
  table: wideReader(windowEntry, 'TTA'),
  levels: bitsReader(windowEntry, 'LEVELS'),
  tableSize: bitsReader(windowEntry, 'TTS'),
  pageSize: bitsReader(windowEntry, 'PSIZE'),
};

/** Address bits that a table of size code TTS takes. */
export function indexBitsOf(tableSize: number): number {
  return tableSize + 8;
}

/** Address bits below a TCE of I/O page size code PSIZE. */
export function pageShiftOf(pageSize: number): number {
  return pageSize + 11;
}

/** Finds the window of an address (IODA2, TVT), decoded. */
export class WindowFinder {
  /** Page of the first TCE table. */
  table = 0;
  levels = 0;
  /** Each table has 2 to this many entries. */
  indexBits = 0;
  /** A TCE maps 2 to this many bytes. */
  pageShift = 0;
  /** The window does not translate. */
  isBypass = false;
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The reason why a PE has no window for the page, 0 when it has. */
  find(endpoint: number, page: number): number {
    if (page >= addressPages) return reason.noWindow;
    const { registers, memory } = this.#unit;
    const windows = readPage(base, [registers.low(register.TVT_BAR), registers.high(register.TVT_BAR)]);
    const index = endpoint * 2 + (page >= windowPages ? 1 : 0);
    const at = fetchEntry(this.#unit, structure, 0, 0, windows, index);
    if (at < 0) return reason.unreadableWindow;
    const { words } = memory;
    const tableSize = entry.tableSize.of(words, at);
    if (tableSize === 0) return reason.noWindow;
    this.table = entry.table.of(words, at);
    this.levels = entry.levels.of(words, at) + 1;
    if (this.levels > mostLevels) return reason.badWindow;
    this.indexBits = indexBitsOf(tableSize);
    const pageSize = entry.pageSize.of(words, at);
    this.isBypass = pageSize === 0;
    this.pageShift = pageShiftOf(pageSize);
    return 0;
  }
}
