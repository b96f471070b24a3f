/** A range of I/O virtual pages. live: handed out. cached: in a magazine, for the next request of its CPU. */
export interface IovaRange {
  readonly first: number;
  readonly pages: number;
  readonly state: 'live' | 'cached';
}

/** Gives out ranges of I/O virtual pages (4 KiB each) of one domain. What it does it tells its meter. */
export interface IovaAllocator {
  readonly name: string;
  /** The first of `pages` adjacent pages, none above `limitPage`; -1 when there is no room. */
  allocate(pages: number, limitPage: number, cpu: number): number;
  /** Takes back a whole range: the same first page and number of pages as asked for. */
  free(page: number, pages: number, cpu: number): void;
  /** The ranges that no other CPU can be given, in the order of their addresses. */
  ranges(): readonly IovaRange[];
}

/** The first page above 4 GiB. */
export const first64BitPage = 0x10_0000;
