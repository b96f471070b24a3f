import type { Geometry } from './geometry';

/** Chooses the way that a new entry takes in a full set, and hears of every use. */
export interface Victims {
  use(set: number, way: number): void;
  choose(set: number): number;
}

/** The replacement that `geometry` asks for. `seed` starts the sequence of `random`. */
export function victimsOf(geometry: Geometry, seed: number): Victims {
  switch (geometry.replacement) {
    case 'lru':
      return new LeastRecentlyUsed(geometry.sets, geometry.ways);
    case 'tree-plru':
      return new TreePseudoLru(geometry.sets, geometry.ways);
    case 'random':
      return new Random(geometry.ways, seed);
  }
}

class LeastRecentlyUsed implements Victims {
  readonly #usedAt: Float64Array;
  readonly #ways: number;
  #clock = 0;

  constructor(sets: number, ways: number) {
    this.#usedAt = new Float64Array(sets * ways);
    this.#ways = ways;
  }

  use(set: number, way: number): void {
    this.#clock += 1;
    this.#usedAt[set * this.#ways + way] = this.#clock;
  }

  choose(set: number): number {
    const first = set * this.#ways;
    let oldest = 0;
    for (let way = 1; way < this.#ways; way++) {
      if ((this.#usedAt[first + way] as number) < (this.#usedAt[first + oldest] as number)) oldest = way;
    }
    return oldest;
  }
}

/** One bit for each inner node of a binary tree over the ways: it points to the half used longer ago. */
class TreePseudoLru implements Victims {
  readonly #pointsRight: Uint8Array;
  readonly #ways: number;

  constructor(sets: number, ways: number) {
    this.#pointsRight = new Uint8Array(sets * ways);
    this.#ways = ways;
  }

  use(set: number, way: number): void {
    const tree = set * this.#ways;
    for (let node = way + this.#ways; node > 1; node >>= 1) {
      this.#pointsRight[tree + (node >> 1)] = (node & 1) === 0 ? 1 : 0;
    }
  }

  choose(set: number): number {
    const tree = set * this.#ways;
    let node = 1;
    while (node < this.#ways) node = node * 2 + (this.#pointsRight[tree + node] as number);
    return node - this.#ways;
  }
}

/** Marsaglia's xorshift of 32 bits. */
class Random implements Victims {
  readonly #ways: number;
  #state: number;

  constructor(ways: number, seed: number) {
    this.#ways = ways;
    this.#state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  }

  use(): void {
    // The next victim does not depend on what was used.
  }

  choose(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state % this.#ways;
  }
}
