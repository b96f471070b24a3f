import { encode, readField } from '../../bits/access';
import { type Field, width } from '../../bits/field';
import { parseWord, splitAddress } from '../../bits/hex';
import { fieldOf, type Layout } from '../../bits/layout';
import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import { callOf, putTce } from '../../tce/layouts/calls';

const callWords = 4;

/** A hypercall: which one, and its arguments in 32-bit words. */
export interface Call {
  readonly structure: Layout;
  readonly words: readonly number[];
}

/** The hypercall of a command step, or what is wrong with it. */
export function encodeCall(step: StepOf<'command'>): Call | Problem {
  return step.words === undefined ? fromFields(step) : fromWords(step.words);
}

function fromWords(texts: readonly string[]): Call | Problem {
  if (texts.length !== callWords)
    return { path: '.words', message: `A hypercall has ${callWords} words of 64 bits.` };
  const words: number[] = [];
  for (const [index, text] of texts.entries()) {
    const word = parseWord(text);
    if (word === undefined)
      return { path: `.words[${index}]`, message: `${text} is not a 64-bit hexadecimal number.` };
    words.push(word.low, word.high);
  }
  const structure = callOf[readField(fieldOf(putTce, 'TYPE'), words)];
  return structure === undefined
    ? { path: '.words[0]', message: 'The upper half is the number of no hypercall: 0x20, 0x138 or 0x13c.' }
    : { structure, words };
}

function fromFields(step: StepOf<'command'>): Call | Problem {
  const found = Object.entries(callOf).find(([, { id }]) => id === step.descriptor);
  if (found === undefined)
    return { path: '.descriptor', message: `There is no hypercall ${step.descriptor ?? ''}.` };
  const [number, structure] = found;
  const values: Record<string, number> = { TYPE: Number(number) };
  for (const [name, given] of Object.entries(step.fields ?? {})) {
    const field = structure.fields.find(({ abbr }) => abbr === name && abbr !== '');
    if (field === undefined)
      return { path: `.fields.${name}`, message: `${structure.name} has no field ${name}.` };
    const value = numberFor(field, given);
    if (value === undefined) return { path: `.fields.${name}`, message: `${given} does not fit ${name}.` };
    values[name] = value;
  }
  return { structure, words: encode(structure, values) };
}

function numberFor(field: Field, given: number | string): number | undefined {
  const word = typeof given === 'string' ? parseWord(given) : undefined;
  if (typeof given === 'string' && word === undefined) return undefined;
  const value =
    word === undefined
      ? Number(given)
      : field.kind === 'page'
        ? splitAddress(word).page
        : word.high * 2 ** 32 + word.low;
  return Number.isInteger(value) && value >= 0 && value < 2 ** width(field) ? value : undefined;
}
