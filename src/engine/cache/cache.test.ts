import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cache, type CacheShape } from './cache';
import { type Geometry, geometryProblem } from './geometry';

const shape: CacheShape = {
  id: 'test',
  name: 'Test cache',
  tags: ['domain', 'PASID', 'page', 'size'],
  data: ['value', 'fault'],
  section: 'none',
};

type Tags = readonly [number, number, number, number];
type Act = readonly ['find' | 'fill' | 'drop' | 'clear', Tags];

const tags: fc.Arbitrary<Tags> = fc.tuple(
  fc.nat(2),
  fc.constantFrom(-1, 5),
  fc.oneof(fc.nat(6), fc.constant(2 ** 51 + 3)),
  fc.constantFrom(12, 21),
);
const acts = fc.array(
  fc.tuple(fc.constantFrom<Act[0][]>('find', 'find', 'fill', 'fill', 'fill', 'drop', 'clear'), tags),
  { maxLength: 60 },
);

/** Does the acts; what each gave: the slot, or how many entries there were. */
function perform(cache: Cache, all: readonly Act[]): number[] {
  return all.map(([act, [a, b, c, d]]) => {
    if (act === 'fill') return cache.fill(a, b, c, d);
    if (act === 'clear') cache.clear();
    const slot = act === 'clear' ? cache.used : cache.find(a, b, c, d);
    if (act === 'drop' && slot >= 0) cache.drop(slot);
    return slot;
  });
}

/** One set that keeps its entries in the order of use, the oldest first. */
class OldestFirst {
  keys: string[] = [];
  readonly #ways: number;

  constructor(ways: number) {
    this.#ways = ways;
  }

  use(key: string): boolean {
    const known = this.keys.includes(key);
    if (known) this.keys = [...this.keys.filter((other) => other !== key), key];
    return known;
  }

