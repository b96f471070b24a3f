/** What an entry says to software: nothing, a table, or a page of 2^`bits` small pages. */
export type EntryMeaning =
  | { readonly kind: 'none' }
  | { readonly kind: 'table'; readonly next: number }
  | { readonly kind: 'page'; readonly page: number; readonly bits: number };

/** How one stage's entries of a machine are written and read by software. Pages are numbers; words are 32-bit halves. */
export interface PagingDialect {
  /** Sizes of pages: powers of two of small pages, smallest first. */
  readonly sizes: readonly number[];
  /** Index bits of the root table beyond nine; it fills 2^topBits pages side by side. */
  readonly topBits: number;
  /** Whether addresses of the upper half are reached by sign extension. */
  readonly isSigned: boolean;
  /** An entry that leads to a table of the level below `level`. */
  table(next: number, level: number): number[];
  /** An entry at `level` that maps 2^`bits` small pages; permissions as letters of `rwxus`. */
  page(to: number, level: number, bits: number, permissions: string): number[];
  /** The entry with other permissions. */
  permit(words: readonly number[], level: number, permissions: string): number[];
  read(words: readonly number[], level: number): EntryMeaning;
}

/** 1 when the letter is there. */
export function bitOf(permissions: string, letter: string): number {
  return permissions.includes(letter) ? 1 : 0;
}
