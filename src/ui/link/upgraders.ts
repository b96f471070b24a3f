import { failed, type Parsed } from '../../engine/scenario/problem';
import type { Payload } from './payload';

export const newestVersion = 1;

/** From the payload of a version to that of the next one; a published link opens for ever. */
const upgraders: Readonly<Record<number, (payload: unknown) => unknown>> = {};

/** Brings a payload of any published version up to date and checks its shape. */
export function upgrade(version: number, payload: unknown): Parsed<Payload> {
  let current = payload;
  for (let at = version; at < newestVersion; at++) current = upgraders[at]?.(current);
  return shaped(current);
}

function shaped(value: unknown): Parsed<Payload> {
  if (typeof value !== 'object' || value === null)
    return failed('link', 'The link is damaged. It holds no scenario.');
  const { l, x, d, e, c, r } = value as Record<string, unknown>;
  if (x !== undefined && !(Array.isArray(x) && typeof x[0] === 'string' && isNumbers(x.slice(1), 1)))
    return failed('link.x', 'The example is not a name and the index of a case.');
  if (typeof l !== 'string' && x === undefined && d === undefined)
    return failed('link', 'The link names no lesson, no example and no scenario.');
  if (e !== undefined && !Array.isArray(e)) return failed('link.e', 'The edits are not a list.');
  if (c !== undefined && !isNumbers(c, 2))
    return failed('link.c', 'The place is not a step and a micro-step.');
  if (r !== undefined && !(Array.isArray(r) && isNumbers(r.slice(0, 2), 2) && typeof r[2] === 'string')) {
    return failed('link.r', 'The selection is not an entry.');
  }
  return { ok: true, value: value as Payload };
}

function isNumbers(value: unknown, length: number): boolean {
  return (
    Array.isArray(value) &&
    value.length === length &&
    value.every((item) => Number.isSafeInteger(item) && item >= 0)
  );
}
