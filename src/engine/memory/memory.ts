/** Who may write a page: what the colours of a table mean. */
export const owners = ['host', 'guest', 'device'] as const;
export type Owner = (typeof owners)[number];

const wordsPerPage = 1024;
const empty = -1;
const unreadable = -1;

/**
 * Sparse physical memory in 4 KiB pages, kept as one flat array of 32-bit words. Page numbers are exact
 * up to 2^52. A page that nobody wrote reads as zeros; a page marked unreadable answers no read.
 */
/** Pages of the largest physical address space, of 56 bits. */
export const mostPages = 2 ** 44;

export class Memory {
  /** All pages one after the other; the first is the page of zeros. Changes identity when memory grows. */
  words = new Uint32Array(64 * wordsPerPage);
  #count = 1;
  #keys = new Float64Array(256).fill(empty);
  #slots = new Int32Array(256);
  #mask = 255;
  #owners = new Map<number, number>();

  /** The index in `words` of the page's first word; 0 (zeros) for an absent page, -1 for an unreadable one. */
  locate(page: number): number {
    const mask = this.#mask;
    let at = hash(page) & mask;
    for (;;) {
      const key = this.#keys[at] as number;
      if (key === page) return this.#slots[at] as number;
      if (key === empty) return 0;
      at = (at + 1) & mask;
    }
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
    this.#insert(page, unreadable);
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
    for (let at = 0; at <= this.#mask; at++) {
      if ((this.#keys[at] as number) >= 0 && (this.#slots[at] as number) > 0)
        found.push(this.#keys[at] as number);
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
    this.#insert(page, at);
    return at;
  }

  #insert(page: number, slot: number): void {
    if (this.#count * 2 > this.#mask) this.#grow();
    let at = hash(page) & this.#mask;
    while (this.#keys[at] !== empty && this.#keys[at] !== page) at = (at + 1) & this.#mask;
    this.#keys[at] = page;
    this.#slots[at] = slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const slots = this.#slots;
    this.#mask = this.#mask * 2 + 1;
    this.#keys = new Float64Array(this.#mask + 1).fill(empty);
    this.#slots = new Int32Array(this.#mask + 1);
    for (let at = 0; at < keys.length; at++) {
      if (keys[at] !== empty) this.#insert(keys[at] as number, slots[at] as number);
    }
  }
}

/** Spreads neighbouring pages: tables come in runs, and runs would collide. */
function hash(page: number): number {
  const mixed = Math.imul(page ^ (page / 0x100000), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
