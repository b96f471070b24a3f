import { encode, readField, readPage } from '../../bits/access';
import { fieldOf } from '../../bits/layout';
import type { Problem } from '../../scenario/problem';
import { indirectTce, tce } from '../../tce/layouts/tce';
import type { PageWriter } from '../shared/page-writer';
import type { TablePlace } from '../shared/table-place';
import type { Room } from './room';
import { indexBitsFor, type WindowShape } from './windows';

const entriesPerPage = 512;
const permissions = ['R', 'W'].map((name) => fieldOf(tce, name));
const next = fieldOf(indirectTce, 'NEXT');

interface Place {
  readonly page: number;
  readonly offset: number;
}

/** Whether a TCE of either kind is in use. */
export function isUsed(words: readonly number[]): boolean {
  return permissions.some((field) => readField(field, words) === 1);
}

/** The TCE table of a window: one flat array to those who map, up to three levels in memory. */
export class TceTable {
  readonly owner: string;
  readonly window: WindowShape;
  readonly levels: number;
  readonly indexBits: number;
  /** Page of the first table. */
  readonly root: number;
  readonly #writer: PageWriter;
  readonly #room: Room;
  readonly #spread: number;
  #tables = 0;

  /** Tables follow each other at `spread` pages, or directly where they are longer. The first one is claimed by `open`. */
  constructor(
    owner: string,
    window: WindowShape,
    levels: number,
    writer: PageWriter,
    room: Room,
    { first, spread }: TablePlace,
  ) {
    this.owner = owner;
    this.window = window;
    this.levels = levels;
    this.indexBits = indexBitsFor(window, levels);
    this.root = first;
    this.#writer = writer;
    this.#room = room;
    this.#spread = Math.max(spread, this.#tablePages);
  }

  /** Takes the room of the first table. */
  open(): Problem | undefined {
    const table = this.#newTable();
    return typeof table === 'number' ? undefined : table;
  }

  /** How many TCEs the window has. */
  get size(): number {
    return 2 ** (this.window.sizeShift - this.window.pageShift);
  }

  /** 4 KiB pages that a TCE maps. */
  get pagesPerEntry(): number {
    return 2 ** (this.window.pageShift - 12);
  }

  /** The words of a TCE; those of an empty one where a table is missing. */
  get(index: number): readonly number[] {
    const place = this.#find(index);
    return place === undefined ? [0, 0] : this.#writer.read(place.page, place.offset, 2);
  }

  /** Writes a TCE; tables on the way are made. */
  put(index: number, words: readonly number[]): Problem | undefined {
    const place = this.#make(index);
    if ('message' in place) return place;
    this.#writer.write('host', place.page, place.offset, words);
    return undefined;
  }

  /** Where a TCE stands; undefined while a table on the way is missing. */
  #find(index: number): Place | undefined {
    let table = this.root;
    for (let level = this.levels - 1; level > 0; level--) {
      const { page, offset } = this.#placeIn(table, index, level);
      const words = this.#writer.read(page, offset, 2);
      if (!isUsed(words)) return undefined;
      table = readPage(next, words);
    }
    return this.#placeIn(table, index, 0);
  }

  #make(index: number): Place | Problem {
    let table = this.root;
    for (let level = this.levels - 1; level > 0; level--) {
      const { page, offset } = this.#placeIn(table, index, level);
      const words = this.#writer.read(page, offset, 2);
      if (isUsed(words)) {
        table = readPage(next, words);
        continue;
      }
      const made = this.#newTable();
      if (typeof made !== 'number') return made;
      this.#writer.write('host', page, offset, encode(indirectTce, { NEXT: made, R: 1, W: 1 }));
      table = made;
    }
    return this.#placeIn(table, index, 0);
  }

  #placeIn(table: number, index: number, level: number): Place {
    const which = Math.floor(index / 2 ** (this.indexBits * level)) % 2 ** this.indexBits;
    return { page: table + Math.floor(which / entriesPerPage), offset: (which % entriesPerPage) * 8 };
  }

  #newTable(): number | Problem {
    const page = this.root + this.#tables * this.#spread;
    const problem = this.#room.claim(this.owner, page, this.#tablePages);
    if (problem !== undefined) return problem;
    this.#tables += 1;
    return page;
  }

  get #tablePages(): number {
    return 2 ** this.indexBits / entriesPerPage;
  }
}
