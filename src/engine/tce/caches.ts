import { Cache, type CacheShape } from '../cache/cache';
import type { Geometry } from '../cache/geometry';

/** Columns of an entry after its tags. */
export const tceColumn = { page: 4, permissions: 5 } as const;

export const cacheShapes = [
  {
    id: 'iotlb',
    name: 'TCE cache',
    tags: ['PE', '', 'page', 'size'],
    data: ['host page', 'permissions'],
    section: 'IODA2 PHB_TCE_KILL',
  },
] as const satisfies readonly CacheShape[];

export const cacheIndex = { tce: 0 } as const;

/** Geometry by cache id; undefined means off. */
export type Geometries = Readonly<Record<string, Geometry | undefined>>;

export const defaultGeometries: Geometries = { iotlb: { sets: 2, ways: 4, replacement: 'lru' } };

/** Builds the caches in the order of `cacheIndex`; `seed` starts random replacement. */
export function buildCaches(geometries: Geometries, seed: number): readonly Cache[] {
  return cacheShapes.map((shape, index) => new Cache(shape, geometries[shape.id], seed + index));
}
