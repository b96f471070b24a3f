import type { Architecture, WordReader } from './architecture';
import { type CacheBook, cacheBookOf } from './cache-book';
import type { Catalogue } from './catalogue';
import { Image, type ImageColumns } from './memory/image';
import type { Problem } from './scenario/problem';
import type { Scenario, Step } from './scenario/schema';
import type { Rows } from './software/ledgers';
import type { Description } from './software/model';
import type { StepResult } from './step-runner';
import type { EventOf, TraceEvent } from './trace/events';
import { StateFinder, type VisibleState, wordKey } from './trace/fold';
import { pausesOf, type Span, stepSpans } from './trace/pauses';
import { eventAt, type Trace } from './trace/trace';

/** A run as it crosses from the worker to the page: plain data. */
export interface RunData {
  readonly trace: Trace;
  readonly steps: readonly StepResult[];
  readonly image: ImageColumns;
  readonly registers: Uint32Array;
  readonly ledgers: readonly (readonly Rows[])[];
}

/** A run with what every picture of it shares. */
export interface RunView extends RunData {
  readonly scenario: Scenario;
  readonly architecture: Architecture;
  readonly caches: CacheBook;
  /** The machines on which the scenario can be run, its own among them. */
  readonly machines: readonly Architecture[];
  /** How the events of the scenario's software are read. */
  readonly software: readonly Description[];
  readonly memory: Image;
  readonly states: StateFinder;
  /** Counts of events after which a person may look: the micro-steps. */
  readonly pauses: Uint32Array;
  readonly spans: readonly Span[];
  readonly problems: readonly Problem[];
}

/** Scenario, state and event at one place of a run: all that a picture needs. */
export interface Moment {
  readonly view: RunView;
  /** How many events have happened. */
  readonly count: number;
  /** The event that happened last; undefined at the very start. */
  readonly event: TraceEvent | undefined;
  /** The events since the micro-step before: what just happened. */
  readonly recent: readonly TraceEvent[];
  readonly state: VisibleState;
  readonly stepIndex: number;
  readonly step: Step | undefined;
  /** Memory as it is at this moment. */
  readonly reader: WordReader;
}

/** Prepares a run for looking at. Throws when its architecture is unknown, which no run is. */
export function viewOf(
  scenario: Scenario,
  data: RunData,
  { architectures, descriptionsOf }: Catalogue,
): RunView {
  const { arch } = scenario.machine;
  const architecture = architectures.find(({ id }) => id === arch);
  if (architecture === undefined) throw new Error(`no architecture ${arch}`);
  const caches = cacheBookOf(architecture, scenario);
  const offered = scenario.machines ?? [];
  return {
    ...data,
    scenario,
    architecture,
    caches,
    machines: architectures.filter(({ id }) => id === arch || offered.includes(id)),
    memory: new Image(data.image),
    states: new StateFinder(data.trace, data.registers, caches.shapes.length, data.ledgers),
    software: descriptionsOf(scenario),
    pauses: pausesOf(data.trace),
    spans: stepSpans(
      data.steps.map(({ start }) => start),
      data.trace.length,
    ),
    problems: data.steps.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
  };
}

/** The moment after the first `count` events. */
export function momentAt(view: RunView, count: number): Moment {
  const state = view.states.after(count);
  return {
    view,
    count,
    event: count > 0 ? eventAt(view.trace, count - 1) : undefined,
    recent: eventsBetween(view.trace, pauseBefore(view, count), count),
    state,
    stepIndex: state.step,
    step: view.scenario.steps[state.step],
    reader: readerOf(view, state),
  };
}

/** The events of the step in progress, up to the moment; `all` gives also those to come. */
export function eventsOfStep(moment: Moment, all = false): readonly TraceEvent[] {
  const span = spanOf(moment);
  if (span === undefined) return [];
  return eventsBetween(moment.view.trace, span.from, all ? span.to : Math.min(span.to, moment.count));
}

/** What a device asks in a step: its own access where it keeps translations, not the requests that come of it. */
export function askedIn(events: readonly TraceEvent[]): EventOf<'request'> | undefined {
  for (const event of events) {
    if (event.kind === 'request') return event;
    if (event.kind === 'access') return { ...event, kind: 'request', type: 0 };
  }
  return undefined;
}

/** The events from index `from` up to, not including, `to`. */
export function eventsBetween(trace: Trace, from: number, to: number): readonly TraceEvent[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, n) => eventAt(trace, from + n));
}

function pauseBefore({ pauses }: RunView, count: number): number {
  let before = 0;
  for (const pause of pauses) {
    if (pause >= count) break;
    before = pause;
  }
  return before;
}

function spanOf(moment: Moment): Span | undefined {
  return moment.view.spans[moment.stepIndex];
}

function readerOf({ memory }: RunView, state: VisibleState): WordReader {
  return {
    low: (page, offset) => state.memory.get(wordKey(page, offset))?.[0] ?? memory.low(page, offset),
    high: (page, offset) => state.memory.get(wordKey(page, offset))?.[1] ?? memory.high(page, offset),
  };
}
