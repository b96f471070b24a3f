import { deviceReasons } from './faults/device';
import { legacyReasons } from './faults/legacy';
import { pagingReasons } from './faults/paging';
import type { FaultReason } from './faults/reason';

/** Every reason by its number. */
export const faultReasons: ReadonlyMap<number, FaultReason> = new Map(
  [...legacyReasons, ...deviceReasons, ...pagingReasons].map((reason) => [reason.code, reason]),
);

/** Whether the fault is recorded although FPD is set. */
export function isUnqualified(code: number): boolean {
  return faultReasons.get(code)?.isUnqualified === true;
}
