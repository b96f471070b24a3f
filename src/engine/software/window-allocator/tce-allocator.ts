/** TCEs side by side: from `first`, up to and not including `end`. */
interface Pool {
  readonly first: number;
  readonly end: number;
  /** Where the next search begins. */
  hint: number;
}

/** From so many TCEs on, a request goes to the pool of large ones. */
const large = 16;
/** After a small request the next search begins at a multiple of this. */
const block = 16;
const manyPools = 4;
const bytesForManyPools = 2 ** 30;

/**
 * Which TCEs of a window are in use, as Linux keeps them (arch/powerpc/kernel/iommu.c, iommu_range_alloc): the last quarter
 * is a pool for large requests; what finds no room in its own pool is looked for in the others. All requests come from
 * one processor, which draws on the first pool.
 */
export class TceAllocator {
  readonly size: number;
  readonly #isUsed: Uint8Array;
  readonly #pools: readonly Pool[];
  readonly #largePool: Pool;

  /** `size` in TCEs of 2^`pageShift` bytes. With `reservesFirst` nobody gets the first one: some drivers take address 0 for none. */
  constructor(size: number, pageShift: number, reservesFirst: boolean) {
    this.size = size;
    this.#isUsed = new Uint8Array(size);
    const count = size * 2 ** pageShift >= bytesForManyPools ? manyPools : 1;
    const each = Math.floor(Math.floor((size * 3) / 4) / count);
    this.#pools = Array.from({ length: count }, (_, n) => poolOf(each * n, each * (n + 1)));
    this.#largePool = poolOf(each * count, size);
    if (reservesFirst) this.#isUsed[0] = 1;
  }

  get used(): number {
    return this.#isUsed.reduce((sum, one) => sum + one, 0);
  }

  /** The first of `count` TCEs side by side, which are in use from then on; undefined when no pool has them. */
  allocate(count: number): number | undefined {
    const isLarge = count >= large;
    const [own, others] = isLarge
      ? [this.#largePool, this.#pools]
      : [this.#pools[0] as Pool, [...this.#pools.slice(1), this.#largePool]];
    const found = this.#search(own, own.hint < own.end ? own.hint : own.first, count);
    if (found !== undefined) return this.#take(own, found, count, isLarge);
    for (const pool of [own, ...others]) {
      pool.hint = pool.first;
      const next = this.#search(pool, pool.first, count);
      if (next !== undefined) return this.#take(pool, next, count, isLarge);
    }
    return undefined;
  }

  free(first: number, count: number): void {
    this.#isUsed.fill(0, first, first + count);
  }

  #search({ end }: Pool, from: number, count: number): number | undefined {
    let first = from;
    while (first + count <= end) {
      const last = this.#isUsed.subarray(first, first + count).lastIndexOf(1);
      if (last < 0) return first;
      first += last + 1;
    }
    return undefined;
  }

  #take(pool: Pool, first: number, count: number, isLarge: boolean): number {
    const end = first + count;
    this.#isUsed.fill(1, first, end);
    pool.hint = isLarge ? end : Math.ceil(end / block) * block;
    return first;
  }
}

function poolOf(first: number, end: number): Pool {
  return { first, end, hint: first };
}
