import type { IovaRange } from './allocator';

/** What is handed out, by its first page: a bitmap does not know where one range ends and the next begins. */
export class LiveRanges {
  readonly #pages = new Map<number, number>();

  add(first: number, pages: number): void {
    this.#pages.set(first, pages);
  }

  /** Whether a range began there; it is handed out no longer. */
  remove(first: number): boolean {
    return this.#pages.delete(first);
  }

  list(): IovaRange[] {
    return [...this.#pages]
      .map(([first, pages]): IovaRange => ({ first, pages, state: 'live' }))
      .sort((one, other) => one.first - other.first);
  }
}
