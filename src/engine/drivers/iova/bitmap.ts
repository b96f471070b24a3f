const bitsPerWord = 32;

/** One bit for each page, set when the page is taken. Counts the words that it looks at. */
export class Bitmap {
  readonly pages: number;
  readonly #words: Uint32Array;
  /** Words looked at since `takeScanned`. */
  #scanned = 0;

  constructor(pages: number) {
    this.pages = pages;
    this.#words = new Uint32Array(Math.ceil(pages / bitsPerWord));
  }

  /** The first of `count` free pages from `from` on, all below `end`; -1 when there are none. */
  findFree(count: number, from: number, end: number): number {
    const limit = Math.min(end, this.pages);
    let first = this.#next(from, limit, false);
    while (first + count <= limit) {
      const taken = this.#next(first, first + count, true);
      if (taken === first + count) return first;
      first = this.#next(taken + 1, limit, false);
    }
    return -1;
  }

  set(first: number, count: number): void {
    this.#write(first, count, true);
  }

  clear(first: number, count: number): void {
    this.#write(first, count, false);
  }

  /** How many words were looked at or written since this was asked last. */
  takeScanned(): number {
    const scanned = this.#scanned;
    this.#scanned = 0;
    return scanned;
  }

  /** The next page that is taken, or free, from `from` on; `limit` when there is none below it. */
  #next(from: number, limit: number, isTaken: boolean): number {
    let page = from;
    while (page < limit) {
      const word = this.#words[Math.floor(page / bitsPerWord)] as number;
      const offset = page % bitsPerWord;
      const wanted = ((isTaken ? word : ~word) >>> offset) >>> 0;
      this.#scanned += 1;
      if (wanted !== 0) return Math.min(limit, page + lowestBit(wanted));
      page += bitsPerWord - offset;
    }
    return limit;
  }

  #write(first: number, count: number, isTaken: boolean): void {
    const end = first + count;
    for (let page = first; page < end; ) {
      const offset = page % bitsPerWord;
      const width = Math.min(bitsPerWord - offset, end - page);
      const mask = ((width === bitsPerWord ? 0xffff_ffff : (1 << width) - 1) << offset) >>> 0;
      const at = Math.floor(page / bitsPerWord);
      const word = this.#words[at] as number;
      this.#words[at] = isTaken ? word | mask : word & ~mask;
      this.#scanned += 1;
      page += width;
    }
  }
}

function lowestBit(word: number): number {
  return bitsPerWord - 1 - Math.clz32(word & -word);
}
