import { bitsReader, pageReader } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { reservedMask } from '../bits/reserved';
import { type EntryFormat, leadsToPage, leadsToTable } from '../walk/entry-format';
import { indexAt, pagesPerEntry } from '../walk/table-shape';
import type { Walk } from '../walk/walk';
import { hostPage, hostTable } from './layouts/paging';
import { structureIndex } from './structures';

/** Permission bits of a walk and of an IOTLB entry. */
export const may = { read: 1, write: 2, execute: 4, user: 8 } as const;
export const everything = 15;

const isPresent = bitsReader(hostTable, 'PR');
const nextLevel = bitsReader(hostTable, 'NextLevel');
const canRead = bitsReader(hostTable, 'IR');
const canWrite = bitsReader(hostTable, 'IW');
const nextPage = pageReader(hostTable, 'Next');
const tableMask = reservedMask(hostTable);
const pageMask = reservedMask(hostPage);
const ownSize = 7;
const bit = (name: string): number => 2 ** fieldOf(hostPage, name).low;
const accessed = bit('A');
const dirty = bit('D');

/** Host entries, version 1 (AMD IOMMU 2.2.3): any power of two, and levels may be skipped. */
export class HostFormat implements EntryFormat {
  readonly unwritable = 0x22;
  readonly #table = structureIndex(hostTable);
  readonly #page = structureIndex(hostPage);

  judge(walk: Walk, words: Uint32Array, at: number, level: number): number {
    walk.nextLevel = -1;
    if (isPresent.of(words, at) === 0) return -0x20;
    const next = nextLevel.of(words, at);
    const isLeaf = next === 0 || next === ownSize;
    const mask = isLeaf ? pageMask : tableMask;
    if (((mask[0] as number) & (words[at] as number)) !== 0) return -0x21;
    if (((mask[1] as number) & (words[at + 1] as number)) !== 0) return -0x21;
    if (canRead.of(words, at) === 0) walk.permissions &= ~(may.read | may.execute);
    if (canWrite.of(words, at) === 0) walk.permissions &= ~may.write;
    if ((walk.permissions & (walk.wantsWrite ? may.write : may.read)) === 0) return -0x22;
    if (next === ownSize) return this.#ownSize(walk, nextPage.of(words, at), level);
    walk.next = nextPage.of(words, at);
    if (next === 0) {
      walk.next -= walk.next % pagesPerEntry(level);
      return leadsToPage;
    }
    // NextLevel counts from 1: a table of level n is n - 1 here.
    if (next - 1 >= level) return -0x23;
    for (let skipped = level - 1; skipped > next - 1; skipped--)
      if (indexAt(walk.input, skipped) !== 0) return -0x23;
    walk.nextLevel = next - 1;
    return leadsToTable;
  }

  marks(walk: Walk, words: Uint32Array, at: number, isLeaf: boolean): number {
    const wanted = isLeaf && walk.wantsWrite ? accessed + dirty : accessed;
    return wanted & ~(words[at] as number);
  }

  unreadable(): number {
    return 0x40;
  }

  tooWide(): number {
    return 0x24;
  }

  structureOf(words: Uint32Array, at: number): number {
    const next = nextLevel.of(words, at);
    return next === 0 || next === ownSize ? this.#page : this.#table;
  }

  /** The lowest zero bit of the page number says the size: more than the level's own, less than the next one's. */
  #ownSize(walk: Walk, page: number, level: number): number {
    let pages = 2;
    for (let weight = 1; Math.floor(page / weight) % 2 === 1; weight *= 2) pages *= 2;
    const own = pagesPerEntry(level);
    if (pages <= own || pages >= own * 512) return -0x23;
    const base = page - (page % pages);
    walk.napotBits = Math.log2(pages / own);
    walk.next = base + Math.floor((walk.input % pages) / own) * own;
    return leadsToPage;
  }
}
