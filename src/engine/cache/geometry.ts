/** Which entry of a full set goes. `random` draws from the scenario's seed. */
export const replacements = ['lru', 'tree-plru', 'random'] as const;
export type Replacement = (typeof replacements)[number];

/** How a cache is built. `sets` times `ways` entries; tree-PLRU needs a power of two of ways. */
export interface Geometry {
  readonly sets: number;
  readonly ways: number;
  readonly replacement: Replacement;
}

/** What is wrong with a geometry, in words; undefined when it can be built. */
export function geometryProblem(geometry: Geometry): string | undefined {
  const { sets, ways, replacement } = geometry;
  if (!Number.isInteger(sets) || sets < 1 || sets > 4096) return 'sets must be a whole number from 1 to 4096';
  if (!Number.isInteger(ways) || ways < 1 || ways > 64) return 'ways must be a whole number from 1 to 64';
  if (!replacements.includes(replacement)) return `replacement must be one of ${replacements.join(', ')}`;
  if (replacement === 'tree-plru' && (ways & (ways - 1)) !== 0) return 'tree-plru needs 1, 2, 4, 8 … ways';
  return undefined;
}
