import { readField } from '../../bits/access';
import { fieldOf, type Layout } from '../../bits/layout';
import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import { callOf, putTce } from '../../tce/layouts/calls';
import { commandWords } from '../shared/command-words';

const halves = 8;
const commands = Object.entries(callOf).map(([number, structure]) => ({
  structure,
  fixed: { TYPE: Number(number) },
}));

/** A hypercall: which one, and its arguments in 32-bit words. */
export interface Call {
  readonly structure: Layout;
  readonly words: readonly number[];
}

/** The hypercall of a command step, or what is wrong with it. */
export function callOfStep(step: StepOf<'command'>): Call | Problem {
  const words = commandWords(step, commands, halves);
  if (!Array.isArray(words)) return words;
  const structure = callOf[readField(fieldOf(putTce, 'TYPE'), words)];
  return structure === undefined
    ? { path: '.words[0]', message: 'The upper half is the number of no hypercall: 0x20, 0x138 or 0x13c.' }
    : { structure, words };
}
