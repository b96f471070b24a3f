import { bitsReader, wideReader } from '../bits/access';
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

const lower = (name: string) => bitsReader(paging.firstLeaf, name);
const read = {
  valid: lower('V'),
  read: lower('R'),
  write: lower('W'),
  execute: lower('X'),
  user: lower('U'),
  global: lower('G'),
  accessed: lower('A'),
  dirty: lower('D'),
  type: lower('PBMT'),
  contiguous: lower('N'),
  page: wideReader(paging.firstLeaf, 'PPN'),
};
const bit = (name: string): number => 2 ** fieldOf(paging.firstLeaf, name).low;
const accessed = bit('A');
const dirty = bit('D');
const pointerOnly = bit('A') + bit('D') + bit('U');
/** Bits of the upper half: reserved 58:54, and 60:59. */
const reservedHigh = 0x07c0_0000;
const freeHigh = 0x1800_0000;
const napotPages = 16;

/** Entries of one stage (RISC-V privileged 12.3.2 and 18.5.1, as the IOMMU walks them). */
export class StageFormat implements EntryFormat {
  readonly #features: Features;
  readonly #isSecond: boolean;
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
    this.#features = features;
    this.#isSecond = isSecond;
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
    const canRead = read.read(words, at);
    const canWrite = read.write(words, at);
    const canExecute = read.execute(words, at);
    if (read.valid(words, at) === 0 || (canRead === 0 && canWrite === 1)) return -this.#fault;
    const type = this.isNarrow ? 0 : read.type(words, at);
    const isContiguous = !this.isNarrow && read.contiguous(words, at) === 1;
    if (this.#breaksUpper(type, high) || (isContiguous && level > 0)) return -this.#fault;
    if (read.global(words, at) === 1) this.isGlobal = true;
    const next = this.isNarrow ? low >>> 10 : read.page(words, at);
    if (canRead === 0 && canExecute === 0) {
      if (level === 0 || type !== 0 || (low & pointerOnly) !== 0) return -this.#fault;
      walk.next = next;
      return leadsToTable;
    }
    walk.permissions =
      canRead * may.read + canWrite * may.write + canExecute * may.execute + read.user(words, at) * may.user;
    if (!this.#isAllowed(walk)) return -this.#fault;
    const pages = this.isNarrow ? 2 ** (10 * level) : 2 ** (9 * level);
    if (next % pages !== 0) return -this.#fault;
    walk.next = next;
    if (isContiguous) {
      if (next % napotPages !== 8) return -this.#fault;
      walk.next = next - 8 + (walk.input % napotPages);
      walk.napotBits = 4;
    }
    if (this.marks(walk, words, at, true) !== 0 && !walk.setsMarks) return -this.#fault;
    this.memoryType = type;
    this.isDirty = read.dirty(words, at) === 1 || (walk.setsMarks && this.#dirties(walk, words, at));
    return leadsToPage;
  }

  /** A, and D when the request writes; a translation request that may write asks for D only where W is set. */
  marks(walk: Walk, words: Uint32Array, at: number, isLeaf: boolean): number {
    if (!isLeaf) return 0;
    const wanted = this.#dirties(walk, words, at) ? accessed + dirty : accessed;
    return wanted & ~(words[at] as number);
  }

  unreadable(): number {
    return accessFault[this.access] as number;
  }

  tooWide(): number {
    return this.#fault;
  }

  structureOf(words: Uint32Array, at: number): number {
    if (this.isNarrow) return this.#narrow;
    return read.read(words, at) + read.execute(words, at) === 0 ? this.#table : this.#leaf;
  }

  /** Memory types and upper bits that the unit does not have. */
  #breaksUpper(type: number, high: number): boolean {
    if (type === 3 || (type !== 0 && !this.#features.memoryTypes)) return true;
    return (high & reservedHigh) !== 0 || ((high & freeHigh) !== 0 && !this.#features.freeBits);
  }

  #dirties(walk: Walk, words: Uint32Array, at: number): boolean {
    if (read.write(words, at) === 0) return false;
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
