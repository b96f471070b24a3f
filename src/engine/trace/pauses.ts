import { type EventKind, eventKinds } from './events';
import { kindAt, type Trace } from './trace';

/** Kinds that come in runs and are looked at together. */
const together: ReadonlySet<EventKind> = new Set(['register', 'drop', 'fill', 'store']);
/** Kinds that only make sense with the event after or before them. */
const passing: ReadonlySet<EventKind> = new Set(['guest', 'sweep', 'tick']);
const missed = -1;

/**
 * The micro-steps of a trace: counts of events after which a person may want to look. A run of cache fills is
 * one micro-step, a walk cache that knows nothing is none, and what the walk needs next is part of the read that
 * told it, and what software notes of what it did. A write to a register that invalidates is one with what it drops.
 */
export function pausesOf(trace: Trace): Uint32Array {
  const pauses: number[] = [0];
  for (let n = 0; n < trace.length; n++) {
    const kind = kindAt(trace, n);
    const next = n + 1 < trace.length ? kindAt(trace, n + 1) : undefined;
    if (passing.has(kind) && next !== 'step' && next !== undefined) continue;
    if (next === 'need' || next === 'row' || next === 'gone') continue;
    if (kind === 'register' && next === 'sweep') continue;
    if (kind === 'step' && next !== 'step' && next !== undefined) continue;
    if (together.has(kind) && next === kind) continue;
    if (kind === 'lookup' && isSilentMiss(trace, n)) continue;
    pauses.push(n + 1);
  }
  return Uint32Array.from(pauses);
}

/** A miss of a walk cache: its `stage` is 1 or 2. */
function isSilentMiss(trace: Trace, n: number): boolean {
  const first = trace.start[n] as number;
  return trace.operand[first + 1] === missed && (trace.operand[first + 2] as number) > 0;
}

/** Counts of events at which each step begins and ends: its first event, and one past its last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The spans of the steps, in order. `starts` are the indices of their first events. */
export function stepSpans(starts: readonly number[], length: number): readonly Span[] {
  return starts.map((from, index) => ({ from, to: starts[index + 1] ?? length }));
}

/** How many events of each kind the trace holds. */
export function countKinds(trace: Trace): ReadonlyMap<EventKind, number> {
  const counts = new Map<EventKind, number>(eventKinds.map((kind) => [kind, 0]));
  for (let n = 0; n < trace.length; n++) {
    const kind = kindAt(trace, n);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}
