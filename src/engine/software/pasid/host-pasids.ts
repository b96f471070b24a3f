import { errorNumber } from '../errors';
import { mostPasid } from './setting';

/** A number of the machine's PASID space that somebody has. */
export interface Owned {
  readonly guest: number;
  readonly devices: ReadonlySet<number>;
}

const refused = {
  unknown: -errorNumber('ENOENT'),
  foreign: -errorNumber('EACCES'),
  busy: -errorNumber('EBUSY'),
  full: -errorNumber('ENOSPC'),
  narrow: -errorNumber('EOVERFLOW'),
} as const;

/**
 * The host's allocator: one space of numbers for the whole machine, each with one owner, and for each device the
 * numbers that its PASID table has. Results are 0 or a number, or minus an error number.
 */
export class HostPasids {
  readonly #owned = new Map<number, { guest: number; devices: Set<number> }>();
  /** For each device its numbers; true where the number is of the device's own space. */
  readonly #tables = new Map<number, Map<number, boolean>>();
  readonly #from: number;
  readonly #isRandom: boolean;
  #state: number;

  constructor(from: number, isRandom: boolean, seed: number) {
    this.#from = from;
    this.#isRandom = isRandom;
    this.#state = seed;
  }

  get owned(): ReadonlyMap<number, Owned> {
    return this.#owned;
  }

  /** A free number up to `max` for a guest; -ENOSPC when there is none. */
  allocate(guest: number, max: number): number {
    const count = Math.min(max, mostPasid) - this.#from + 1;
    const start = this.#isRandom && count > 0 ? this.#random() % count : 0;
    for (let step = 0; step < count; step++) {
      const pasid = this.#from + ((start + step) % count);
      if (this.#owned.has(pasid)) continue;
      this.#owned.set(pasid, { guest, devices: new Set() });
      return pasid;
    }
    return refused.full;
  }

  /** -ENOENT: nobody has it; -EACCES: another guest has it; -EBUSY: a device is bound to it. */
  free(guest: number, pasid: number): number {
    const owned = this.#owned.get(pasid);
    if (owned === undefined) return refused.unknown;
    if (owned.guest !== guest) return refused.foreign;
    if (owned.devices.size > 0) return refused.busy;
    this.#owned.delete(pasid);
    return 0;
  }

  /** Also -EOVERFLOW: the device has fewer bits; -EBUSY: the device's table has that entry already. */
  bind(guest: number, device: number, bits: number, pasid: number): number {
    const owned = this.#owned.get(pasid);
    if (owned === undefined) return refused.unknown;
    if (owned.guest !== guest) return refused.foreign;
    if (pasid >= 2 ** bits) return refused.narrow;
    const table = this.#tableOf(device);
    if (table.has(pasid)) return refused.busy;
    table.set(pasid, false);
    owned.devices.add(device);
    return 0;
  }

  /** The lowest number that the device's own table has free; -ENOSPC when there is none. */
  bindOwn(device: number, bits: number): number {
    const table = this.#tableOf(device);
    for (let pasid = 1; pasid < 2 ** bits; pasid++) {
      if (table.has(pasid)) continue;
      table.set(pasid, true);
      return pasid;
    }
    return refused.full;
  }

  /** Whether the number is of the device's own space. */
  isOwn(device: number, pasid: number): boolean {
    return this.#tables.get(device)?.get(pasid) === true;
  }

  /** -ENOENT: the device is not bound to it. */
  unbind(device: number, pasid: number): number {
    if (this.#tables.get(device)?.delete(pasid) !== true) return refused.unknown;
    this.#owned.get(pasid)?.devices.delete(device);
    return 0;
  }

  #tableOf(device: number): Map<number, boolean> {
    const known = this.#tables.get(device);
    if (known !== undefined) return known;
    const table = new Map<number, boolean>();
    this.#tables.set(device, table);
    return table;
  }

  /** Marsaglia's xorshift, 32 bits. */
  #random(): number {
    let next = this.#state;
    next ^= next << 13;
    next ^= next >>> 17;
    next ^= next << 5;
    this.#state = next;
    return next >>> 0;
  }
}
