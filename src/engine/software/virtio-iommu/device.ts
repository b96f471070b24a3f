import { type Domain, Domains } from './domains';
import { hostRuns } from './host-memory';
import type { HostTables } from './host-tables';
import { type Found, lookUp } from './look-up';
import { type Address, type ByteRange, isAfter } from './mapping-list';
import type { Setting } from './setting';
import { status } from './status';
import type { VirtioTeller } from './verbs';

/** What an ATTACH says. */
export interface AttachOrder {
  readonly domain: number;
  readonly endpoint: number;
  readonly isBypass: boolean;
}

/** What a MAP says. */
export interface MapOrder extends ByteRange {
  readonly domain: number;
  readonly to: Address;
  readonly canRead: boolean;
  readonly canWrite: boolean;
}

/** The device: domains, their mappings, their endpoints. Every request is answered with a status. */
export class Device {
  readonly #setting: Setting;
  readonly #host: HostTables;
  readonly #tell: VirtioTeller;
  readonly #domains: Domains;
  #isBypassed: boolean;
  #serial = 0;

  constructor(setting: Setting, host: HostTables, tell: VirtioTeller) {
    this.#setting = setting;
    this.#host = host;
    this.#tell = tell;
    this.#domains = new Domains(setting.spaces.length);
    this.#isBypassed = setting.isBypassed;
    for (const endpoint of setting.endpoints.keys()) this.#lead(endpoint);
  }

  /** The driver writes `bypass` of the configuration space: endpoints without a domain follow. */
  setBypass(isBypassed: boolean): void {
    this.#isBypassed = isBypassed;
    for (const endpoint of this.#setting.endpoints.keys()) this.#lead(endpoint);
  }

  lookUp(endpoint: number, page: number, isWrite: boolean): Found {
    return lookUp(this.#setting, this.#domains, this.#isBypassed, { endpoint, page, isWrite });
  }

  /** The index of an endpoint; undefined for a number that nobody has. */
  endpointOf(id: number): number | undefined {
    const index = this.#setting.endpoints.findIndex((endpoint) => endpoint.id === id);
    return index < 0 ? undefined : index;
  }

  /** An endpoint that is in another domain leaves it first. NOMEM when the host has no tables left. */
  attach({ domain: id, endpoint: number, isBypass }: AttachOrder): number {
    const endpoint = this.endpointOf(number);
    if (endpoint === undefined) return status.noEntry;
    const found = this.#domains.find(id);
    const before = this.#domains.ofEndpoint(endpoint);
    if (found !== undefined && (found.space === undefined) !== isBypass) return status.invalid;
    if (found !== undefined && found === before) return status.ok;
    const gives =
      before !== undefined && this.#domains.endpointsOf(before).length === 1 ? before.space : undefined;
    const free = this.#domains.freeSpace ?? gives;
    if (found === undefined && !isBypass && free === undefined) return status.noMemory;
    if (before !== undefined) this.#leave(endpoint, before);
    const domain = found ?? this.#begin(id, isBypass ? undefined : free);
    this.#domains.attach(endpoint, domain);
    this.#lead(endpoint);
    this.#tellDomain(domain);
    return status.ok;
  }

  detach({ domain: id, endpoint: number }: Omit<AttachOrder, 'isBypass'>): number {
    const endpoint = this.endpointOf(number);
    if (endpoint === undefined) return status.noEntry;
    const domain = this.#domains.ofEndpoint(endpoint);
    if (domain?.id !== id) return status.invalid;
    this.#leave(endpoint, domain);
    this.#lead(endpoint);
    return status.ok;
  }

  map(request: MapOrder): number {
    const { start, end, to, canRead, canWrite } = request;
    const domain = this.#domains.find(request.domain);
    if (domain === undefined) return status.noEntry;
    if (domain.space === undefined) return status.invalid;
    const { granule, lastPage, regions, memory } = this.#setting;
    const last = end.page;
    const isAligned = [start, to].every(({ page, offset }) => offset === 0 && page % granule === 0);
    if (!isAligned || end.offset !== 0xfff || (last + 1) % granule !== 0) return status.range;
    if (isAfter(start, end) || last > lastPage) return status.range;
    if (domain.mappings.overlaps(start.page, last)) return status.invalid;
    if (regions.some((region) => region.first <= last && start.page <= region.last)) return status.invalid;
    if (hostRuns(memory, to.page, last - start.page + 1) === undefined) return status.badAddress;
    const mapping = { serial: this.#serial, first: start.page, last, to: to.page, canRead, canWrite };
    this.#serial += 1;
    domain.mappings.add(mapping);
    this.#host.map(domain.space, mapping);
    this.#tell.setMapping(domain.id, mapping);
    this.#tellDomain(domain);
    return status.ok;
  }

  /** Answers when the host's IOMMU has forgotten what was mapped: the answer is the flush. */
  unmap(id: number, range: ByteRange): number {
    const domain = this.#domains.find(id);
    if (domain === undefined) return status.noEntry;
    if (domain.space === undefined) return status.invalid;
    if (isAfter(range.start, range.end)) return status.range;
    const removed = domain.mappings.remove(range);
    if (removed === status.range) return status.range;
    for (const mapping of removed) {
      this.#host.clear(domain.space, mapping);
      this.#tell.drop('mappings', mapping.serial);
    }
    const [first] = removed;
    const last = removed.at(-1);
    if (first !== undefined && last !== undefined) this.#host.flush(domain.space, first.first, last.last);
    this.#tellDomain(domain);
    return status.ok;
  }

  #begin(id: number, space: number | undefined): Domain {
    this.#tell.act('begin', 0, id);
    return this.#domains.begin(id, space);
  }

  /** Hardware lets go of the endpoint before the domain's entries go. */
  #leave(endpoint: number, domain: Domain): void {
    this.#domains.detach(endpoint);
    this.#host.lead(endpoint, 'nothing');
    if (this.#domains.find(domain.id) === domain) {
      this.#tellDomain(domain);
      return;
    }
    this.#tell.act('end', 0, domain.id);
    for (const mapping of domain.mappings.all) {
      if (domain.space !== undefined) this.#host.clear(domain.space, mapping);
      this.#tell.drop('mappings', mapping.serial);
    }
    this.#tell.drop('domains', domain.id);
  }

  #lead(endpoint: number): void {
    const lead = this.#domains.leadOf(endpoint, this.#isBypassed);
    this.#host.lead(endpoint, lead);
    this.#tell.setEndpoint(endpoint, this.#domains.ofEndpoint(endpoint)?.id, lead);
  }

  #tellDomain(domain: Domain): void {
    const endpoints = this.#domains.endpointsOf(domain).reduce((mask, endpoint) => mask + 2 ** endpoint, 0);
    this.#tell.set('domains', domain.id, domain.space ?? -1, endpoints, domain.mappings.all.length);
  }
}
