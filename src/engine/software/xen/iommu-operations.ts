import type { Problem } from '../../scenario/problem';
import { errorNumber } from '../errors';
import type { Teller } from '../model';
import { type BusMapping, type BusMappings, holdsReference, waitsForFlush } from './bus-mappings';
import { type Config, dropTimes } from './config';
import { verb } from './description';
import type { DmaTables } from './dma-tables';
import type { HostDomains } from './host-domains';
import type { HostPages } from './host-pages';
import type { Operation } from './operation';

/** What the operations work on. */
export interface Host {
  readonly config: Config;
  readonly pages: HostPages;
  readonly mappings: BusMappings;
  readonly domains: HostDomains;
  readonly tables: DmaTables;
  readonly tell: Teller;
}

/**
 * The operations of the iommu_op hypercall of February 2018: map and unmap never flush, and frames are guest frames of
 * 4 KiB. The thread fixes -EACCES alone; -EPERM and -ENOENT are those of the drafts of 2015 and 2016, the other numbers
 * are this model's own.
 */
export class IommuOperations {
  /** Whether the reference of an unmapped page is kept until no IOTLB can know the page. */
  holdsUntilFlush: boolean;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
    this.holdsUntilFlush = dropTimes[host.config.dropAt] === 'flush';
  }

  /** 0, or -EACCES for a domain without the control_iommu privilege. */
  privilegeOf(by: number): number {
    return this.#host.config.control.has(by) ? 0 : -errorNumber('EACCES');
  }

  /** Performs one operation for a domain; a refusal is told as an act. */
  perform(by: number, operation: Operation): Problem | undefined {
    switch (operation.op) {
      case 'map':
        return this.#map(by, operation);
      case 'unmap':
        return this.unmap(by, operation.bfn);
      case 'flush':
        return this.flush(by, operation.bfn, operation.frames);
    }
  }

  /** Clears the entry; the IOTLB is not flushed. */
  unmap(by: number, bfn: number): Problem | undefined {
    const { mappings, pages, tables, tell } = this.#host;
    const found = mappings.find(by, bfn);
    const result = this.privilegeOf(by) || (found === undefined ? -errorNumber('ENOENT') : 0);
    tell.act(verb.unmap, result, by, bfn);
    if (found === undefined || result !== 0) return undefined;
    const problem = tables.clear(by, bfn);
    if (problem !== undefined) return problem;
    mappings.change(found, this.holdsUntilFlush ? 'unmapped, held until the flush' : 'unmapped, not flushed');
    if (!this.holdsUntilFlush) pages.drop(found.mfn, by);
    return undefined;
  }

  /** Flushes the caller's whole space, or `frames` bus frames of it. */
  flush(by: number, bfn?: number, frames = 1): Problem | undefined {
    const { tables, tell } = this.#host;
    const result = this.privilegeOf(by);
    if (bfn === undefined) tell.act(verb.flush, result, by);
    else tell.act(verb.flushFrames, result, by, bfn, frames);
    if (result !== 0) return undefined;
    const problem = bfn === undefined ? tables.flush(by) : tables.flushFrames(by, bfn, frames);
    if (problem !== undefined) return problem;
    this.flushed(by, (mapping) => bfn === undefined || (mapping.bfn >= bfn && mapping.bfn < bfn + frames));
    return undefined;
  }

  /** No IOTLB knows these unmapped frames any more: their mappings end, and what they held is dropped. */
  flushed(by: number, isMeant: (mapping: BusMapping) => boolean = () => true): void {
    const { mappings } = this.#host;
    const ended = mappings.where(
      (mapping) => mapping.mapper === by && waitsForFlush(mapping) && isMeant(mapping),
    );
    for (const mapping of ended) this.end(mapping);
  }

  /** Takes a mapping out of the ledger and drops its reference. */
  end(mapping: BusMapping): void {
    this.#host.mappings.remove(mapping);
    if (holdsReference(mapping)) this.#host.pages.drop(mapping.mfn, mapping.mapper);
  }

  #map(by: number, { bfn, target, gfn, isReadOnly }: Extract<Operation, { op: 'map' }>): Problem | undefined {
    const { mappings, pages, tables, tell } = this.#host;
    const owner = target === 'self' ? by : target;
    const mfn = pages.find(owner, gfn);
    const result = this.#mapResult(by, owner, bfn, mfn);
    tell.act(verb.map, result, by, bfn, target === 'self' ? 1 : 0, owner, gfn, isReadOnly ? 1 : 0);
    if (mfn === undefined || result !== 0) return undefined;
    const problem = tables.write(by, bfn, mfn, isReadOnly);
    if (problem !== undefined) return problem;
    pages.take(mfn, by);
    mappings.add({ mapper: by, bfn, target: owner, gfn, mfn, isReadOnly });
    return undefined;
  }

  /** The checks of a map in their order. */
  #mapResult(by: number, owner: number, bfn: number, mfn: number | undefined): number {
    const { config, domains, mappings } = this.#host;
    if (this.privilegeOf(by) !== 0) return this.privilegeOf(by);
    if (!domains.runs(owner)) return -errorNumber('ESRCH');
    if (owner !== by && config.mayMap[by]?.has(owner) !== true) return -errorNumber('EPERM');
    if (mfn === undefined) return -errorNumber('EINVAL');
    return mappings.find(by, bfn) === undefined ? 0 : -errorNumber('EEXIST');
  }
}
