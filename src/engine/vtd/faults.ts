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

/**
 * Whether a translation request that meets the fault is answered without permission instead, and nothing is recorded:
 * a page that is missing or not allowed, for which the device may ask (VT-d 7.1.3, recoverable faults).
 */
export function isRecoverable(code: number): boolean {
  return recoverable.has(code);
}

/** LGN.2, LGN.3, SFS.2, SFS.6 to SFS.8, SSS.2, SGN.2, SGN.3, SGN.6, SGN.7. */
const recoverable: ReadonlySet<number> = new Set([
  0x5, 0x6, 0x71, 0x75, 0x76, 0x77, 0x79, 0x81, 0x82, 0x85, 0x86,
]);
