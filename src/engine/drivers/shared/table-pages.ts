interface Leaving {
  readonly table: number;
  readonly from: number;
  readonly count: number;
}

/** The table pages that a space has given up: walk caches may know them until a flush, and then they are made new tables. */
export class TablePages {
  #leaving: readonly Leaving[] = [];
  readonly #free: number[] = [];

  /** A table that translated `count` pages from `from`; nothing leads to it any more. */
  leave(table: number, from: number, count: number): void {
    this.#leaving = [...this.#leaving, { table, from, count }];
  }

  /** Whether tables for pages of this range wait for a flush that reaches more than last-level entries. */
  isLeft(from: number, count: number): boolean {
    return this.#leaving.some((one) => one.from < from + count && from < one.from + one.count);
  }

  /** The range was flushed: what lay in it whole is free. */
  release(from: number, count: number): void {
    const isFlushed = (one: Leaving) => from <= one.from && one.from + one.count <= from + count;
    this.#free.push(...this.#leaving.filter(isFlushed).map(({ table }) => table));
    this.#leaving = this.#leaving.filter((one) => !isFlushed(one));
  }

  releaseAll(): void {
    this.release(0, Number.POSITIVE_INFINITY);
  }

  /** A page to be used again, undefined when none is free. The one that was freed first comes first. */
  take(): number | undefined {
    return this.#free.shift();
  }
}