  add(key: string): void {
    if (this.use(key)) return;
    this.keys = [...this.keys, key].slice(-this.#ways);
  }
}

function keysIn(cache: Cache): string[] {
  return Array.from({ length: cache.size }, (_, slot) => slot)
    .filter((slot) => !cache.isVacant(slot))
    .map((slot) => [0, 1, 2, 3].map((column) => cache.get(slot, column)).join())
    .sort();
}

describe('a cache', () => {
  it('with LRU keeps what was used last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), acts, (ways, all) => {
        const cache = new Cache(shape, { sets: 1, ways, replacement: 'lru' });
        const oracle = new OldestFirst(ways);
        for (const act of all) {
          const [kind, entry] = act;
          const key = entry.join();
          const [slot = -1] = perform(cache, [act]);
          if (kind === 'fill') oracle.add(key);
          if (kind === 'find') expect(slot >= 0).toBe(oracle.use(key));
          if (kind === 'drop') oracle.keys = oracle.keys.filter((other) => other !== key);
          if (kind === 'clear') oracle.keys = [];
          expect(keysIn(cache)).toEqual([...oracle.keys].sort());
          expect(cache.used).toBe(oracle.keys.length);
        }
      }),
    );
  });

  it('with tree-PLRU turns the way it takes away from each way that is used', () => {
    const cache = new Cache(shape, { sets: 1, ways: 4, replacement: 'tree-plru' });
    const fill = (page: number): number => cache.fill(1, 0, page, 12);
    expect([fill(0), fill(1), fill(2), fill(3)]).toEqual([0, 1, 2, 3]);
    expect(fill(4)).toBe(0);
    expect(fill(5)).toBe(2);
    cache.find(1, 0, 1, 12);
    expect(fill(6)).toBe(3);
    expect(fill(7)).toBe(0);
  });

  it('with tree-PLRU never takes the way that was used last', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 4, 8), fc.array(fc.nat(30)), (ways, pages) => {
        const cache = new Cache(shape, { sets: 1, ways, replacement: 'tree-plru' });
        let last = -1;
        for (const page of pages) {
          const isNew = cache.find(1, 0, page, 12) < 0;
          const slot = cache.fill(1, 0, page, 12);
          if (isNew) expect(slot).not.toBe(last);
          last = slot;
        }
      }),
    );
  });

  it('with random replacement draws the same ways from the same seed, and others from another', () => {
    const slots = (seed: number): number[] => {
      const cache = new Cache(shape, { sets: 2, ways: 4, replacement: 'random' }, seed);
      return Array.from({ length: 60 }, (_, page) => cache.fill(1, 0, page, 12));
    };
    expect(slots(1)).toEqual(slots(1));
    expect(slots(1)).not.toEqual(slots(2));
    expect(new Set(slots(1)).size).toBe(8);
  });

  const geometries = fc.record<Geometry>({
    sets: fc.integer({ min: 1, max: 5 }),
    ways: fc.constantFrom(1, 2, 4),
    replacement: fc.constantFrom('lru', 'tree-plru', 'random'),
  });

  it('finds an entry only where it was put, and never more entries than it has room for', () => {
    fc.assert(
      fc.property(geometries, acts, (geometry, all) => {
        const cache = new Cache(shape, geometry);
        const last = new Map<string, number>();
        for (const [kind, entry] of all) {
          const [slot = -1] = perform(cache, [[kind, entry]]);
          if (kind === 'fill') last.set(entry.join(), slot);
          if (kind === 'find' && slot >= 0) expect(slot).toBe(last.get(entry.join()));
          if (kind === 'find') expect(slot >= 0).toBe(keysIn(cache).includes(entry.join()));
          expect(new Set(keysIn(cache)).size).toBe(cache.used);
        }
        expect(cache.size).toBe(geometry.sets * geometry.ways);
      }),
    );
  });

  it('takes a vacant way before it takes one in use', () => {
    for (const replacement of ['lru', 'tree-plru', 'random'] as const) {
      const cache = new Cache(shape, { sets: 1, ways: 4, replacement });
      for (let page = 0; page < 4; page++) cache.fill(1, 0, page, 12);
      cache.drop(2);
      expect(cache.fill(1, 0, 9, 12)).toBe(2);
      expect(cache.used).toBe(4);
    }
  });

  it('keeps the data of an entry until another entry takes its slot', () => {
    const cache = new Cache(shape, { sets: 1, ways: 2, replacement: 'lru' });
    const slot = cache.fill(1, 2, 3, 4);
    cache.set(slot, 4, 0xabc);
    expect([cache.get(cache.find(1, 2, 3, 4), 4), cache.find(1, 2, 3, 5), cache.find(2, 2, 3, 4)]).toEqual([
      0xabc, -1, -1,
    ]);
    expect(cache.fill(1, 2, 3, 4)).toBe(slot);
  });

  it('spreads neighbouring pages over its sets', () => {
    const cache = new Cache(shape, { sets: 4, ways: 2, replacement: 'lru' });
    const sets = [0, 1, 2, 3].map((page) => Math.floor(cache.fill(0, -1, page, 12) / 2));
    expect([...sets].sort()).toEqual([0, 1, 2, 3]);
  });

  it('that is off finds nothing and keeps nothing', () => {
    const cache = new Cache(shape, undefined);
    expect([cache.size, cache.fill(1, 2, 3, 4), cache.find(1, 2, 3, 4), cache.used]).toEqual([0, -1, -1, 0]);
  });
});

describe('a geometry', () => {
  it.each([
    [{ sets: 0, ways: 1, replacement: 'lru' }, 'sets must be a whole number from 1 to 4096'],
    [{ sets: 4097, ways: 1, replacement: 'lru' }, 'sets must be a whole number from 1 to 4096'],
    [{ sets: 1, ways: 1.5, replacement: 'lru' }, 'ways must be a whole number from 1 to 64'],
    [{ sets: 1, ways: 65, replacement: 'lru' }, 'ways must be a whole number from 1 to 64'],
    [{ sets: 1, ways: 3, replacement: 'tree-plru' }, 'tree-plru needs 1, 2, 4, 8 … ways'],
    [{ sets: 1, ways: 1, replacement: 'fifo' }, 'replacement must be one of lru, tree-plru, random'],
  ])('of %j cannot be built', (geometry, message) => {
    expect(geometryProblem(geometry as Geometry)).toBe(message);
  });

  it('of three sets and three ways can be built with LRU', () => {
    expect(geometryProblem({ sets: 3, ways: 3, replacement: 'lru' })).toBeUndefined();
  });
});
