import { encode, readField, readPage, writeField } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { queueBase, queuePlace } from './layouts/registers';
import type { Unit } from './unit';

const base = fieldOf(queueBase, 'ADDR');
const size = fieldOf(queueBase, 'LOG2SIZE');
const index = fieldOf(queuePlace, 'INDEX');

/** One of the SMMU's queues: where it lies and how far both sides are (SMMUv3 3.5). Places count on through the wrap bit. */
export class Ring {
  readonly #unit: Unit;
  readonly #base: number;
  readonly #producer: number;
  readonly #consumer: number;
  readonly #bytes: number;

  /** The registers of base, producer and consumer, and the bytes of an entry. */
  constructor(unit: Unit, baseRegister: number, producer: number, consumer: number, bytes: number) {
    this.#unit = unit;
    this.#base = baseRegister;
    this.#producer = producer;
    this.#consumer = consumer;
    this.#bytes = bytes;
  }

  get length(): number {
    return 2 ** readField(size, this.#words());
  }

  get producer(): number {
    return this.#placeIn(this.#producer);
  }

  get consumer(): number {
    return this.#placeIn(this.#consumer);
  }

  get isFull(): boolean {
    return (this.producer - this.consumer + 2 * this.length) % (2 * this.length) === this.length;
  }

  /** The place after one, with the wrap bit. */
  after(place: number): number {
    return (place + 1) % (2 * this.length);
  }

  /** Where the entry of a place lies. */
  at(place: number): { readonly page: number; readonly offset: number } {
    const bytes = (place % this.length) * this.#bytes;
    return { page: readPage(base, this.#words()) + Math.floor(bytes / 4096), offset: bytes % 4096 };
  }

  /** The register's value at a place; other fields stay. */
  valueAt(register: number, place: number): number {
    const words = [this.#unit.registers.low(register), 0];
    writeField(index, words, 0, place);
    return words[0] as number;
  }

  /** A base register's value for a queue of 2^`log2` entries. */
  static baseAt(page: number, log2: number): { low: number; high: number } {
    const [low, high] = encode(queueBase, { ADDR: page, LOG2SIZE: log2 });
    return { low: low as number, high: high as number };
  }

  #placeIn(register: number): number {
    return readField(index, [this.#unit.registers.low(register), 0]) % (2 * this.length);
  }

  #words(): readonly number[] {
    const { registers } = this.#unit;
    return [registers.low(this.#base), registers.high(this.#base)];
  }
}
