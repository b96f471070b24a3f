import { bitsReader, wideReader } from '../bits/access';
import { wordCount } from '../bits/layout';
import { hasReserved, reservedMask } from '../bits/reserved';
import type { Cache } from '../cache/cache';
import { cacheIndex, processColumn } from './caches';
import { control, type DeviceFinder, isFirstMode } from './find-device';
import * as layouts from './layouts/device';
import type { Stages } from './stages';
import { structureIndex } from './structures';
import { fetchStructure, tellFill, tellLookup, type Unit } from './unit';

const entryStructure = structureIndex(layouts.processEntry);
const entryMask = reservedMask(layouts.processEntry);
const entryNext = wideReader(layouts.processEntry, 'PPN');
const context = {
  mode: bitsReader(layouts.processContext, 'FSC.MODE'),
  page: wideReader(layouts.processContext, 'FSC.PPN'),
  pscid: bitsReader(layouts.processContext, 'PSCID'),
};
const contextStructure = structureIndex(layouts.processContext);
const contextMask = reservedMask(layouts.processContext);
const columns = 8;
/** Bits of ta as `control` holds them. */
export const processControl = { supervisor: 2, userAccess: 4 } as const;
/** Bits of a process_id below each level, and how many a directory of each mode takes. */
const shiftOf = [0, 8, 17] as const;
const reachOf = [0, 8, 17, 20] as const;

/** Finds the process context: in its cache, or through the process directory (RISC-V IOMMU 3.2). */
export class ProcessFinder {
  rows: Float64Array;
  at = 0;
  readonly #scratch = new Float64Array(columns);
  readonly #unit: Unit;
  readonly #stages: Stages;

  constructor(unit: Unit, stages: Stages) {
    this.#unit = unit;
    this.#stages = stages;
    this.rows = this.#scratch;
  }

  /** Whether a directory of that mode takes the process_id. */
  static takes(process: number, mode: number): boolean {
    return process < 2 ** (reachOf[mode] as number);
  }

  /** The cause, 0 when the context is found. `mode` and `root` are those of pdtp. */
  find(owner: DeviceFinder, device: number, process: number, mode: number, root: number): number {
    const unit = this.#unit;
    const cache = unit.caches[cacheIndex.process] as Cache;
    if (cache.size > 0) {
      const slot = cache.find(device, 0, process, 0);
      if (unit.trace.isOn) tellLookup(unit, cacheIndex.process, slot, device, process);
      if (slot >= 0) {
        this.rows = cache.rows;
        this.at = slot * cache.width;
        return 0;
      }
    }
    this.rows = this.#scratch;
    this.at = 0;
    return this.#read(owner, device, process, mode, root);
  }

  get(column: number): number {
    return this.rows[this.at + column] as number;
  }

  has(bit: number): boolean {
    return ((this.rows[this.at + processColumn.control] as number) & bit) !== 0;
  }

  #read(owner: DeviceFinder, device: number, process: number, mode: number, root: number): number {
    const unit = this.#unit;
    let page = root;
    for (let level = mode - 1; level > 0; level--) {
      const index = (process >> (shiftOf[level] as number)) & 511;
      const host = this.#stages.hostOfTable(page);
      if (host < 0) return this.#stages.isAccessFault ? 265 : this.#stages.reason;
      const at = fetchStructure(unit, entryStructure, host, index * 8, 2);
      if (at < 0) return 265;
      const { words } = unit.memory;
      if (((words[at] as number) & 1) === 0) return 266;
      if (hasReserved(entryMask, words, at)) return 267;
      page = entryNext.of(words, at);
    }
    const host = this.#stages.hostOfTable(page);
    if (host < 0) return this.#stages.isAccessFault ? 265 : this.#stages.reason;
    const count = wordCount(layouts.processContext);
    const at = fetchStructure(unit, contextStructure, host, (process & 255) * count * 4, count);
    if (at < 0) return 265;
    const { words } = unit.memory;
    if (((words[at] as number) & 1) === 0) return 266;
    if (hasReserved(contextMask, words, at)) return 267;
    const found = context.mode.of(words, at);
    if (!isFirstMode(found, owner.has(control.narrow), unit.features)) return 267;
    const { rows } = this;
    rows[processColumn.control] = (words[at] as number) & 6;
    rows[processColumn.mode] = found;
    rows[processColumn.page] = context.page.of(words, at);
    rows[processColumn.pscid] = context.pscid.of(words, at);
    this.#keep(device, process);
    return 0;
  }

  #keep(device: number, process: number): void {
    const cache = this.#unit.caches[cacheIndex.process] as Cache;
    const slot = cache.fill(device, 0, process, 0);
    if (slot < 0) return;
    const at = slot * cache.width;
    for (let column = 4; column < columns; column++)
      cache.rows[at + column] = this.#scratch[column] as number;
    this.rows = cache.rows;
    this.at = at;
    if (this.#unit.trace.isOn) tellFill(this.#unit, cacheIndex.process, slot);
  }
}
