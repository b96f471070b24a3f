import type { Teller } from './model';

/** Says nothing while many acts of one kind follow each other, and at the end what has become of the ledgers. */
export class QuietTeller implements Teller {
  readonly #tell: Teller;
  readonly #rows = new Map<string, () => void>();
  #isQuiet = false;

  constructor(tell: Teller) {
    this.#tell = tell;
  }

  /** Runs `work` without telling its acts; rows are told once, as they are at the end. */
  during(work: () => void): void {
    this.#isQuiet = true;
    work();
    this.#isQuiet = false;
    for (const tell of this.#rows.values()) tell();
    this.#rows.clear();
  }

  act(verb: number, result: number, ...operands: readonly number[]): void {
    if (!this.#isQuiet) this.#tell.act(verb, result, ...operands);
  }

  set(ledger: number, key: number, ...values: readonly number[]): void {
    this.#keep(ledger, key, () => this.#tell.set(ledger, key, ...values));
  }

  drop(ledger: number, key: number): void {
    this.#keep(ledger, key, () => this.#tell.drop(ledger, key));
  }

  tick(now: number): void {
    this.#tell.tick(now);
  }

  #keep(ledger: number, key: number, tell: () => void): void {
    if (this.#isQuiet) this.#rows.set(`${ledger} ${key}`, tell);
    else tell();
  }
}
