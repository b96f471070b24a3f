/** Who may write a page: what the colours of a table mean. */
export const owners = ['host', 'guest', 'device'] as const;
export type Owner = (typeof owners)[number];

const wordsPerPage = 1024;
/** Pages that are looked up together. Tables lie close to each other: a walk seldom leaves a region. */
const regionPages = 1024;
const inRegion = regionPages - 1;
const noRegion = -1;
const unreadable = -1;

/** Pages of the largest physical address space, of 56 bits. */
export const mostPages = 2 ** 44;

/**
 * Sparse physical memory in 4 KiB pages, kept as one flat array of 32-bit words. Page numbers are exact
 * up to 2^52. A page that nobody wrote reads as zeros; a page marked unreadable answers no read.
 */
export class Memory {
  /** All pages one after the other; the first is the page of zeros. Changes identity when memory grows. */
  words = new Uint32Array(64 * wordsPerPage);
  #count = 1;
  /** A hash table of regions by their first page; `#places` has `regionPages` places for each entry. */
  #regions = new Float64Array(16).fill(noRegion);
  #starts = new Int32Array(16);
  #mask = 15;
  #regionCount = 0;
  /** Where each page's words begin: 0 for an absent page, -1 for an unreadable one. */
  #places = new Int32Array(4 * regionPages);
  #owners = new Map<number, number>();

  /** The two regions that were looked up last, and where their places begin: a guest's tables and the host's. */
  #lastRegion = noRegion;
  #lastStart = 0;
  #otherRegion = noRegion;
  #otherStart = 0;

  /** The index in `words` of the page's first word; 0 (zeros) for an absent page, -1 for an unreadable one. */
  locate(page: number): number {
    const index = page & inRegion;
    const region = page - index;
    if (region === this.#lastRegion) return this.#places[this.#lastStart + index] as number;
    if (region === this.#otherRegion) return this.#places[this.#otherStart + index] as number;
    return this.#enter(region) ? (this.#places[this.#lastStart + index] as number) : 0;
  }

  /** Remembers the region; false when nothing in it was written. */
  #enter(region: number): boolean {
    const at = this.#find(region);
    if (this.#regions[at] === noRegion) return false;
    this.#otherRegion = this.#lastRegion;
    this.#otherStart = this.#lastStart;
    this.#lastRegion = region;
    this.#lastStart = this.#starts[at] as number;
    return true;
  }

  /** The low half of the 64-bit word at byte `offset` of the page. */
  low(page: number, offset: number): number {
    const at = this.locate(page);
    return at < 0 ? 0 : (this.words[at + (offset >>> 2)] as number);
  }

  /** The high half of the 64-bit word at byte `offset` of the page. */
  high(page: number, offset: number): number {
    const at = this.locate(page);
    return at < 0 ? 0 : (this.words[at + (offset >>> 2) + 1] as number);
  }

  /** Writes a 64-bit word at an offset that is a multiple of 8. */
  write(page: number, offset: number, low: number, high: number): void {
    let at = this.locate(page);
    if (at < 0) return;
    if (at === 0) {
      if (low === 0 && high === 0) return;
      at = this.#add(page);
    }
    this.words[at + (offset >>> 2)] = low;
    this.words[at + (offset >>> 2) + 1] = high;
  }

  /** From here on no read of the page is answered. */
  markUnreadable(page: number): void {
    this.#place(page, unreadable);
  }

  owner(page: number): number {
    return this.#owners.get(page) ?? 0;
  }

  setOwner(page: number, owner: Owner): void {
    this.#owners.set(page, owners.indexOf(owner));
  }

  /** Every page that was written, lowest first. */
  pages(): number[] {
    const found: number[] = [];
    for (const [at, region] of this.#regions.entries()) {
      if (region === noRegion) continue;
      const start = this.#starts[at] as number;
      for (let index = 0; index < regionPages; index++)
        if ((this.#places[start + index] as number) > 0) found.push(region + index);
    }
    return found.sort((a, b) => a - b);
  }

  #add(page: number): number {
    const at = this.#count * wordsPerPage;
    this.#count += 1;
    if (at + wordsPerPage > this.words.length) {
      const grown = new Uint32Array(this.words.length * 2);
      grown.set(this.words);
      this.words = grown;
    }
    this.#place(page, at);
    return at;
  }

  #place(page: number, place: number): void {
    const index = page & inRegion;
    const start = this.#startOf(page - index);
    this.#places[start + index] = place;
  }

  /** Where the region's places begin; it is added when nothing in it was written yet. */
  #startOf(region: number): number {
    const at = this.#find(region);
    if (this.#regions[at] === region) return this.#starts[at] as number;
    const start = this.#regionCount * regionPages;
    this.#regionCount += 1;
    if (start + regionPages > this.#places.length) {
      const grown = new Int32Array(this.#places.length * 2);
      grown.set(this.#places);
      this.#places = grown;
    }
    this.#regions[at] = region;
    this.#starts[at] = start;
    if (this.#regionCount * 2 > this.#mask) this.#growRegions();
    return start;
  }

  /** The place in the hash table of a region, or the free one where it would be. */
  #find(region: number): number {
    let at = hash(region) & this.#mask;
    while (this.#regions[at] !== noRegion && this.#regions[at] !== region) at = (at + 1) & this.#mask;
    return at;
  }

  #growRegions(): void {
    const regions = this.#regions;
    const starts = this.#starts;
    this.#mask = this.#mask * 2 + 1;
    this.#regions = new Float64Array(this.#mask + 1).fill(noRegion);
    this.#starts = new Int32Array(this.#mask + 1);
    for (const [from, region] of regions.entries()) {
      if (region === noRegion) continue;
      const at = this.#find(region);
      this.#regions[at] = region;
      this.#starts[at] = starts[from] as number;
    }
  }
}

/** Spreads neighbouring regions. */
function hash(region: number): number {
  const mixed = Math.imul(region ^ (region / 0x100000), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
