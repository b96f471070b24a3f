import { encode, readField, writeField } from '../../bits/access';
import { hexAddress } from '../../bits/hex';
import { fieldOf, type Layout } from '../../bits/layout';
import type { Owner } from '../../memory/memory';
import type { Problem } from '../../scenario/problem';
import * as paging from '../../vtd/layouts/paging-entries';
import { indexAt, pagesPerEntry } from '../../walk/walk';
import type { PageWriter } from '../shared/page-writer';

const firstLeaves: readonly Layout[] = [paging.firstStage4K, paging.firstStage2M, paging.firstStage1G];
const secondLeaves: readonly Layout[] = [paging.secondStage4K, paging.secondStage2M, paging.secondStage1G];

/** What one space may hold: a scenario is looked at, and a link to one must not keep the page busy. */
const mostEntries = 2 ** 18;
/** Pages of a 64-bit address space. */
const allPages = 2 ** 52;
const tooMany = `A space takes at most ${mostEntries.toLocaleString('en')} mapped pages of any size. Map less, or use lengths and addresses that fit large pages.`;

/** A paging structure that software keeps: the tables, and where the next one goes. */
export class TableSpace {
  readonly id: string;
  readonly stage: 1 | 2;
  readonly levels: number;
  readonly owner: Owner;
  /** The top table: a guest page when the space lies in a guest. */
  readonly root: number;
  readonly #over: TableSpace | undefined;
  readonly #writer: PageWriter;
  readonly #spread: number;
  #nextTable: number;
  #entries = 0;

  constructor(
    id: string,
    stage: 1 | 2,
    levels: number,
    owner: Owner,
    writer: PageWriter,
    firstTable: number,
    spread: number,
    over: TableSpace | undefined,
  ) {
    this.id = id;
    this.stage = stage;
    this.levels = levels;
    this.owner = owner;
    this.#writer = writer;
    this.#spread = spread;
    this.#over = over;
    this.#nextTable = firstTable;
    this.root = this.#newTable();
  }

  /** Whether the tables reach `count` pages from `from`; a first stage also takes the upper, sign-extended half. */
  holds(from: number, count: number): boolean {
    const pages = pagesPerEntry(this.levels);
    if (from + count <= (this.stage === 1 ? pages / 2 : pages)) return true;
    return this.stage === 1 && from >= allPages - pages / 2 && from + count <= allPages;
  }

