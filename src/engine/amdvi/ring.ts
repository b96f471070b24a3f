import { encode, readField, readPage } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { ringBase, ringPlace } from './layouts/registers';
import type { Unit } from './unit';

export const entryBytes = 16;
const base = fieldOf(ringBase, 'Base');
const length = fieldOf(ringBase, 'Length');
const place = fieldOf(ringPlace, 'Place');

/** One of the unit's rings in memory: where it lies and how far both sides are (AMD IOMMU 3.4.2, 3.4.13). */
export class Ring {
  readonly #unit: Unit;
  readonly #base: number;
  readonly #head: number;
  readonly #tail: number;

  /** The registers of base, head and tail. */
  constructor(unit: Unit, baseRegister: number, head: number, tail: number) {
    this.#unit = unit;
    this.#base = baseRegister;
    this.#head = head;
    this.#tail = tail;
  }

  get length(): number {
    return 2 ** readField(length, this.#words());
  }

  get head(): number {
    return readField(place, [this.#unit.registers.low(this.#head), 0]);
  }

  get tail(): number {
    return readField(place, [this.#unit.registers.low(this.#tail), 0]);
  }

  placeOf(index: number): { readonly page: number; readonly offset: number } {
    const bytes = index * entryBytes;
    return { page: readPage(base, this.#words()) + Math.floor(bytes / 4096), offset: bytes % 4096 };
  }

  /** The value of a head or tail register that stands at an entry. */
  static valueOf(index: number): number {
    return encode(ringPlace, { Place: index })[0] as number;
  }

  #words(): readonly number[] {
    const { registers } = this.#unit;
    return [registers.low(this.#base), registers.high(this.#base)];
  }
}
