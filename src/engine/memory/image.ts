import type { Memory } from './memory';

/** Memory as columns, for the way to the page: `words` holds 1,024 32-bit words for each of `pages`. */
export interface ImageColumns {
  readonly pages: Float64Array;
  readonly owners: Uint8Array;
  readonly words: Uint32Array;
}

const wordsPerPage = 1024;

/** A copy of what memory holds. */
export function imageOf(memory: Memory): ImageColumns {
  const pages = memory.pages();
  const words = new Uint32Array(pages.length * wordsPerPage);
  pages.forEach((page, index) => {
    const at = memory.locate(page);
    words.set(memory.words.subarray(at, at + wordsPerPage), index * wordsPerPage);
  });
  return {
    pages: Float64Array.from(pages),
    owners: Uint8Array.from(pages, (page) => memory.owner(page)),
    words,
  };
}

/** Looks words up in an image. */
export class Image {
  readonly columns: ImageColumns;
  readonly #index = new Map<number, number>();

  constructor(columns: ImageColumns) {
    this.columns = columns;
    columns.pages.forEach((page, index) => {
      this.#index.set(page, index * wordsPerPage);
    });
  }

  low(page: number, offset: number): number {
    const at = this.#index.get(page);
    return at === undefined ? 0 : (this.columns.words[at + (offset >>> 2)] as number);
  }

  high(page: number, offset: number): number {
    return this.low(page, offset + 4);
  }

  /** A code of `owners`. */
  owner(page: number): number {
    const at = this.#index.get(page);
    return at === undefined ? 0 : (this.columns.owners[at / wordsPerPage] as number);
  }

  has(page: number): boolean {
    return this.#index.has(page);
  }
}
