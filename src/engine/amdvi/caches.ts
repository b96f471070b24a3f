import { Cache, type CacheShape } from '../cache/cache';
import type { Geometry } from '../cache/geometry';

const section = 'AMD IOMMU 2.4';

/** Columns of a device entry after its tag. */
export const deviceColumn = {
  flags: 4,
  mode: 5,
  root: 6,
  domain: 7,
  pointer: 8,
  pointerLevels: 9,
  guestLevels: 10,
  interrupts: 11,
  interruptRoot: 12,
  interruptLength: 13,
} as const;

/** Columns of an IOTLB entry after its tags. */
export const iotlbColumn = { page: 4, permissions: 5, isDirty: 6, made: 7 } as const;

/** What made an IOTLB entry. */
export const madeBy = { host: 1, guest: 2, nested: 3 } as const;

export const cacheShapes = [
  {
    id: 'device',
    name: 'Device-entry cache',
    tags: ['device', '', '', ''],
    data: [
      'flags',
      'mode',
      'root',
      'DomainID',
      'GCR3 table',
      'GCR3 levels',
      'guest levels',
      'interrupts',
      'interrupt table',
      'interrupt length',
    ],
    section,
  },
  {
    id: 'iotlb',
    name: 'IOTLB',
    tags: ['DomainID', 'PASID', 'page', 'size'],
    data: ['host page', 'permissions', 'dirty', 'made by'],
    section,
  },
  {
    id: 'guest-walk',
    name: 'Guest walk cache',
    tags: ['DomainID', 'PASID', 'prefix', 'level'],
    data: ['table', 'host page', 'permissions', 'may be marked'],
    section,
  },
  {
    id: 'host-walk',
    name: 'Host walk cache',
    tags: ['DomainID', '', 'prefix', 'level'],
    data: ['table', 'host page', 'permissions', ''],
    section,
  },
] as const satisfies readonly CacheShape[];

export const cacheIndex = { device: 0, iotlb: 1, guestWalk: 2, hostWalk: 3 } as const;

/** Geometry by cache id; undefined means off. */
export type Geometries = Readonly<Record<string, Geometry | undefined>>;

export const defaultGeometries: Geometries = {
  device: { sets: 1, ways: 8, replacement: 'lru' },
  iotlb: { sets: 4, ways: 4, replacement: 'lru' },
  'guest-walk': { sets: 1, ways: 16, replacement: 'lru' },
  'host-walk': { sets: 1, ways: 32, replacement: 'lru' },
};

/** Builds the caches in the order of `cacheIndex`; `seed` starts random replacement. */
export function buildCaches(geometries: Geometries, seed: number): readonly Cache[] {
  return cacheShapes.map((shape, index) => new Cache(shape, geometries[shape.id], seed + index));
}
