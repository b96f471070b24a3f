/** The words of the entry that was decoded last: the same words mean the same again. */
export class SameWords {
  readonly #words: Uint32Array;

  constructor(count: number) {
    this.#words = new Uint32Array(count);
  }

  /** Whether the words from `words[at]` on are those. */
  are(words: Uint32Array, at: number): boolean {
    const last = this.#words;
    let differ = 0;
    for (let n = 0; n < last.length; n++) differ |= (last[n] as number) ^ (words[at + n] as number);
    return differ === 0;
  }

  remember(words: Uint32Array, at: number): void {
    this.#words.set(words.subarray(at, at + this.#words.length));
  }
}
