import type { Geometry } from './geometry';
import { type Victims, victimsOf } from './replacement';

/** What one kind of cache keeps: four tag columns, then data columns, all plain numbers. */
export interface CacheShape {
  /** The one whose entries answer requests is `iotlb` on every machine. */
  readonly id: string;
  readonly name: string;
  /** Exactly four; an unused tag has the name ''. The third chooses the set together with the first. */
  readonly tags: readonly [string, string, string, string];
  readonly data: readonly string[];
  readonly section: string;
}

const vacant = -1;

/**
 * A set-associative cache as rows of numbers: `tags` first, then `data`. A row whose first tag is -1 is
 * vacant. Made without a geometry it is off: it finds nothing and keeps nothing.
 */
export class Cache {
  readonly shape: CacheShape;
  readonly geometry: Geometry | undefined;
  readonly width: number;
  /** How many entries it can hold; 0 when off. */
  readonly size: number;
  /** Entry `slot` begins at `slot * width`. */
  readonly rows: Float64Array;
  readonly #sets: number;
  readonly #ways: number;
  readonly #victims: Victims | undefined;
  #used = 0;
  /** The slot used last. */
  #last = 0;
  /** Counts what was kept and dropped: while it stands still, what was found last would be found again. */
  version = 0;

  constructor(shape: CacheShape, geometry: Geometry | undefined, seed = 1) {
    this.shape = shape;
    this.geometry = geometry;
    this.width = 4 + shape.data.length;
    this.#sets = geometry?.sets ?? 0;
    this.#ways = geometry?.ways ?? 0;
    this.size = this.#sets * this.#ways;
    this.rows = new Float64Array(this.size * this.width).fill(vacant);
    this.#victims = geometry === undefined ? undefined : victimsOf(geometry, seed);
  }

  /** How many entries it holds. */
  get used(): number {
    return this.#used;
  }

  /** The slot of the entry with these tags, marked as used; -1 when there is none. */
  find(a: number, b: number, c: number, d: number): number {
    const last = this.#last;
    const rows = this.rows;
    const lastAt = last * this.width;
    // Using again what was used last changes no replacement order.
    if (rows[lastAt + 2] === c && rows[lastAt] === a && rows[lastAt + 1] === b && rows[lastAt + 3] === d)
      return last;
    return this.#used === 0 ? -1 : this.#search(a, b, c, d);
  }

  #search(a: number, b: number, c: number, d: number): number {
    const set = this.#setOf(a, c);
    const rows = this.rows;
    const width = this.width;
    let at = set * this.#ways * width;
    for (let way = 0; way < this.#ways; way++, at += width) {
      if (rows[at + 2] === c && rows[at] === a && rows[at + 1] === b && rows[at + 3] === d) {
        this.#victims?.use(set, way);
        this.#last = set * this.#ways + way;
        return this.#last;
      }
    }
    return -1;
  }

  /** Keeps an entry, in place of one with the same tags, a vacant one, or the victim. Its slot; -1 when off. */
  fill(a: number, b: number, c: number, d: number): number {
    if (this.#victims === undefined) return -1;
    const set = this.#setOf(a, c);
    const way = this.#wayFor(set, a, b, c, d);
    const slot = set * this.#ways + way;
    const at = slot * this.width;
    if (this.rows[at] === vacant) this.#used += 1;
    this.rows[at] = a;
    this.rows[at + 1] = b;
    this.rows[at + 2] = c;
    this.rows[at + 3] = d;
    this.#victims.use(set, way);
    this.#last = slot;
    this.version += 1;
    return slot;
  }

  /** Column `column` (0 to 3 are the tags) of the entry in `slot`. */
  get(slot: number, column: number): number {
    return this.rows[slot * this.width + column] as number;
  }

  set(slot: number, column: number, value: number): void {
    this.rows[slot * this.width + column] = value;
  }

  isVacant(slot: number): boolean {
    return this.rows[slot * this.width] === vacant;
  }

  drop(slot: number): void {
    if (this.isVacant(slot)) return;
    this.rows[slot * this.width] = vacant;
    this.#used -= 1;
    this.version += 1;
  }

  /** Empties the cache without a word to anyone. */
  clear(): void {
    if (this.#used === 0) return;
    for (let at = 0; at < this.rows.length; at += this.width) this.rows[at] = vacant;
    this.#used = 0;
    this.version += 1;
  }

  #setOf(a: number, c: number): number {
    if (this.#sets === 1) return 0;
    return ((c ^ (c / 0x40000) ^ a) >>> 0) % this.#sets;
  }

  #wayFor(set: number, a: number, b: number, c: number, d: number): number {
    const first = set * this.#ways;
    let vacantWay = -1;
    for (let way = 0; way < this.#ways; way++) {
      const at = (first + way) * this.width;
      if (this.rows[at] === vacant) {
        if (vacantWay < 0) vacantWay = way;
        continue;
      }
      const isSame =
        this.rows[at] === a && this.rows[at + 1] === b && this.rows[at + 2] === c && this.rows[at + 3] === d;
      if (isSame) return way;
    }
    return vacantWay >= 0 ? vacantWay : (this.#victims as Victims).choose(set);
  }
}
