import type { Architecture } from './architecture';
import type { CacheShape } from './cache/cache';
import { deviceCachesOf, deviceCacheText } from './device/shapes';
import type { Scenario } from './scenario/schema';

/** Every cache of a run by the index that events carry: the machine's own, then what its devices keep. */
export interface CacheBook {
  readonly shapes: readonly CacheShape[];
  /** How many entries each can hold; 0 when off. */
  readonly sizes: readonly number[];
  /** What a column of a cache's row means to a person; empty when it means nothing in this row. */
  text(cache: number, column: number, row: readonly number[]): string;
}

export function cacheBookOf(architecture: Architecture, scenario: Scenario): CacheBook {
  const kept = deviceCachesOf(scenario);
  const own = architecture.caches.length;
  return {
    shapes: [...architecture.caches, ...kept.map(({ shape }) => shape)],
    sizes: [
      ...architecture.caches.map(({ id }) =>
        sizeOf(scenario.machine.caches?.[id] ?? architecture.geometries[id] ?? 'off'),
      ),
      ...kept.map(({ entries }) => entries),
    ],
    text(cache, column, row) {
      const shape = kept[cache - own]?.shape;
      return shape === undefined
        ? architecture.cacheText(cache, column, row)
        : deviceCacheText(shape, column, row);
    },
  };
}

function sizeOf(geometry: 'off' | { readonly sets: number; readonly ways: number }): number {
  return geometry === 'off' ? 0 : geometry.sets * geometry.ways;
}
