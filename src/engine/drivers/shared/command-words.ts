import { encode } from '../../bits/access';
import { parseWord, splitAddress } from '../../bits/hex';
import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import type { CommandShape } from './machine-driver';

/** The 32-bit words of a command step, `count` of them, or what is wrong with it. */
export function commandWords(
  step: StepOf<'command'>,
  commands: readonly CommandShape[],
  count: number,
): number[] | Problem {
  if (step.words !== undefined) return rawWords(step.words, count);
  const found = commands.find(({ structure }) => structure.id === step.descriptor);
  if (found === undefined)
    return { path: '.descriptor', message: `There is no descriptor ${step.descriptor ?? ''}.` };
  return encodeFields(found, step.fields ?? {}, count);
}

function rawWords(given: readonly string[], count: number): number[] | Problem {
  if (given.length * 2 !== count)
    return { path: '.words', message: `A descriptor has ${count / 2} words of 64 bits.` };
  const words: number[] = [];
  for (const [index, text] of given.entries()) {
    const word = parseWord(text);
    if (word === undefined)
      return { path: `.words[${index}]`, message: `${text} is not a 64-bit hexadecimal number.` };
    words.push(word.low, word.high);
  }
  return words;
}

function encodeFields(
  { structure, fixed }: CommandShape,
  fields: Readonly<Record<string, number | string>>,
  count: number,
): number[] | Problem {
  const values: Record<string, number> = { ...fixed };
  for (const [name, given] of Object.entries(fields)) {
    const field = structure.fields.find(({ abbr }) => abbr === name);
    if (field === undefined)
      return { path: `.fields.${name}`, message: `${structure.name} has no field ${name}.` };
    const isPage = field.kind === 'page';
    const value = typeof given === 'number' ? given : numberOf(given, isPage);
    if (
      value === undefined ||
      !Number.isInteger(value) ||
      value < 0 ||
      value >= 2 ** (field.high - field.low + 1)
    ) {
      return { path: `.fields.${name}`, message: `${given} does not fit ${name}.` };
    }
    values[name] = value;
  }
  const words = encode(structure, values);
  return [...words, ...new Array<number>(Math.max(0, count - words.length)).fill(0)];
}

function numberOf(text: string, isPage: boolean): number | undefined {
  const word = parseWord(text);
  if (word === undefined) return undefined;
  return isPage ? splitAddress(word).page : word.high * 2 ** 32 + word.low;
}
