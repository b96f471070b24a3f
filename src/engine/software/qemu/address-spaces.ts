/** What an address space does with a request; undecided until the next request when its table entry has changed. */
export const spaceKinds = ['translated', 'pass-through', 'undecided'] as const;
export type SpaceKind = (typeof spaceKinds)[number];

/** PASID of the space for requests that carry none. */
export const ordinary = -1;

/** Memory regions of one address space (QEMU hw/i386/intel_iommu.c, `vtd_find_add_as`). */
const regions = ['container', 'IOMMU', 'alias past the IOMMU', 'interrupts', 'interrupts, refused'] as const;

/** An address space of a requester, or of one of its PASIDs. */
export interface AddressSpace {
  readonly key: number;
  /** Whose it is: a requester ID, or the bus of a host bridge. */
  readonly owner: number;
  readonly pasid: number;
  kind: SpaceKind;
  /** Which call made it, from 1. */
  readonly madeAt: number;
}

const pasidNumbers = 2 ** 21;

/** A row's key: the owner and the PASID, -1 included. */
export function spaceKey(owner: number, pasid: number): number {
  return owner * pasidNumbers + pasid + 1;
}

/** Owner and PASID of a key. */
export function ofKey(key: number): { readonly owner: number; readonly pasid: number } {
  return { owner: Math.floor(key / pasidNumbers), pasid: (key % pasidNumbers) - 1 };
}

/** The address spaces that exist, by owner and PASID. */
export class AddressSpaces {
  readonly #spaces = new Map<number, AddressSpace>();

  get size(): number {
    return this.#spaces.size;
  }

  /** Memory regions of all of them. */
  get regions(): number {
    return this.#spaces.size * regions.length;
  }

  find(owner: number, pasid: number): AddressSpace | undefined {
    return this.#spaces.get(spaceKey(owner, pasid));
  }

  make(owner: number, pasid: number, kind: SpaceKind, madeAt: number): AddressSpace {
    const space = { key: spaceKey(owner, pasid), owner, pasid, kind, madeAt };
    this.#spaces.set(space.key, space);
    return space;
  }

  /** Those that a PASID table leads to: of one PASID, or of all; never the ordinary one. */
  throughTable(owner: number, pasid: number | undefined): readonly AddressSpace[] {
    return [...this.#spaces.values()].filter(
      (space) =>
        space.owner === owner && space.pasid !== ordinary && (pasid === undefined || space.pasid === pasid),
    );
  }

  drop(space: AddressSpace): void {
    this.#spaces.delete(space.key);
  }
}
