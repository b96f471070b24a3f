import { status } from './status';

/** A mapping as one MAP request made it. Pages of 4 KiB; `last` is inside. */
export interface GuestMapping {
  /** The count of mappings made before it. */
  readonly serial: number;
  readonly first: number;
  readonly last: number;
  /** The page of guest memory that `first` goes to. */
  readonly to: number;
  readonly canRead: boolean;
  readonly canWrite: boolean;
}

/** A byte's address. */
export interface Address {
  readonly page: number;
  readonly offset: number;
}

/** Bytes from `start` to `end`, both inside. */
export interface ByteRange {
  readonly start: Address;
  readonly end: Address;
}

const lastOffset = 4095;

/** Whether `a` comes after `b`. */
export function isAfter(a: Address, b: Address): boolean {
  return a.page === b.page ? a.offset > b.offset : a.page > b.page;
}

/** The mappings of one domain. Each stays what one MAP made it: two that touch stay two, and none is cut. */
export class MappingList {
  readonly #mappings = new Map<number, GuestMapping>();

  get all(): readonly GuestMapping[] {
    return [...this.#mappings.values()].sort((a, b) => a.first - b.first);
  }

  /** The mapping of a page. */
  find(page: number): GuestMapping | undefined {
    return this.all.find(({ first, last }) => first <= page && page <= last);
  }

  overlaps(first: number, last: number): boolean {
    return this.all.some((mapping) => mapping.first <= last && first <= mapping.last);
  }

  add(mapping: GuestMapping): void {
    this.#mappings.set(mapping.serial, mapping);
  }

  /**
   * Takes out the mappings inside a range; what is not mapped does not matter. RANGE, and nothing taken out, when a
   * mapping would be cut (virtio 1.2, 5.13.6.6).
   */
  remove({ start, end }: ByteRange): readonly GuestMapping[] | typeof status.range {
    const touched = this.all.filter(({ first, last }) => first <= end.page && last >= start.page);
    const isWhole = touched.every(
      ({ first, last }) =>
        !isAfter(start, { page: first, offset: 0 }) && !isAfter({ page: last, offset: lastOffset }, end),
    );
    if (!isWhole) return status.range;
    for (const { serial } of touched) this.#mappings.delete(serial);
    return touched;
  }
}
