import { Cache, type CacheShape } from '../cache/cache';
import type { Geometry } from '../cache/geometry';

const section = 'SMMUv3 3.21';

/** The VMID tag of translations where the second stage does not exist; VMIDs have 16 bits. */
export const noVmid = 2 ** 16;

/** Columns of a stream entry after its tag: its 64-bit words as 32-bit halves follow `words`. */
export const streamColumn = { words: 4 } as const;
/** Columns of a context descriptor after its tags. */
export const contextColumn = { words: 4 } as const;
export const cachedWords = 8;

/** Columns of an IOTLB entry after its tags. */
export const iotlbColumn = { page: 4, permissions: 5, isGlobal: 6, made: 7 } as const;

/** What made an IOTLB entry. */
export const madeBy = { first: 1, second: 2, nested: 3 } as const;

const halves = Array.from({ length: cachedWords }, (_, n) => `word ${n}`);

export const cacheShapes = [
  { id: 'stream', name: 'Stream entry cache', tags: ['stream', '', '', ''], data: halves, section },
  {
    id: 'context',
    name: 'Context descriptor cache',
    tags: ['stream', '', 'substream', ''],
    data: halves,
    section,
  },
  {
    id: 'iotlb',
    name: 'TLB',
    tags: ['VMID', 'ASID', 'page', 'size'],
    data: ['host page', 'permissions', 'global', 'made by'],
    section,
  },
  {
    id: 'first-walk',
    name: 'First-stage walk cache',
    tags: ['VMID', 'ASID', 'prefix', 'level'],
    data: ['table', 'host page', 'permissions', 'may be marked'],
    section,
  },
  {
    id: 'second-walk',
    name: 'Second-stage walk cache',
    tags: ['VMID', '', 'prefix', 'level'],
    data: ['table', 'host page', 'permissions', ''],
    section,
  },
  {
    id: 'stalls',
    name: 'List of stalled requests',
    tags: ['stream', '', 'STAG', ''],
    data: ['substream', 'access', 'privileged', 'page', 'offset', 'data', 'recorded'],
    section: 'SMMUv3 3.12.2',
  },
] as const satisfies readonly CacheShape[];

export const cacheIndex = {
  stream: 0,
  context: 1,
  iotlb: 2,
  firstWalk: 3,
  secondWalk: 4,
  stalls: 5,
} as const;

/** Columns of a stalled request after its tags. Its STAG is its place: one set, so that the place is the way. */
export const stallColumn = {
  substream: 4,
  access: 5,
  privileged: 6,
  page: 7,
  offset: 8,
  data: 9,
  recorded: 10,
} as const;

/** Geometry by cache id; undefined means off. */
export type Geometries = Readonly<Record<string, Geometry | undefined>>;

export const defaultGeometries: Geometries = {
  stream: { sets: 1, ways: 8, replacement: 'lru' },
  context: { sets: 1, ways: 8, replacement: 'lru' },
  iotlb: { sets: 4, ways: 4, replacement: 'lru' },
  'first-walk': { sets: 1, ways: 16, replacement: 'lru' },
  'second-walk': { sets: 1, ways: 32, replacement: 'lru' },
  stalls: { sets: 1, ways: 8, replacement: 'lru' },
};

/** Builds the caches in the order of `cacheIndex`; `seed` starts random replacement. */
export function buildCaches(geometries: Geometries, seed: number): readonly Cache[] {
  return cacheShapes.map((shape, index) => new Cache(shape, geometries[shape.id], seed + index));
}
