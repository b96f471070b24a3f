import { parseWord, type Word64 } from '../../bits/hex';
import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import { Arguments } from '../arguments';
import type { SoftwareModel } from '../model';

/** One thing that a part can be asked to do; its arguments have been read when it ends. */
export type Operation = (given: Arguments) => Problem | undefined;

/** A model of the operations by name. */
export function modelOf(operations: Readonly<Record<string, Operation>>): SoftwareModel {
  return {
    call(step: StepOf<'call'>): Problem | undefined {
      const operation = Object.hasOwn(operations, step.op) ? operations[step.op] : undefined;
      if (operation !== undefined) return operation(new Arguments(step));
      return { path: '.op', message: `Ask for one of ${Object.keys(operations).join(', ')}.` };
    },
  };
}

/** A requester ID. */
export function deviceArgument(given: Arguments): number {
  return given.number('device', 0, 0xffff);
}

/** A PASID, -1 when it is left out. */
export function pasidArgument(given: Arguments): number {
  return given.number('pasid', 0, 0xfffff, -1);
}

/** Any address; the problem when it is none. */
export function addressArgument(given: Arguments, name: string): Word64 {
  const word = parseWord(given.text(name));
  if (word !== undefined) return word;
  given.problem ??= { path: `.with.${name}`, message: `${name} is a 64-bit hexadecimal number.` };
  return { low: 0, high: 0 };
}
