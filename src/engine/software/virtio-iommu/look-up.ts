import type { Domains } from './domains';
import { hostRuns } from './host-memory';
import { reason, subtype } from './reports';
import type { Setting } from './setting';

/** What the virtio-iommu says of an access. Pages are the host's. */
export type Found =
  | { readonly kind: 'page'; readonly page: number }
  /** An interrupt: the address goes on as it is. */
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'refused'; readonly reason: number };

const refused = (code: number): Found => ({ kind: 'refused', reason: code });

/** Looks an access up in the order of QEMU 10.0 (`virtio_iommu_translate`): regions, bypass, mappings, permissions. */
export function lookUp(
  setting: Setting,
  domains: Domains,
  isBypassed: boolean,
  access: { readonly endpoint: number; readonly page: number; readonly isWrite: boolean },
): Found {
  const { endpoint, page, isWrite } = access;
  const region = setting.regions.find(({ first, last }) => first <= page && page <= last);
  if (region !== undefined)
    return region.subtype === subtype.msi ? { kind: 'interrupt' } : refused(reason.mapping);
  const lead = domains.leadOf(endpoint, isBypassed);
  if (lead === 'nothing') return refused(reason.domain);
  if (lead === 'ram') return inMemory(setting, page);
  const mapping = domains.ofEndpoint(endpoint)?.mappings.find(page);
  if (mapping === undefined || !(isWrite ? mapping.canWrite : mapping.canRead))
    return refused(reason.mapping);
  return inMemory(setting, mapping.to + page - mapping.first);
}

function inMemory({ memory }: Setting, page: number): Found {
  const [run] = hostRuns(memory, page, 1) ?? [];
  return run === undefined ? refused(reason.unknown) : { kind: 'page', page: run.host };
}
