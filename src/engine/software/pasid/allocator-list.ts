import { errorNumber } from '../errors';
import type { Interface, Kernel } from './setting';

/** A number that an allocator has given. */
export interface GivenNumber {
  /** Who was asked for it; `defaultUnit` for nobody. */
  readonly unit: number;
  /** How many devices are bound to it. */
  bound: number;
}

type Numbers = Map<number, GivenNumber>;

/** One entry of the list: allocators with the same functions share it and its numbers. */
interface Entry {
  readonly functions: string;
  /** Whose `alloc` is called. */
  called: number;
  /** Units in the order in which they registered. */
  readonly sharers: number[];
  readonly numbers: Numbers;
}

/** How a registered allocator stands. */
export const standings = ['active', 'waiting', 'shares an entry', 'active, but its unit is gone'] as const;

export interface Place {
  /** -1 for the default allocator, which asks nobody. */
  readonly unit: number;
  /** Index of `standings`. */
  readonly standing: number;
  readonly count: number;
}

export const defaultUnit = -1;
const [active, waiting, shares, orphaned] = [0, 1, 2, 3];

/**
 * The allocators of one guest's kernel, the IOASID layer: a default one and those that units register. What happens
 * at registration and removal is what the versions of `Kernel` differ in.
 */
export class AllocatorList {
  readonly #kernel: Kernel;
  readonly #byDefault: Numbers = new Map();
  #entries: Entry[] = [];
  readonly #gone = new Set<number>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** The unit that is asked for numbers, `defaultUnit` for none. */
  get active(): number {
    return this.#entries[0]?.called ?? defaultUnit;
  }

  /** The unit that is asked has been removed. */
  get isOrphaned(): boolean {
    return this.#gone.has(this.active);
  }

  /** What the active allocator knows. */
  get numbers(): Numbers {
    return this.#entries[0]?.numbers ?? this.#byDefault;
  }

  /** 0; -EBUSY: somebody is registered (`posted`); -EAGAIN: default numbers are in use; -EEXIST: the same one again. */
  register(unit: number, through: Interface): number {
    this.#gone.delete(unit);
    if (this.#kernel === 'posted' && this.#entries.length > 0) return -errorNumber('EBUSY');
    if (this.#entries.some(({ sharers }) => sharers.includes(unit))) return -errorNumber('EEXIST');
    if (!this.#hasOneSet && this.#entries.length === 0 && this.#byDefault.size > 0)
      return -errorNumber('EAGAIN');
    const shared = this.#hasOneSet ? undefined : this.#entries.find(({ functions }) => functions === through);
    if (shared !== undefined) shared.sharers.push(unit);
    else {
      const numbers = this.#hasOneSet ? this.#byDefault : new Map<number, GivenNumber>();
      this.#entries.push({ functions: through, called: unit, sharers: [unit], numbers });
    }
    return 0;
  }

  /**
   * The unit is gone. `posted` does not notice. `merged` and `checked` go on calling the first of several sharers, as Linux 6.1
   * does, which keeps the pointer that the entry was made with.
   */
  remove(unit: number): void {
    this.#gone.add(unit);
    if (this.#kernel === 'posted') return;
    for (const { sharers } of this.#entries) {
      const at = sharers.indexOf(unit);
      if (at >= 0) sharers.splice(at, 1);
    }
    this.#entries = this.#entries.filter(({ sharers }) => sharers.length > 0);
  }

  /** The list as it stands, the default allocator first. */
  places(): readonly Place[] {
    const byDefault: Place = {
      unit: defaultUnit,
      standing: this.#entries.length === 0 ? active : waiting,
      count: this.#hasOneSet && this.#entries.length > 0 ? 0 : this.#byDefault.size,
    };
    const registered = this.#entries.flatMap(({ called, sharers, numbers }, index) => {
      const all = sharers.includes(called) ? sharers : [called, ...sharers];
      return all.map(
        (unit): Place => ({ unit, standing: this.#standing(unit, called, index), count: numbers.size }),
      );
    });
    return [byDefault, ...registered];
  }

  get #hasOneSet(): boolean {
    return this.#kernel === 'posted' || this.#kernel === 'reply';
  }

  #standing(unit: number, called: number, index: number): number {
    if (unit !== called) return shares;
    if (index > 0) return waiting;
    return this.#gone.has(unit) ? orphaned : active;
  }
}
