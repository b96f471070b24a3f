import type { Teller } from '../model';
import type { Config, GuestFrame } from './config';
import { ledger, maskOf, nobody, verb } from './description';

interface HostPage {
  owner: number;
  /** The guest frame that it is, `nobody` when its guest has given it back. */
  gfn: number;
  references: number;
  /** References by the domain that holds them. */
  readonly holders: Map<number, number>;
}

/**
 * The host's memory as far as guests have it: which machine frame each guest frame is, and who holds references. A page
 * is free when no guest has it and no mapping holds it; a free page goes at once to the domain that waits longest.
 */
export class HostPages {
  readonly #pages = new Map<number, HostPage>();
  /** For each domain its guest frames: the P2M. */
  readonly #frames: readonly Map<number, number>[];
  readonly #tell: Teller;
  #waiting: readonly Omit<GuestFrame, 'mfn'>[];

  constructor({ domains, memory, waiting }: Config, tell: Teller) {
    this.#tell = tell;
    this.#frames = domains.map(() => new Map<number, number>());
    this.#waiting = waiting;
    for (const { domain, gfn, mfn } of memory) {
      this.#pages.set(mfn, { owner: domain, gfn, references: 0, holders: new Map() });
      this.#frames[domain]?.set(gfn, mfn);
      this.#show(mfn);
    }
  }

  /** The machine frame of a guest frame; undefined where the guest has no memory. */
  find(domain: number, gfn: number): number | undefined {
    return this.#frames[domain]?.get(gfn);
  }

  /** The guest frames of a domain. */
  framesOf(domain: number): readonly number[] {
    return [...(this.#frames[domain]?.keys() ?? [])];
  }

  /** How many pages a domain still owns, those that it gave back and that are held among them. */
  ownedBy(domain: number): number {
    return [...this.#pages.values()].filter(({ owner }) => owner === domain).length;
  }

  /** Takes a reference to a page for a mapping of `holder`. */
  take(mfn: number, holder: number): void {
    this.#count(mfn, holder, 1);
    this.#show(mfn);
  }

  /** Drops a reference; the last one to a page that its guest gave back frees it. */
  drop(mfn: number, holder: number): void {
    const page = this.#count(mfn, holder, -1);
    this.#show(mfn);
    if (page.references === 0 && page.gfn === nobody) this.#free(mfn, page);
  }

  /** The guest no longer has the frame. The page is freed, or stays for who holds it. */
  giveBack(domain: number, gfn: number): void {
    const mfn = this.find(domain, gfn);
    if (mfn === undefined) return;
    this.#frames[domain]?.delete(gfn);
    const page = this.#page(mfn);
    page.gfn = nobody;
    if (page.references === 0) {
      this.#free(mfn, page);
      return;
    }
    this.#tell.act(verb.keep, 0, mfn, page.references);
    this.#show(mfn);
  }

  /** The domain no longer waits for memory. */
  stopWaiting(gone: number): void {
    this.#waiting = this.#waiting.filter(({ domain }) => domain !== gone);
  }

  #free(mfn: number, page: HostPage): void {
    this.#tell.act(verb.free, 0, mfn);
    page.owner = nobody;
    const [next, ...others] = this.#waiting;
    if (next !== undefined) {
      this.#waiting = others;
      this.#tell.act(verb.give, 0, mfn, next.domain, next.gfn);
      page.owner = next.domain;
      page.gfn = next.gfn;
      this.#frames[next.domain]?.set(next.gfn, mfn);
    }
    this.#show(mfn);
  }

  #count(mfn: number, holder: number, change: number): HostPage {
    const page = this.#page(mfn);
    page.references += change;
    page.holders.set(holder, (page.holders.get(holder) ?? 0) + change);
    return page;
  }

  #page(mfn: number): HostPage {
    const page = this.#pages.get(mfn);
    if (page === undefined) throw new Error(`no guest has machine frame ${mfn}`);
    return page;
  }

  #show(mfn: number): void {
    const { owner, gfn, references, holders } = this.#page(mfn);
    const holding = [...holders].filter(([, count]) => count > 0).map(([holder]) => holder);
    this.#tell.set(ledger.pages, mfn, owner, gfn, references, maskOf(holding));
  }
}
