import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import type { Bindings } from './bindings';
import type { Bound, Flush } from './machine-driver';
import { deviceOf, pageOf } from './numbers';
import type { TableSpace } from './space';

/** What a flush step is about, or what is wrong with it. */
export function flushOf(
  step: StepOf<'flush'>,
  deviceBits: number,
  spaces: ReadonlyMap<string, TableSpace>,
  bindings: Bindings,
): Flush | Problem {
  // Who keeps translations that nobody tells of is to software as if he kept none.
  const told = (user: Bound): Bound => (step.devices === false ? { ...user, ats: 'none' } : user);
  if (step.of === 'everything') return { of: 'everything', users: bindings.all().map(told) };
  if (step.of === 'configuration') {
    const device = deviceOf(step.device ?? '', deviceBits);
    if (device === undefined) return { path: '.device', message: 'Say whose configuration is flushed.' };
    const { pasid } = step;
    const bound = bindings.get(device, pasid);
    return { of: 'configuration', device, pasid, bound: bound === undefined ? undefined : told(bound) };
  }
  const space = spaces.get(step.space ?? '');
  if (space === undefined) return { path: '.space', message: 'Say which space is flushed.' };
  const users = bindings.usersOf(space).map(told);
  if (step.of === 'space') return { of: 'space', space, users, from: 0, count: 0, areTablesLeft: true };
  const from = pageOf(step.from ?? '');
  const count = pageOf(step.length ?? '0x1000');
  if (from === undefined || count === undefined)
    return { path: '.from', message: 'Say from where; ranges are multiples of 0x1000.' };
  const areTablesLeft = space.spare.isLeft(from, count);
  return { of: 'pages', space, users, from, count, areTablesLeft };
}
