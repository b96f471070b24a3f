import { AddressSpaces, ordinary } from '../address-spaces';

/** What could be made for the processes of one device. */
export const designs = [
  'a method that takes the PASID',
  'a space for every process, in advance',
  'a space on first use',
] as const;

/** What one design has made for a device. */
export interface Count {
  readonly spaces: number;
  readonly regions: number;
  /** Spaces that a change of the whole PASID table makes wrong. */
  readonly toDrop: number;
}

/**
 * Makes what each design makes for a device that may work for `processes` and sends DMA for `using` of them, and counts;
 * in the order of `designs`. Every design has the ordinary space beside the PASID context (thread of 20 December 2017).
 */
export function census(processes: number, using: number): readonly Count[] {
  return [0, processes, Math.min(using, processes)].map((count) => {
    const spaces = new AddressSpaces();
    spaces.make(0, ordinary, 'translated', 0);
    for (let pasid = 1; pasid <= count; pasid++) spaces.make(0, pasid, 'translated', 0);
    return {
      spaces: spaces.size,
      regions: spaces.regions,
      toDrop: spaces.throughTable(0, undefined).length,
    };
  });
}
