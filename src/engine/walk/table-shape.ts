/** How a stage cuts an address and how large its entries are. */
export interface TableShape {
  /** Bits of the address for each level. */
  readonly bits: number;
  /** Bits more for the top level, whose table is that much larger. */
  readonly topBits: number;
  /** 32-bit words of an entry. */
  readonly entryWords: 1 | 2;
  /** Pages of 4 KiB that an entry of level 0 maps. */
  readonly pages: number;
}

/** Tables of 512 entries of 64 bits. */
export const usualShape: TableShape = { bits: 9, topBits: 0, entryWords: 2, pages: 1 };

/** Pages that an entry of each level covers, and their inverses. */
export const perLevel = [1, 2 ** 9, 2 ** 18, 2 ** 27, 2 ** 36, 2 ** 45];
export const perLevelInverse = perLevel.map((pages) => 1 / pages);

/** How many pages an entry of that level covers. */
export function pagesPerEntry(level: number): number {
  return perLevel[level] as number;
}

/** The index into the table of that level; 9 bits of the page number. */
export function indexAt(page: number, level: number): number {
  return (page * (perLevelInverse[level] as number)) & 511;
}
