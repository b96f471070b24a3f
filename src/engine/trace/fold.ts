import type { Rows } from '../software/ledgers';
import type { TraceEvent } from './events';
import { eventAt, type Trace } from './trace';

/** What can be seen of a machine at one moment: everything that a picture may use. */
export interface VisibleState {
  /** The step in progress; -1 before the first. */
  step: number;
  /** Words of memory that changed since the start, by `wordKey`: low and high half. */
  readonly memory: Map<number, readonly [number, number]>;
  /** Registers, two 32-bit words each. */
  readonly registers: Uint32Array;
  /** For each cache its rows by slot. */
  readonly caches: readonly Map<number, readonly number[]>[];
  /** For each software model and each of its ledgers the rows by key. */
  readonly ledgers: readonly (readonly Map<number, readonly number[]>[])[];
  /** Simulated microseconds since the start. */
  now: number;
}

const wordsPerPage = 512;

/** The key of the 64-bit word at byte `offset` of a page. */
export function wordKey(page: number, offset: number): number {
  return page * wordsPerPage + Math.floor(offset / 8);
}

/** The page and byte offset of a key. */
export function keyPlace(key: number): { page: number; offset: number } {
  const page = Math.floor(key / wordsPerPage);
  return { page, offset: (key - page * wordsPerPage) * 8 };
}

export function startState(
  registers: Uint32Array,
  cacheCount: number,
  ledgers: readonly (readonly Rows[])[],
): VisibleState {
  return {
    step: -1,
    memory: new Map(),
    registers: registers.slice(),
    caches: Array.from({ length: cacheCount }, () => new Map<number, readonly number[]>()),
    ledgers: copied(ledgers),
    now: 0,
  };
}

export function copyState(state: VisibleState): VisibleState {
  return {
    step: state.step,
    memory: new Map(state.memory),
    registers: state.registers.slice(),
    caches: state.caches.map((rows) => new Map(rows)),
    ledgers: copied(state.ledgers),
    now: state.now,
  };
}

function copied(ledgers: readonly (readonly Rows[])[]): VisibleState['ledgers'] {
  return ledgers.map((model) => model.map((rows) => new Map(rows)));
}

/** The law of the trace: what an event does to the state, and nothing else does. */
export function applyEvent(state: VisibleState, event: TraceEvent): void {
  switch (event.kind) {
    case 'step':
      state.step = event.step;
      return;
    case 'store':
      state.memory.set(wordKey(event.page, event.offset), [event.low, event.high]);
      return;
    case 'register':
      state.registers[event.register * 2] = event.low;
      state.registers[event.register * 2 + 1] = event.high;
      return;
    case 'fill':
      state.caches[event.cache]?.set(event.slot, event.row);
      return;
    case 'drop':
      state.caches[event.cache]?.delete(event.slot);
      return;
    case 'row':
      state.ledgers[event.model]?.[event.ledger]?.set(event.key, event.values);
      return;
    case 'gone':
      state.ledgers[event.model]?.[event.ledger]?.delete(event.key);
      return;
    case 'tick':
      state.now = event.now;
      return;
    case 'act':
    case 'access':
    case 'request':
    case 'lookup':
    case 'sweep':
    case 'fetch':
    case 'need':
    case 'guest':
    case 'command':
    case 'queueError':
    case 'fault':
    case 'result':
    case 'pageRequest':
    case 'pageResponse':
    case 'interrupt':
    case 'problem':
      return;
  }
}

const keyframeEvery = 256;

/** Finds the state after any number of events without folding from the start each time. */
export class StateFinder {
  readonly #trace: Trace;
  readonly #keyframes: VisibleState[];

  constructor(
    trace: Trace,
    registers: Uint32Array,
    cacheCount: number,
    ledgers: readonly (readonly Rows[])[] = [],
  ) {
    this.#trace = trace;
    this.#keyframes = [startState(registers, cacheCount, ledgers)];
  }

  /** The state after the first `count` events. The caller may not change it. */
  after(count: number): VisibleState {
    const wanted = Math.floor(count / keyframeEvery);
    while (this.#keyframes.length <= wanted) {
      const at = this.#keyframes.length - 1;
      const next = this.#fold(
        this.#keyframes[at] as VisibleState,
        at * keyframeEvery,
        (at + 1) * keyframeEvery,
      );
      this.#keyframes.push(next);
    }
    return this.#fold(this.#keyframes[wanted] as VisibleState, wanted * keyframeEvery, count);
  }

  #fold(start: VisibleState, from: number, to: number): VisibleState {
    const state = copyState(start);
    for (let n = from; n < to; n++) applyEvent(state, eventAt(this.#trace, n));
    return state;
  }
}
