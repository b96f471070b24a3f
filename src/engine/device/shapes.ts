import { hexAddress, parseWord } from '../bits/hex';
import type { CacheShape } from '../cache/cache';
import type { Scenario } from '../scenario/schema';

/** Columns of a device TLB's entry after its tags. */
export const tlbColumn = { page: 4, permissions: 5, isPrivileged: 6 } as const;

/** Columns of an open page request after its tags. */
export const pageRequestColumn = { access: 4 } as const;

/** One list that a device keeps: its translations, or its open page requests. */
export interface DeviceCache {
  readonly device: number;
  readonly holds: 'translations' | 'page requests';
  readonly entries: number;
  readonly shape: CacheShape;
}

/** What the devices of a scenario keep, in the order of their indices behind the machine's own caches. */
export function deviceCachesOf(scenario: Scenario): readonly DeviceCache[] {
  return (scenario.devices ?? []).flatMap(({ id, name, ats }): DeviceCache[] => {
    if (ats === undefined) return [];
    const device = parseWord(id)?.low ?? 0;
    const translations = {
      device,
      holds: 'translations',
      entries: ats.entries,
      shape: tlb(id, name),
    } as const;
    if (ats.pageRequests === undefined) return [translations];
    return [
      translations,
      { device, holds: 'page requests', entries: ats.pageRequests, shape: pageRequests(id, name) },
    ];
  });
}

/** The tag without a name is the device's number. */
function tlb(id: string, name: string): CacheShape {
  return {
    id: `device-tlb-${id}`,
    name: `Device TLB of ${name}`,
    tags: ['', 'PASID', 'page', 'size'],
    data: ['host page', 'permissions', 'privileged'],
    section: 'PCIe ATS 10.2',
  };
}

function pageRequests(id: string, name: string): CacheShape {
  return {
    id: `page-requests-${id}`,
    name: `Page request list of ${name}`,
    tags: ['', 'PASID', 'page', 'group'],
    data: ['access'],
    section: 'PCIe ATS 10.4',
  };
}

/** What a column of such a list means to a person. */
export function deviceCacheText({ tags, data }: CacheShape, column: number, row: readonly number[]): string {
  const value = row[column] ?? 0;
  switch ([...tags, ...data][column]) {
    case 'PASID':
      return value < 0 ? 'none' : String(value);
    case 'page':
      return hexAddress(tags[3] === 'size' ? value * 2 ** ((row[3] ?? 12) - 12) : value);
    case 'host page':
      return hexAddress(value);
    case 'size':
      return sizeText(value);
    case 'permissions':
      return `${value & 1 ? 'r' : '-'}${value & 2 ? 'w' : '-'}${value & 4 ? 'x' : '-'}`;
    case 'access':
      return ['read', 'write', 'execute'][value] ?? '';
    case 'privileged':
      return value === 1 ? 'yes' : '';
  }
  return String(value);
}

/** `4 KiB` for 12. */
export function sizeText(size: number): string {
  if (size >= 40) return `${2 ** (size - 40)} TiB`;
  if (size >= 30) return `${2 ** (size - 30)} GiB`;
  if (size >= 20) return `${2 ** (size - 20)} MiB`;
  return `${2 ** (size - 10)} KiB`;
}
