import { hexAddress } from '../../bits/hex';
import type { Owner } from '../../memory/memory';
import type { Problem } from '../../scenario/problem';
import { pagesPerEntry } from '../../walk/table-shape';
import { cut } from './cut';
import type { PageWriter } from './page-writer';
import type { PagingDialect } from './paging-dialect';
import { TablePages } from './table-pages';

/** What one space may hold: a scenario is looked at, and a link to one must not keep the page busy. */
const mostEntries = 2 ** 18;
/** Pages of a 64-bit address space. */
const allPages = 2 ** 52;
const tooMany = `A space takes at most ${mostEntries.toLocaleString('en')} mapped pages of any size. Map less, or use lengths and addresses that fit large pages.`;
const levelBits = 9;
const emptyTable = new Array<number>(2 ** (levelBits + 1)).fill(0);

/** What a space is made with. */
export interface SpaceShape {
  readonly id: string;
  readonly stage: 1 | 2;
  readonly levels: number;
  readonly owner: Owner;
  /** The top table: a guest page when the space lies in a guest. The others follow at `spread` pages. */
  readonly firstTable: number;
  readonly spread: number;
}

/** A leaf entry: where it lies, its level, and the page that it gives for the page asked for. */
export interface Leaf {
  readonly hostPage: number;
  readonly offset: number;
  readonly level: number;
  readonly next: number;
  /** Power of two of the small pages that it maps. */
  readonly bits: number;
}

/** A paging structure that software keeps: the tables, and where the next one goes. */
export class TableSpace {
  readonly id: string;
  readonly stage: 1 | 2;
  readonly levels: number;
  readonly owner: Owner;
  readonly root: number;
  readonly over: TableSpace | undefined;
  /** What unmapping has left of the tables. */
  readonly spare = new TablePages();
  readonly #dialect: PagingDialect;
  readonly #writer: PageWriter;
  readonly #spread: number;
  /** Host pages of guest tables, as they were seen last. */
  readonly #hosts = new Map<number, number>();
  #nextTable: number;
  #entries = 0;

  constructor(shape: SpaceShape, dialect: PagingDialect, writer: PageWriter, over: TableSpace | undefined) {
    this.id = shape.id;
    this.stage = shape.stage;
    this.levels = shape.levels;
    this.owner = shape.owner;
    this.over = over;
    this.#dialect = dialect;
    this.#writer = writer;
    this.#spread = shape.spread;
    this.#nextTable = shape.firstTable;
    this.root = this.newTable(2 ** dialect.topBits);
  }

