import type { Walk } from './walk';

/** What an entry leads to. A negative verdict is a fault: minus the architecture's reason. */
export const leadsToTable = 0;
export const leadsToPage = 1;

/** What one architecture's paging entries must tell the walker. */
export interface EntryFormat {
  /**
   * Judges the entry at `words[at]`, for what the walk asks. Narrows `walk.permissions`, and sets `walk.next`
   * to the page that the entry points to. Gives `leadsToTable`, `leadsToPage`, or minus a fault reason.
   */
  judge(walk: Walk, words: Uint32Array, at: number, level: number): number;
  /** Bits to set in the entry's low 32 bits now that it is used (accessed, dirty); 0 for none. */
  marks(walk: Walk, words: Uint32Array, at: number, isLeaf: boolean): number;
  /** The reason when the table of that level cannot be read. */
  unreadable(walk: Walk, level: number): number;
  /** The reason when the outer stage does not let the walk set bits in its entry. */
  readonly unwritable: number;
  /** The reason when the address that the walk must reach does not fit the tables. */
  tooWide(walk: Walk): number;
  /** Index among the architecture's structures of the entry's layout. */
  structureOf(words: Uint32Array, at: number, level: number): number;
}
