import type { Difference } from './compare';

/** A kind of recorded answer that contradicts the manual: the manual wins, and the case is not counted as passed. */
export interface Dispute {
  readonly arch: string;
  readonly field: string;
  /** What the recording says, and what the manual says in its place. */
  readonly recorded: string;
  readonly manual: readonly string[];
  readonly section: string;
  readonly why: string;
}

const scalableReasons =
  'Scalable mode has fault reasons of its own; the recording has the legacy reason of the same condition.';

function legacyReason(recorded: string, ...manual: string[]): Dispute {
  return {
    arch: 'vtd',
    field: 'fault.reason',
    recorded,
    manual,
    section: 'VT-d 7.1.3',
    why: scalableReasons,
  };
}

/** Every dispute; listed for people in docs/disputed.md. */
export const disputes: readonly Dispute[] = [
  legacyReason('0x1', '0x39'),
  legacyReason('0x2', '0x41'),
  legacyReason('0x3', '0x7b', '0x43', '0x5b'),
  legacyReason('0x4', '0x84'),
  legacyReason('0x5', '0x79', '0x85'),
  legacyReason('0x6', '0x79', '0x86'),
  legacyReason('0x7', '0x78'),
  legacyReason('0x8', '0x38'),
  legacyReason('0x9', '0x40'),
  legacyReason('0xa', '0x3a'),
  legacyReason('0xb', '0x42'),
  legacyReason('0xc', '0x7a'),
];

/** The dispute that explains a difference, if any. */
export function disputeOf(arch: string, { field, expected, got }: Difference): Dispute | undefined {
  return disputes.find(
    (dispute) =>
      dispute.arch === arch &&
      dispute.field === field &&
      dispute.recorded === expected &&
      dispute.manual.includes(got),
  );
}