  /** Maps `count` pages from `from` to `to` with the largest pages that fit. */
  map(from: number, to: number, count: number, permissions: string, allows1G: boolean): Problem | undefined {
    for (let done = 0; done < count; ) {
      this.#entries += 1;
      if (this.#entries > mostEntries) return { path: '', message: tooMany };
      const level = largestLevel(from + done, to + done, count - done, allows1G ? 2 : 1);
      const problem = this.#mapOne(from + done, to + done, level, permissions);
      if (problem !== undefined) return problem;
      done += pagesPerEntry(level);
    }
    return undefined;
  }

  /** Clears the leaf entries of `count` pages from `from`; a large page goes as a whole. */
  unmap(from: number, count: number): Problem | undefined {
    for (let done = 0; done < count; ) {
      const leaf = this.find(from + done);
      if (leaf === undefined)
        return { path: '.from', message: `${hexAddress(from + done)} is not mapped in ${this.id}.` };
      this.#writer.write(this.owner, leaf.hostPage, leaf.offset, [0, 0]);
      done += pagesPerEntry(leaf.level);
    }
    return undefined;
  }

  /** The leaf entry of a page, or undefined when there is none. */
  find(page: number): { hostPage: number; offset: number; level: number; next: number } | undefined {
    let table = this.root;
    for (let level = this.levels - 1; level >= 0; level--) {
      const hostPage = this.hostOf(table);
      const offset = indexAt(page, level) * 8;
      const words = this.#writer.read(hostPage, offset, 2);
      if (!this.#isUsed(words)) return undefined;
      const next = readField(fieldOf(this.#leaf(0), 'ADDR'), words);
      if (level === 0 || (level < 3 && readField(fieldOf(this.#leaf(1), 'PS'), words) === 1)) {
        const within = page % pagesPerEntry(level);
        return { hostPage, offset, level, next: next - (next % pagesPerEntry(level)) + within };
      }
      table = next;
    }
    return undefined;
  }

  /** The host page of the table at that level on the way to `page`. */
  tableOn(page: number, wanted: number): number | undefined {
    let table = this.root;
    for (let level = this.levels - 1; level > wanted; level--) {
      const words = this.#writer.read(this.hostOf(table), indexAt(page, level) * 8, 2);
      if (!this.#isUsed(words)) return undefined;
      table = readField(fieldOf(this.#leaf(0), 'ADDR'), words);
    }
    return table;
  }

  /** Changes the permissions of the leaf entry of a page. */
  permit(page: number, permissions: string): Problem | undefined {
    const leaf = this.find(page);
    if (leaf === undefined)
      return { path: '.from', message: `${hexAddress(page)} is not mapped in ${this.id}.` };
    const words = [...this.#writer.read(leaf.hostPage, leaf.offset, 2)];
    for (const [name, bit] of Object.entries(this.#permissionBits(permissions))) {
      writeField(fieldOf(this.#leaf(leaf.level), name), words, 0, bit);
    }
    this.#writer.write(this.owner, leaf.hostPage, leaf.offset, words);
    return undefined;
  }

  /** The host page of a table page. */
  hostOf(table: number): number {
    return this.#over === undefined ? table : (this.#over.find(table)?.next ?? table);
  }

  #mapOne(from: number, to: number, leafLevel: number, permissions: string): Problem | undefined {
    let table = this.root;
    for (let level = this.levels - 1; level > leafLevel; level--) {
      const hostPage = this.hostOf(table);
      const offset = indexAt(from, level) * 8;
      const words = this.#writer.read(hostPage, offset, 2);
      if (this.#isUsed(words)) {
        if (level < 3 && readField(fieldOf(this.#leaf(1), 'PS'), words) === 1) {
          return { path: '', message: `${hexAddress(from)} lies in a large page that is already mapped.` };
        }
        table = readField(fieldOf(this.#leaf(0), 'ADDR'), words);
        continue;
      }
      table = this.#newTable();
      this.#writer.write(this.owner, hostPage, offset, encode(this.#table(level), this.#tableFields(table)));
    }
    const offset = indexAt(from, leafLevel) * 8;
    const fields: Record<string, number> = { ...this.#permissionBits(permissions) };
    const leaf = this.#leaf(leafLevel);
    const words = encode(leaf, leafLevel > 0 ? { ...fields, PS: 1 } : fields);
    writePage(words, to);
    this.#writer.write(this.owner, this.hostOf(table), offset, words);
    return undefined;
  }

  #newTable(): number {
    const table = this.#nextTable;
    this.#nextTable += this.#spread;
    if (this.#over !== undefined && this.#over.find(table) === undefined) {
      this.#over.map(table, this.#writer.allocate(), 1, 'rw', false);
    }
    this.#writer.own(this.hostOf(table), this.owner);
    return table;
  }

  #isUsed(words: readonly number[]): boolean {
    if (this.stage === 1) return readField(fieldOf(paging.firstStage4K, 'P'), words) === 1;
    return (
      readField(fieldOf(paging.secondStage4K, 'R'), words) +
        readField(fieldOf(paging.secondStage4K, 'W'), words) >
      0
    );
  }

  #leaf(level: number): Layout {
    return (this.stage === 1 ? firstLeaves : secondLeaves)[level] as Layout;
  }

  #table(level: number): Layout {
    if (this.stage === 1) return level > 2 ? paging.firstStageTop : paging.firstStageTable;
    return level > 2 ? paging.secondStageTop : paging.secondStageTable;
  }

  #tableFields(table: number): Record<string, number> {
    return this.stage === 1 ? { P: 1, 'R/W': 1, 'U/S': 1, ADDR: table } : { R: 1, W: 1, ADDR: table };
  }

  #permissionBits(permissions: string): Record<string, number> {
    const has = (letter: string): number => (permissions.includes(letter) ? 1 : 0);
    if (this.stage === 2) return { R: has('r'), W: has('w') };
    return { P: has('r'), 'R/W': has('w'), 'U/S': has('s') === 1 ? 0 : 1, XD: has('x') === 1 ? 0 : 1 };
  }
}

/** Puts a page number into a paging entry; the frame of a large page has fewer bits, the rest are zero. */
function writePage(words: number[], page: number): void {
  writeField(fieldOf(paging.secondStage4K, 'ADDR'), words, 0, page);
}

function largestLevel(from: number, to: number, count: number, most: number): number {
  for (let level = most; level > 0; level--) {
    const pages = pagesPerEntry(level);
    if (from % pages === 0 && to % pages === 0 && count >= pages) return level;
  }
  return 0;
}
