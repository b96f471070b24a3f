import { fieldOf } from '../bits/layout';
import { servesData, servesNothing } from '../trace/events';
import { type EntryFormat, leadsToPage, leadsToTable, type Walk } from '../walk/walk';
import { accessFault, guestPageFault, pageFault } from './faults';
import type { Features } from './features';
import * as paging from './layouts/paging';
import { structureIndex } from './structures';

/** Permission bits of a walk and of an IOTLB entry. */
export const may = { read: 1, write: 2, execute: 4, user: 8 } as const;
export const everything = 15;

const pageField = fieldOf(paging.firstLeaf, 'PPN');
const pageShift = pageField.low;
const pageHigh = 2 ** (pageField.high - 31) - 1;
const highPages = 2 ** (32 - pageShift);
const bit = (name: string): number => 2 ** fieldOf(paging.firstLeaf, name).low;
const valid = bit('V');
const readable = bit('R');
const writable = bit('W');
const executable = bit('X');
const global = bit('G');
const accessed = bit('A');
const dirty = bit('D');
const pointerOnly = bit('A') + bit('D') + bit('U');
/** R, W, X and U lie in the order of `may`. */
const permissionShift = fieldOf(paging.firstLeaf, 'R').low;
/** Bits of the upper half: the memory type, N, reserved 58:54, and 60:59. */
const typeShift = fieldOf(paging.firstLeaf, 'PBMT').low - 32;
const typeBits = 3 << typeShift;
const contiguousShift = fieldOf(paging.firstLeaf, 'N').low - 32;
const reservedHigh = 0x07c0_0000;
const freeHigh = 0x1800_0000;
const napotPages = 16;
/** Pages of a leaf by level, in wide and in narrow tables. */
const widePages = [1, 2 ** 9, 2 ** 18, 2 ** 27, 2 ** 36];
const narrowPages = [1, 2 ** 10];

/** Entries of one stage (RISC-V privileged 12.3.2 and 18.5.1, as the IOMMU walks them). */
export class StageFormat implements EntryFormat {
  readonly #isSecond: boolean;
  /** Upper bits that the unit does not have. */
  readonly #refusedHigh: number;
  /** 0 read, 1 write, 2 execute: the request's own access, which names the cause. */
  access = 0;
  isNarrow = false;
  isSupervisor = false;
  mayUseUserPages = false;
  /** A translation request is told what is allowed instead of being refused. */
  isAsking = false;
  /** Second stage: first-stage entries are going to be marked through it. */
  marksThrough = false;
  /** What the last leaf said. */
  memoryType = 0;
  isGlobal = false;
  isDirty = false;
  readonly #table: number;
  readonly #leaf: number;
  readonly #narrow: number;

  constructor(features: Features, isSecond: boolean) {
    this.#isSecond = isSecond;
    this.#refusedHigh =
      reservedHigh | (features.freeBits ? 0 : freeHigh) | (features.memoryTypes ? 0 : typeBits);
    this.#table = structureIndex(isSecond ? paging.secondTable : paging.firstTable);
    this.#leaf = structureIndex(isSecond ? paging.secondLeaf : paging.firstLeaf);
    this.#narrow = structureIndex(isSecond ? paging.narrowSecond : paging.narrowFirst);
  }

  get #fault(): number {
    return (this.#isSecond ? guestPageFault : pageFault)[this.access] as number;
  }

  /** Setting bits in a first-stage entry is a write to a guest page. */
  get unwritable(): number {
    return guestPageFault[this.access] as number;
  }

  judge(walk: Walk, words: Uint32Array, at: number, level: number): number {
    const low = words[at] as number;
    const high = this.isNarrow ? 0 : (words[at + 1] as number);
    if ((low & valid) === 0 || (low & (readable + writable)) === writable) return -this.#fault;
    if ((high & this.#refusedHigh) !== 0 || (high & typeBits) === typeBits) return -this.#fault;
    if (high >>> contiguousShift === 1 && level > 0) return -this.#fault;
    if ((low & global) !== 0) this.isGlobal = true;
    // A reader would not be inlined here: a twelfth of a walk's time.
    const next = (low >>> pageShift) + (high & pageHigh) * highPages;
    walk.next = next;
    if ((low & (readable + executable)) === 0) {
      if (level === 0 || (high & typeBits) !== 0 || (low & pointerOnly) !== 0) return -this.#fault;
      return leadsToTable;
    }
    return this.#judgeLeaf(walk, words, at, level, high);
  }

  /** By itself, so that what tables need is short: a walk reads four tables for a leaf. */
  #judgeLeaf(walk: Walk, words: Uint32Array, at: number, level: number, high: number): number {
    const low = words[at] as number;
    const { next } = walk;
    walk.permissions = (low >>> permissionShift) & everything;
    if (!this.#isAllowed(walk)) return -this.#fault;
    if (level > 0 && next % ((this.isNarrow ? narrowPages : widePages)[level] as number) !== 0)
      return -this.#fault;
    if (high >>> contiguousShift === 1) {
      if (next % napotPages !== 8) return -this.#fault;
      walk.next = next - 8 + (walk.input % napotPages);
      walk.napotBits = 4;
    }
    if (!walk.setsMarks && this.marks(walk, words, at, true) !== 0) return -this.#fault;
    this.memoryType = (high & typeBits) >>> typeShift;
    this.isDirty = (low & dirty) !== 0 || (walk.setsMarks && this.#dirties(walk, low));
    return leadsToPage;
  }

  /** A, and D when the request writes; a translation request that may write asks for D only where W is set. */
  marks(walk: Walk, words: Uint32Array, at: number, isLeaf: boolean): number {
    if (!isLeaf) return 0;
    const low = words[at] as number;
    return (this.#dirties(walk, low) ? accessed + dirty : accessed) & ~low;
  }

  unreadable(): number {
    return accessFault[this.access] as number;
  }

  tooWide(): number {
    return this.#fault;
  }

  structureOf(words: Uint32Array, at: number): number {
    if (this.isNarrow) return this.#narrow;
    return ((words[at] as number) & (readable + executable)) === 0 ? this.#table : this.#leaf;
  }

  #dirties(walk: Walk, low: number): boolean {
    if ((low & writable) === 0) return false;
    return walk.wantsWrite || (this.marksThrough && walk.serves >= 0);
  }

  #isAllowed(walk: Walk): boolean {
    const { permissions } = walk;
    const isUserPage = (permissions & may.user) !== 0;
    if (this.#isSecond || !this.isSupervisor) {
      if (!isUserPage) return false;
    } else if (isUserPage && (walk.wantsExecute || !this.mayUseUserPages)) return false;
    if (this.isAsking && (walk.serves === servesData || walk.serves === servesNothing)) return true;
    if (walk.wantsExecute) return (permissions & may.execute) !== 0;
    return (permissions & (walk.wantsWrite ? may.write : may.read)) !== 0;
  }
}
