import type { Teller } from '../model';
import { ledger, mappingStates } from './description';

export type MappingState = (typeof mappingStates)[number];

/** A bus frame that a domain has mapped to a page, until no IOTLB can know it. */
export interface BusMapping {
  readonly id: number;
  readonly mapper: number;
  readonly bfn: number;
  /** Whose memory it is. */
  readonly target: number;
  readonly gfn: number;
  readonly mfn: number;
  readonly isReadOnly: boolean;
  readonly state: MappingState;
}

/** All bus mappings, numbered in the order in which they were made. */
export class BusMappings {
  readonly #mappings = new Map<number, BusMapping>();
  readonly #tell: Teller;
  #last = 0;

  constructor(tell: Teller) {
    this.#tell = tell;
  }

  /** The mapping whose entry stands in the mapper's table. */
  find(mapper: number, bfn: number): BusMapping | undefined {
    return this.where((mapping) => mapping.mapper === mapper && mapping.bfn === bfn && isMapped(mapping))[0];
  }

  where(wanted: (mapping: BusMapping) => boolean): readonly BusMapping[] {
    return [...this.#mappings.values()].filter(wanted);
  }

  add(mapping: Omit<BusMapping, 'id' | 'state'>): void {
    this.#last += 1;
    this.#put({ ...mapping, id: this.#last, state: 'mapped' });
  }

  change(mapping: BusMapping, state: MappingState): void {
    this.#put({ ...mapping, state });
  }

  remove({ id }: BusMapping): void {
    this.#mappings.delete(id);
    this.#tell.drop(ledger.mappings, id);
  }

  #put(mapping: BusMapping): void {
    const { id, mapper, bfn, target, gfn, mfn, isReadOnly, state } = mapping;
    this.#mappings.set(id, mapping);
    const told = [mapper, bfn, target, gfn, mfn, isReadOnly ? 1 : 0, mappingStates.indexOf(state)];
    this.#tell.set(ledger.mappings, id, ...told);
  }
}

/** Whether its entry stands in the table. */
export function isMapped({ state }: BusMapping): boolean {
  return state === 'mapped';
}

/** Whether a flush ends it. */
export function waitsForFlush({ state }: BusMapping): boolean {
  return state === 'unmapped, not flushed' || state === 'unmapped, held until the flush';
}

/** Whether it holds a reference to its page. */
export function holdsReference({ state }: BusMapping): boolean {
  return state !== 'unmapped, not flushed';
}
