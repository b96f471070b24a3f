import type { Lead } from './host-tables';
import { MappingList } from './mapping-list';

/** An address space that the driver made by attaching an endpoint to its number. */
export interface Domain {
  readonly id: number;
  /** The index of the host's space; undefined for a domain that translates nothing. */
  readonly space: number | undefined;
  readonly mappings: MappingList;
}

/** Which domains there are, and which endpoint is in which: in one at most. */
export class Domains {
  readonly #domains = new Map<number, Domain>();
  /** By endpoint. */
  readonly #attached = new Map<number, Domain>();
  readonly #spaces: number;

  /** `spaces` is how many domains may translate at once. */
  constructor(spaces: number) {
    this.#spaces = spaces;
  }

  find(id: number): Domain | undefined {
    return this.#domains.get(id);
  }

  ofEndpoint(endpoint: number): Domain | undefined {
    return this.#attached.get(endpoint);
  }

  endpointsOf(domain: Domain): readonly number[] {
    return [...this.#attached].filter(([, other]) => other === domain).map(([endpoint]) => endpoint);
  }

  /** The first space that no domain has. */
  get freeSpace(): number | undefined {
    const taken = new Set([...this.#domains.values()].map(({ space }) => space));
    for (let space = 0; space < this.#spaces; space++) if (!taken.has(space)) return space;
    return undefined;
  }

  begin(id: number, space: number | undefined): Domain {
    const domain = { id, space, mappings: new MappingList() };
    this.#domains.set(id, domain);
    return domain;
  }

  attach(endpoint: number, domain: Domain): void {
    this.#attached.set(endpoint, domain);
  }

  /** Takes an endpoint out of its domain; without endpoints the domain is no more. */
  detach(endpoint: number): void {
    const domain = this.#attached.get(endpoint);
    this.#attached.delete(endpoint);
    if (domain !== undefined && this.endpointsOf(domain).length === 0) this.#domains.delete(domain.id);
  }

  /** What an endpoint translates through. */
  leadOf(endpoint: number, isBypassed: boolean): Lead {
    const domain = this.#attached.get(endpoint);
    if (domain === undefined) return isBypassed ? 'ram' : 'nothing';
    return domain.space ?? 'ram';
  }
}
