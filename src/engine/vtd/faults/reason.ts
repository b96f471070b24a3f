/** A fault reason of the manual (VT-d 7.1.3) and how to say it. */
export interface FaultReason {
  readonly code: number;
  readonly abbr: string;
  readonly name: string;
  /** What was checked and what was found. */
  readonly found: string;
  /** What usually causes it. */
  readonly cause: string;
  /** Recorded even where FPD is set. */
  readonly isUnqualified?: true;
}
