import { readField } from './access';
import { fieldOf, type Layout } from './layout';

/** Numbers a structure's fields, for `Decoded`: a look-up by name at every read costs more than a walk. */
export function numbered<Name extends string>(...names: readonly Name[]): Readonly<Record<Name, number>> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, number>;
}

/** The fields of an entry, decoded when its words change. */
export class Decoded {
  readonly words: Uint32Array;
  readonly #fields: readonly ReturnType<typeof fieldOf>[];
  readonly #values: Float64Array;
  /** Counts the changes. */
  version = 0;

  /** The first `count` 32-bit words of a structure, and the fields in them by `numbers`. */
  constructor(structure: Layout, count: number, numbers: Readonly<Record<string, number>>) {
    this.words = new Uint32Array(count);
    this.#fields = Object.keys(numbers).map((name) => fieldOf(structure, name));
    this.#values = new Float64Array(this.#fields.length);
  }

  /** Takes the words from `source[at]` on. */
  load(source: Uint32Array | Float64Array, at: number): void {
    const { words } = this;
    let differ = 0;
    for (let n = 0; n < words.length; n++) {
      const word = source[at + n] as number;
      differ |= word ^ (words[n] as number);
      words[n] = word;
    }
    if (differ === 0) return;
    this.version += 1;
    this.#fields.forEach((field, index) => {
      this.#values[index] = readField(field, words);
    });
  }

  get(number: number): number {
    return this.#values[number] as number;
  }
}
