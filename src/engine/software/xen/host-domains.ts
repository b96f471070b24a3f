import type { Teller } from '../model';
import type { BusMappings } from './bus-mappings';
import { holdsReference } from './bus-mappings';
import type { Config } from './config';
import { domainStates, ledger, maskOf, verb } from './description';
import type { HostPages } from './host-pages';

type DomainState = (typeof domainStates)[number];

/** Which domains run. A destroyed one is forgotten when it owns no page any more. */
export class HostDomains {
  readonly #config: Config;
  readonly #pages: HostPages;
  readonly #mappings: BusMappings;
  readonly #tell: Teller;
  readonly #states: DomainState[];
  readonly #told: string[] = [];

  constructor(config: Config, pages: HostPages, mappings: BusMappings, tell: Teller) {
    this.#config = config;
    this.#pages = pages;
    this.#mappings = mappings;
    this.#tell = tell;
    this.#states = config.domains.map(() => 'running');
    this.settle();
  }

  runs(domain: number): boolean {
    return this.#states[domain] === 'running';
  }

  destroy(domain: number): void {
    this.#states[domain] = 'dying, its pages are held';
  }

  /** Tells what has become of the domains, and forgets those that are destroyed and own nothing. */
  settle(): void {
    this.#config.domains.forEach((_, domain) => {
      const pages = this.#pages.ownedBy(domain);
      if (this.#states[domain] === 'dying, its pages are held' && pages === 0) {
        this.#tell.act(verb.forget, 0, domain);
        this.#states[domain] = 'gone';
      }
      this.#show(domain, pages);
    });
  }

  #show(domain: number, pages: number): void {
    const mappings = this.#mappings.where((mapping) => mapping.mapper === domain && holdsReference(mapping));
    const state = domainStates.indexOf(this.#states[domain] ?? 'gone');
    const { control, mayMap } = this.#config;
    const rights = [control.has(domain) ? 1 : 0, maskOf(mayMap[domain] ?? [])];
    const row = [state, ...rights, pages, mappings.length];
    if (this.#told[domain] === row.join()) return;
    this.#told[domain] = row.join();
    this.#tell.set(ledger.domains, domain, ...row);
  }
}
