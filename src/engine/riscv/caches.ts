import { Cache, type CacheShape } from '../cache/cache';
import type { Geometry } from '../cache/geometry';

const section = 'RISC-V IOMMU 3.8';

/** Columns of a device-context entry after its tags. */
export const deviceColumn = {
  control: 4,
  firstMode: 5,
  firstPage: 6,
  secondMode: 7,
  secondPage: 8,
  gscid: 9,
  pscid: 10,
  msiMode: 11,
  msiPage: 12,
  msiMask: 13,
  msiPattern: 14,
} as const;

/** Columns of a process-context entry after its tags. */
export const processColumn = { control: 4, mode: 5, page: 6, pscid: 7 } as const;

/** Columns of an IOTLB entry after its tags. */
export const iotlbColumn = {
  page: 4,
  permissions: 5,
  isDirty: 6,
  memoryType: 7,
  isGlobal: 8,
  made: 9,
} as const;

/** The GSCID tag of translations without a second stage; GSCIDs have 16 bits. */
export const noGuest = 2 ** 16;

/** What made an IOTLB entry. */
export const madeBy = { first: 1, second: 2, nested: 3, msi: 4 } as const;

export const cacheShapes = [
  {
    id: 'device',
    name: 'Device-context cache',
    tags: ['device', '', '', ''],
    data: [
      'control',
      'FSC mode',
      'FSC page',
      'GATP mode',
      'GATP page',
      'GSCID',
      'PSCID',
      'MSI mode',
      'MSI page',
      'MSI mask',
      'MSI pattern',
    ],
    section,
  },
  {
    id: 'process',
    name: 'Process-context cache',
    tags: ['device', '', 'process', ''],
    data: ['control', 'mode', 'page', 'PSCID'],
    section,
  },
  {
    id: 'iotlb',
    name: 'IOTLB',
    tags: ['GSCID', 'PSCID', 'page', 'size'],
    data: ['host page', 'permissions', 'dirty', 'memory type', 'global', 'made by'],
    section,
  },
  {
    id: 'first-walk',
    name: 'First-stage walk cache',
    tags: ['GSCID', 'PSCID', 'prefix', 'level'],
    data: ['table', 'host page', 'permissions', 'may be marked'],
    section,
  },
  {
    id: 'second-walk',
    name: 'Second-stage walk cache',
    tags: ['GSCID', '', 'prefix', 'level'],
    data: ['table', 'host page', 'permissions', ''],
    section,
  },
] as const satisfies readonly CacheShape[];

export const cacheIndex = { device: 0, process: 1, iotlb: 2, firstWalk: 3, secondWalk: 4 } as const;

/** Geometry by cache id; undefined means off. */
export type Geometries = Readonly<Record<string, Geometry | undefined>>;

export const defaultGeometries: Geometries = {
  device: { sets: 1, ways: 8, replacement: 'lru' },
  process: { sets: 1, ways: 8, replacement: 'lru' },
  iotlb: { sets: 4, ways: 4, replacement: 'lru' },
  'first-walk': { sets: 1, ways: 16, replacement: 'lru' },
  'second-walk': { sets: 1, ways: 32, replacement: 'lru' },
};

/** Builds the five caches in the order of `cacheIndex`; `seed` starts random replacement. */
export function buildCaches(geometries: Geometries, seed: number): readonly Cache[] {
  return cacheShapes.map((shape, index) => new Cache(shape, geometries[shape.id], seed + index));
}
