import type { Problem } from '../../scenario/problem';
import { type BusMapping, holdsReference, isMapped, waitsForFlush } from './bus-mappings';
import { verb } from './description';
import type { Host, IommuOperations } from './iommu-operations';

/**
 * Destroys a domain: its devices are taken away, and it gives all its memory back. Nobody drops the references that it
 * holds itself, and others keep theirs to its pages.
 */
export function destroyDomain(host: Host, operations: IommuOperations, domain: number): Problem | undefined {
  const { domains, mappings, pages, tables, tell } = host;
  tell.act(verb.destroy, 0, domain);
  domains.destroy(domain);
  pages.stopWaiting(domain);
  const devices = tables.devicesOf(domain).length;
  if (devices > 0) {
    tell.act(verb.detach, 0, domain, devices);
    const problem = tables.detach(domain);
    if (problem !== undefined) return problem;
  }
  operations.flushed(domain);
  for (const mapping of mappings.where((each) => each.mapper === domain && isMapped(each)))
    mappings.change(mapping, 'left behind');
  for (const gfn of pages.framesOf(domain)) pages.giveBack(domain, gfn);
  return undefined;
}

/**
 * What the global M2B table of 2015 and 2016 makes possible: every machine frame of the host is looked up, and each bus
 * mapping by the destroyed domain or of its memory is ended.
 */
export function scanFor(host: Host, operations: IommuOperations, domain: number): Problem | undefined {
  const { config, domains, mappings, tables, tell } = host;
  const isFound = (mapping: BusMapping): boolean => mapping.mapper === domain || mapping.target === domain;
  const found = mappings.where((mapping) => isFound(mapping) && holdsReference(mapping));
  tell.act(verb.scan, 0, domain, config.hostFrames, found.length);
  for (const { mapper, bfn } of found.filter(isMapped)) {
    const problem = tables.clear(mapper, bfn);
    if (problem !== undefined) return problem;
  }
  const mappers = found.filter((mapping) => domains.runs(mapping.mapper)).map(({ mapper }) => mapper);
  for (const mapper of new Set(mappers)) {
    const problem = tables.flush(mapper);
    if (problem !== undefined) return problem;
    operations.flushed(mapper);
  }
  for (const mapping of found) if (!waitsForFlush(mapping)) operations.end(mapping);
  return undefined;
}
