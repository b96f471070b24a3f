import { parseWord, splitAddress } from '../bits/hex';
import type { Problem } from '../scenario/problem';
import type { StepOf } from '../scenario/schema';

/** Reads the arguments of a call step; the first one that is wrong is the problem. */
export class Arguments {
  problem: Problem | undefined;
  readonly #given: NonNullable<StepOf<'call'>['with']>;
  readonly #used = new Set<string>();

  constructor(step: StepOf<'call'>) {
    this.#given = step.with ?? {};
  }

  /** A whole number from `least` to `most`; `otherwise` when it is left out. */
  number(name: string, least: number, most: number, otherwise?: number): number {
    const given = this.#take(name);
    if (given === undefined && otherwise !== undefined) return otherwise;
    const value = typeof given === 'string' ? wordOf(given) : given;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    return this.#wrong(name, `${name} is a whole number from ${least} to ${most}.`, least);
  }

  /** The page number of an address that is a multiple of 0x1000. */
  page(name: string, otherwise?: number): number {
    const given = this.#take(name);
    if (given === undefined && otherwise !== undefined) return otherwise;
    const word = typeof given === 'string' ? parseWord(given) : undefined;
    const place = word === undefined ? undefined : splitAddress(word);
    if (place?.offset === 0) return place.page;
    return this.#wrong(name, `${name} is an address in hexadecimal, a multiple of 0x1000.`, 0);
  }

  /** The index of a name in a list. */
  choice(name: string, names: readonly string[], otherwise?: number): number {
    const given = this.#take(name);
    if (given === undefined && otherwise !== undefined) return otherwise;
    const index = typeof given === 'string' ? names.indexOf(given) : -1;
    return index >= 0 ? index : this.#wrong(name, `${name} is one of ${names.join(', ')}.`, 0);
  }

  flag(name: string, otherwise = false): boolean {
    const given = this.#take(name);
    if (given === undefined) return otherwise;
    if (typeof given === 'boolean') return given;
    this.#wrong(name, `${name} is true or false.`, 0);
    return otherwise;
  }

  text(name: string, otherwise?: string): string {
    const given = this.#take(name);
    if (given === undefined && otherwise !== undefined) return otherwise;
    if (typeof given === 'string') return given;
    this.#wrong(name, `${name} is a text.`, 0);
    return '';
  }

  /** The problem, also when an argument was given that nobody asked for. */
  end(): Problem | undefined {
    const unknown = Object.keys(this.#given).find((name) => !this.#used.has(name));
    if (unknown !== undefined) this.#wrong(unknown, `This call takes no ${unknown}.`, 0);
    return this.problem;
  }

  #take(name: string): number | boolean | string | undefined {
    this.#used.add(name);
    return this.#given[name];
  }

  #wrong(name: string, message: string, instead: number): number {
    this.problem ??= { path: `.with.${name}`, message };
    return instead;
  }
}

function wordOf(text: string): number | undefined {
  const word = parseWord(text);
  return word === undefined ? undefined : word.high * 2 ** 32 + word.low;
}
