import { fieldOf } from '../bits/layout';
import { servesData, servesNothing } from '../trace/events';
import { type EntryFormat, leadsToPage, leadsToTable } from '../walk/entry-format';
import type { Walk } from '../walk/walk';
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
const bit = (name: string): number => 2 ** fieldOf(paging.firstLeaf, name).low;
const valid = bit('V');
const readable = bit('R');
const writable = bit('W');
const executable = bit('X');
const global = bit('G');
const accessed = bit('A');
const dirty = bit('D');
/** What a pointer to a table has: of these V alone, and nothing above its page. */
const pointerBits = valid + readable + writable + executable + bit('U') + accessed + dirty;
const upperShift = pageField.high - 31;
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
    this.isGlobal ||= (low & global) !== 0;
    // By hand, for a twelfth of a walk's time. Pages below 2^31 stay integers.
    const upper = high & pageHigh;
    walk.next = upper < 512 ? (low >>> pageShift) | (upper << 22) : (low >>> pageShift) + upper * 2 ** 22;
    if ((low & pointerBits) === valid && high >>> upperShift === 0 && level > 0) return leadsToTable;
    return this.#judgeRest(walk, low, high, level);
  }

  /** Leaves and faults, by themselves: a walk mostly reads pointers, and what they need is short. */
  #judgeRest(walk: Walk, low: number, high: number, level: number): number {
    if ((low & valid) === 0 || (low & (readable + writable)) === writable) return -this.#fault;
    const isContiguous = high >>> contiguousShift === 1;
    if (this.#breaksUpper(high) || (isContiguous && level > 0)) return -this.#fault;
    if ((low & (readable + executable)) === 0) {
      const isPointer = level > 0 && (high & typeBits) === 0 && (low & pointerBits) === valid;
      return isPointer ? leadsToTable : -this.#fault;
    }
    const { next } = walk;
    walk.permissions = (low >>> permissionShift) & everything;
    if (!this.#isAllowed(walk)) return -this.#fault;
    if (level > 0 && next % ((this.isNarrow ? narrowPages : widePages)[level] as number) !== 0)
      return -this.#fault;
    if (isContiguous) {
      if (next % napotPages !== 8) return -this.#fault;
      walk.next = next - 8 + (walk.input % napotPages);
      walk.napotBits = 4;
    }
    if (!walk.setsMarks && this.#marksOf(walk, low) !== 0) return -this.#fault;
    this.memoryType = (high & typeBits) >>> typeShift;
    this.isDirty = (low & dirty) !== 0 || (walk.setsMarks && this.#dirties(walk, low));
    return leadsToPage;
  }

  /** A, and D when the request writes; a translation request that may write asks for D only where W is set. */
  marks(walk: Walk, words: Uint32Array, at: number, isLeaf: boolean): number {
    return isLeaf ? this.#marksOf(walk, words[at] as number) : 0;
  }

  #breaksUpper(high: number): boolean {
    return (high & this.#refusedHigh) !== 0 || (high & typeBits) === typeBits;
  }

  #marksOf(walk: Walk, low: number): number {
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
