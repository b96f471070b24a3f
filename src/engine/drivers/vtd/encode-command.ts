import { encode } from '../../bits/access';
import { parseWord, splitAddress } from '../../bits/hex';
import type { Layout } from '../../bits/layout';
import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import { descriptorOfType } from '../../vtd/layouts/descriptors';

/** The 32-bit words of a command step's descriptor, `count` of them, or what is wrong with it. */
export function encodeCommand(step: StepOf<'command'>, count: number): number[] | Problem {
  if (step.words !== undefined) {
    if (step.words.length * 2 !== count) {
      return { path: '.words', message: `The queue holds descriptors of ${count / 2} words of 64 bits.` };
    }
    const words: number[] = [];
    for (const [index, text] of step.words.entries()) {
      const word = parseWord(text);
      if (word === undefined)
        return { path: `.words[${index}]`, message: `${text} is not a 64-bit hexadecimal number.` };
      words.push(word.low, word.high);
    }
    return words;
  }
  const found = Object.entries(descriptorOfType).find(([, { id }]) => id === step.descriptor);
  if (found === undefined)
    return { path: '.descriptor', message: `There is no descriptor ${step.descriptor ?? ''}.` };
  return encodeFields(found[1], Number(found[0]), step.fields ?? {}, count);
}

function encodeFields(
  structure: Layout,
  type: number,
  fields: Readonly<Record<string, number | string>>,
  count: number,
): number[] | Problem {
  const values: Record<string, number> = { TYPE: type };
  for (const [name, given] of Object.entries(fields)) {
    const field = structure.fields.find(({ abbr }) => abbr === name);
    if (field === undefined)
      return { path: `.fields.${name}`, message: `${structure.name} has no field ${name}.` };
    const value = typeof given === 'number' ? given : numberOf(given, field.kind === 'page');
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
  return [...words, ...new Array<number>(count - words.length).fill(0)];
}

function numberOf(text: string, isPage: boolean): number | undefined {
  const word = parseWord(text);
  if (word === undefined) return undefined;
  return isPage ? splitAddress(word).page : word.high * 2 ** 32 + word.low;
}