  /** Whether the tables reach `count` pages from `from`; signed addresses also have an upper half. */
  holds(from: number, count: number): boolean {
    const pages = pagesPerEntry(this.levels) * 2 ** this.#dialect.topBits;
    if (!this.#dialect.isSigned) return from + count <= pages;
    return from + count <= pages / 2 || (from >= allPages - pages / 2 && from + count <= allPages);
  }

  /** Maps `count` pages from `from` to `to` with the largest pages that fit. */
  map(from: number, to: number, count: number, permissions: string): Problem | undefined {
    for (const piece of cut(from, to, count, this.#dialect.sizes)) {
      const pages = 2 ** piece.bits;
      for (let n = 0; n < piece.count; n++) {
        this.#entries += 1;
        if (this.#entries > mostEntries) return { path: '', message: tooMany };
        const problem = this.#mapOne(piece.from + n * pages, piece.to + n * pages, piece.bits, permissions);
        if (problem !== undefined) return problem;
      }
    }
    return undefined;
  }

  /**
   * Clears the entries of `count` pages from `from`: of a table when all of its pages are in the range, as kernels do, or
   * of a leaf; a large page goes as a whole. Where one is not mapped, nothing is done.
   */
  unmap(from: number, count: number): Problem | undefined {
    const end = from + count;
    for (let page = from; page < end; ) {
      const leaf = this.find(page);
      if (leaf === undefined)
        return { path: '.from', message: `${hexAddress(page)} is not mapped in ${this.id}.` };
      page = endOf(page, leaf.bits);
    }
    for (let page = from; page < end; ) page = this.#clear(page, end);
    return undefined;
  }

  /** The leaf entry of a page, or undefined when there is none. */
  find(page: number): Leaf | undefined {
    let table = this.root;
    for (let level = this.levels - 1; level >= 0; level--) {
      const { hostPage, offset } = this.#place(table, page, level);
      const meaning = this.#dialect.read(this.#writer.read(hostPage, offset, 2), level);
      if (meaning.kind === 'none') return undefined;
      if (meaning.kind === 'page') {
        const { bits } = meaning;
        return { hostPage, offset, level, bits, next: meaning.page + (page % 2 ** bits) };
      }
      table = meaning.next;
    }
    return undefined;
  }

  /** The table page of that level on the way to `page`. */
  tableOn(page: number, wanted: number): number | undefined {
    let table = this.root;
    for (let level = this.levels - 1; level > wanted; level--) {
      const { hostPage, offset } = this.#place(table, page, level);
      const meaning = this.#dialect.read(this.#writer.read(hostPage, offset, 2), level);
      if (meaning.kind !== 'table') return undefined;
      table = meaning.next;
    }
    return table;
  }

  /** Changes the permissions of the leaf entry of a page. */
  permit(page: number, permissions: string): Problem | undefined {
    const leaf = this.find(page);
    if (leaf === undefined)
      return { path: '.from', message: `${hexAddress(page)} is not mapped in ${this.id}.` };
    const words = this.#dialect.permit(
      this.#writer.read(leaf.hostPage, leaf.offset, 2),
      leaf.level,
      permissions,
    );
    for (const offset of this.#copies(leaf)) this.#writer.write(this.owner, leaf.hostPage, offset, words);
    return undefined;
  }

  /**
   * The host page of a table page. Where the second stage has let it go, the guest's processor still has its memory: it is
   * the page that was there last.
   */
  hostOf(table: number): number {
    if (this.over === undefined) return table;
    const found = this.over.find(table)?.next;
    if (found !== undefined) this.#hosts.set(table, found);
    return found ?? this.#hosts.get(table) ?? table;
  }

  /** The first of `count` adjacent table pages that nobody uses yet, reachable through the stage below. */
  newTable(count = 1): number {
    const used = count === 1 ? this.spare.take() : undefined;
    if (used !== undefined) {
      this.#fill(this.hostOf(used), 0, emptyTable);
      return used;
    }
    const table = this.#nextTable;
    this.#nextTable += Math.max(this.#spread, count);
    for (let page = table; page < table + count; page++) {
      if (this.over !== undefined && this.over.find(page) === undefined)
        this.over.map(page, this.#writer.allocate(), 1, 'rw');
      this.#writer.own(this.hostOf(page), this.owner);
    }
    return table;
  }

  /** Clears the highest entry of `page` that lies before `end` whole. The first page after it. */
  #clear(page: number, end: number): number {
    let table = this.root;
    for (let level = this.levels - 1; level > 0; level--) {
      const { hostPage, offset } = this.#place(table, page, level);
      const meaning = this.#dialect.read(this.#writer.read(hostPage, offset, 2), level);
      if (meaning.kind !== 'table') break;
      const pages = pagesPerEntry(level);
      if (page % pages === 0 && page + pages <= end) {
        this.#writer.write(this.owner, hostPage, offset, [0, 0]);
        this.#leave(meaning.next, level - 1, page);
        return page + pages;
      }
      table = meaning.next;
    }
    const leaf = this.find(page) as Leaf;
    for (const offset of this.#copies(leaf)) this.#writer.write(this.owner, leaf.hostPage, offset, [0, 0]);
    return endOf(page, leaf.bits);
  }

  /** A table that translates from `from` on is given up, with those below it. */
  #leave(table: number, level: number, from: number): void {
    const pages = pagesPerEntry(level);
    this.spare.leave(table, from, pagesPerEntry(level + 1));
    if (level === 0) return;
    for (let index = 0; index < 2 ** levelBits; index++) {
      const words = this.#writer.read(this.hostOf(table), index * 8, 2);
      const meaning = this.#dialect.read(words, level);
      if (meaning.kind === 'table') this.#leave(meaning.next, level - 1, from + index * pages);
    }
  }

  #mapOne(from: number, to: number, bits: number, permissions: string): Problem | undefined {
    const leafLevel = Math.floor(bits / levelBits);
    let table = this.root;
    for (let level = this.levels - 1; level > leafLevel; level--) {
      const { hostPage, offset } = this.#place(table, from, level);
      const meaning = this.#dialect.read(this.#writer.read(hostPage, offset, 2), level);
      if (meaning.kind === 'page')
        return { path: '', message: `${hexAddress(from)} lies in a large page that is already mapped.` };
      table = meaning.kind === 'table' ? meaning.next : this.newTable();
      if (meaning.kind === 'none') this.#fill(hostPage, offset, this.#dialect.table(table, level));
    }
    const { hostPage, offset } = this.#place(table, from, leafLevel);
    const words = this.#dialect.page(to, leafLevel, bits, permissions);
    for (let copy = 0; copy < 2 ** (bits % levelBits); copy++) this.#fill(hostPage, offset + copy * 8, words);
    return undefined;
  }

  /** Writes an entry. A large page of the space below may have moved the table since it was made. */
  #fill(hostPage: number, offset: number, words: readonly number[]): void {
    this.#writer.own(hostPage, this.owner);
    this.#writer.write(this.owner, hostPage, offset, words);
  }

  /** Where the entry of `page` lies in a table of that level. */
  #place(table: number, page: number, level: number): { hostPage: number; offset: number } {
    const bits = level === this.levels - 1 ? levelBits + this.#dialect.topBits : levelBits;
    const index = Math.floor(page / pagesPerEntry(level)) % 2 ** bits;
    return { hostPage: this.hostOf(table + (index >>> levelBits)), offset: (index & 511) * 8 };
  }

  /** Offsets of all entries that say the same: a size between two levels fills several. */
  #copies({ offset, bits }: Leaf): readonly number[] {
    const count = 2 ** (bits % levelBits);
    const first = offset - (offset % (count * 8));
    return Array.from({ length: count }, (_, n) => first + n * 8);
  }
}

/** The first page after the one of 2^`bits` small pages that `page` lies in. */
function endOf(page: number, bits: number): number {
  return page + 2 ** bits - (page % 2 ** bits);
}
