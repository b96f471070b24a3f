import type { Teller } from '../../model';
import { ledger, listeners } from './words';

export type News = (typeof listeners)[number]['id'];

/** Who has registered, and how often each was told. */
export class Notifiers {
  readonly #told = new Map<number, number>();
  readonly #tell: Teller;

  constructor(tell: Teller) {
    this.#tell = tell;
  }

  has(news: News): boolean {
    return this.#told.has(indexOf(news));
  }

  add(news: News): void {
    this.#set(indexOf(news), 0);
  }

  /** Counts a notice to each of them that is there. */
  notify(...wanted: readonly News[]): void {
    for (const index of wanted.map(indexOf)) {
      const told = this.#told.get(index);
      if (told !== undefined) this.#set(index, told + 1);
    }
  }

  #set(index: number, told: number): void {
    this.#told.set(index, told);
    this.#tell.set(ledger.listeners, index, index, index, told);
  }
}

function indexOf(news: News): number {
  return listeners.findIndex(({ id }) => id === news);
}
