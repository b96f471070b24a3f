import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { census } from './census';

describe('the objects of each design', () => {
  it('are the same for one process, whether made in advance or on first use', () => {
    expect(census(1, 1)).toEqual([
      { spaces: 1, regions: 5, toDrop: 0 },
      { spaces: 2, regions: 10, toDrop: 1 },
      { spaces: 2, regions: 10, toDrop: 1 },
    ]);
  });

  it('follow the processes that send DMA, when made on first use', () => {
    expect(census(10_000, 3).map(({ spaces }) => spaces)).toEqual([1, 10_001, 4]);
  });

  it('are never more on first use than in advance, and to be dropped are all but the ordinary space', () => {
    const count = fc.integer({ min: 0, max: 300 });
    fc.assert(
      fc.property(count, count, (processes, using) => {
        const [method, advance, lazy] = census(processes, using);
        expect(method?.spaces).toBe(1);
        expect(lazy?.spaces).toBe(1 + Math.min(processes, using));
        expect(advance?.spaces).toBe(1 + processes);
        for (const made of [method, advance, lazy]) expect(made?.toDrop).toBe((made?.spaces ?? 0) - 1);
      }),
    );
  });
});
