import type { RunView } from '../../engine/moment';
import type { EventKind } from '../../engine/trace/events';
import { kindAt } from '../../engine/trace/trace';

export const lanes = ['DMA', 'reads', 'caches', 'queue', 'writes', 'faults'] as const;

const laneOf: Readonly<Record<EventKind, number>> = {
  step: -1,
  access: 0,
  request: 0,
  pageRequest: 0,
  pageResponse: 0,
  result: 0,
  interrupt: 0,
  fetch: 1,
  need: -1,
  guest: -1,
  lookup: 2,
  fill: 2,
  sweep: -1,
  drop: 2,
  command: 3,
  register: -1,
  store: 4,
  fault: 5,
  queueError: 5,
  act: 4,
  row: -1,
  gone: -1,
  tick: -1,
  problem: 5,
};

/** One mark: an event on its lane, at its micro-step. */
export interface Mark {
  readonly lane: number;
  /** Index of the micro-step. */
  readonly at: number;
}

/** The run as marks on lanes over micro-steps, and where its operations begin. */
export interface TimelinePicture {
  readonly length: number;
  readonly marks: readonly Mark[];
  readonly operations: readonly { readonly at: number; readonly title: string; readonly isStop: boolean }[];
}

/** Lays the run out; a pure function of the run, not of the cursor. */
export function projectTimeline(view: RunView): TimelinePicture {
  const { trace, pauses, spans, scenario } = view;
  const marks: Mark[] = [];
  const seen = new Set<number>();
  let at = 0;
  for (let n = 0; n < trace.length; n++) {
    while (at + 1 < pauses.length && (pauses[at] as number) < n + 1) at += 1;
    const lane = laneOf[kindAt(trace, n)];
    const key = at * lanes.length + lane;
    if (lane < 0 || seen.has(key)) continue;
    seen.add(key);
    marks.push({ lane, at });
  }
  const operations = spans.map(({ from }, index) => ({
    at: indexOfPause(pauses, from),
    title: scenario.steps[index]?.title ?? scenario.steps[index]?.do ?? '',
    isStop: scenario.steps[index]?.stop === true,
  }));
  return { length: pauses.length - 1, marks, operations };
}

/** The index of the last micro-step at or before a count of events. */
export function indexOfPause(pauses: Uint32Array, count: number): number {
  let low = 0;
  let high = pauses.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pauses[middle] as number) <= count) low = middle;
    else high = middle - 1;
  }
  return low;
}
