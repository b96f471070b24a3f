import { Cache, type CacheShape } from '../cache/cache';
import type { Geometry } from '../cache/geometry';

/** Columns of a context-cache entry after its tags. */
export const contextColumn = {
  fault: 4,
  disablesFaults: 5,
  type: 6,
  domain: 7,
  levels: 8,
  table: 9,
  directorySize: 10,
  deviceTlb: 11,
  pasidEnable: 12,
  ridPasid: 13,
  ridPrivilege: 14,
  pageRequests: 15,
} as const;

/** Columns of a PASID-cache entry after its tags. */
export const pasidColumn = {
  fault: 4,
  disablesFaults: 5,
  type: 6,
  domain: 7,
  secondLevels: 8,
  secondTable: 9,
  firstLevels: 10,
  firstTable: 11,
  supervisor: 12,
  execute: 13,
  writeProtect: 14,
  extendedAccessed: 15,
  secondDirty: 16,
} as const;

/** Columns of an IOTLB entry after its tags. */
export const iotlbColumn = { page: 4, permissions: 5, isDirty: 6, type: 7, fault: 8 } as const;

/** What made an IOTLB entry: the translation types of a PASID entry, or 0 for legacy mode. */
export const madeBy = { legacy: 0, first: 1, second: 2, nested: 3 } as const;

const section = 'VT-d 6.2';

export const contextShape: CacheShape = {
  id: 'context',
  name: 'Context cache',
  tags: ['device', '', '', ''],
  data: [
    'fault',
    'FPD',
    'TT',
    'DID',
    'levels',
    'table',
    'PDTS',
    'DTE',
    'PASIDE',
    'RID_PASID',
    'RID_PRIV',
    'PRE',
  ],
  section,
};

export const pasidShape: CacheShape = {
  id: 'pasid',
  name: 'PASID cache',
  tags: ['device', '', 'PASID', ''],
  data: [
    'fault',
    'FPD',
    'PGTT',
    'DID',
    'SS levels',
    'SS table',
    'FS levels',
    'FS table',
    'SRE',
    'ERE',
    'WPE',
    'EAFE',
    'SSADE',
  ],
  section,
};

export const iotlbShape: CacheShape = {
  id: 'iotlb',
  name: 'IOTLB',
  tags: ['DID', 'PASID', 'page', 'size'],
  data: ['host page', 'permissions', 'dirty', 'made by', 'fault'],
  section,
};

export const firstWalkShape: CacheShape = {
  id: 'first-walk',
  name: 'First-stage walk cache',
  tags: ['DID', 'PASID', 'prefix', 'level'],
  data: ['table', 'host page', 'permissions', 'may be marked'],
  section,
};

export const secondWalkShape: CacheShape = {
  id: 'second-walk',
  name: 'Second-stage walk cache',
  tags: ['DID', '', 'prefix', 'level'],
  data: ['table', 'host page', 'permissions', ''],
  section,
};

/** In the order of the indices that events carry. */
export const cacheShapes = [contextShape, pasidShape, iotlbShape, firstWalkShape, secondWalkShape] as const;

export const cacheIndex = { context: 0, pasid: 1, iotlb: 2, firstWalk: 3, secondWalk: 4 } as const;

/** Geometry by cache id; undefined means off. */
export type Geometries = Readonly<Record<string, Geometry | undefined>>;

export const defaultGeometries: Geometries = {
  context: { sets: 1, ways: 8, replacement: 'lru' },
  pasid: { sets: 1, ways: 8, replacement: 'lru' },
  iotlb: { sets: 4, ways: 4, replacement: 'lru' },
  'first-walk': { sets: 1, ways: 16, replacement: 'lru' },
  'second-walk': { sets: 1, ways: 32, replacement: 'lru' },
};

export interface Caches {
  readonly context: Cache;
  readonly pasid: Cache;
  readonly iotlb: Cache;
  readonly firstWalk: Cache;
  readonly secondWalk: Cache;
  /** The same five by index. */
  readonly all: readonly Cache[];
}

/** Builds the five caches; `seed` starts random replacement. */
export function buildCaches(geometries: Geometries, seed: number): Caches {
  const [context, pasid, iotlb, firstWalk, secondWalk] = [
    new Cache(contextShape, geometries['context'], seed),
    new Cache(pasidShape, geometries['pasid'], seed + 1),
    new Cache(iotlbShape, geometries['iotlb'], seed + 2),
    new Cache(firstWalkShape, geometries['first-walk'], seed + 3),
    new Cache(secondWalkShape, geometries['second-walk'], seed + 4),
  ];
  return {
    context,
    pasid,
    iotlb,
    firstWalk,
    secondWalk,
    all: [context, pasid, iotlb, firstWalk, secondWalk],
  };
}
