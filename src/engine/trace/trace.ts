import { type EventKind, eventKinds, eventShapes, type TraceEvent } from './events';

/** A run as columns: event `n` has kind `kind[n]` and operands `operand[start[n]]` up to `start[n + 1]`. */
export interface Trace {
  readonly length: number;
  readonly kind: Uint8Array;
  /** One longer than `kind`. */
  readonly start: Uint32Array;
  readonly operand: Float64Array;
}

const codeOf = Object.fromEntries(eventKinds.map((kind, code) => [kind, code])) as Record<EventKind, number>;

/** Event `n` of the trace, its operands under their names. Throws when there is no such event. */
export function eventAt(trace: Trace, n: number): TraceEvent {
  const kind = eventKinds[trace.kind[n] ?? -1];
  if (n < 0 || n >= trace.length || kind === undefined) throw new RangeError(`the trace has no event ${n}`);
  const shape = eventShapes[kind];
  const first = trace.start[n] as number;
  const event: Record<string, unknown> = { kind };
  shape.operands.forEach((name, index) => {
    event[name] = trace.operand[first + index];
  });
  if (shape.rest !== '') {
    event[shape.rest] = [...trace.operand.subarray(first + shape.operands.length, trace.start[n + 1])];
  }
  return event as unknown as TraceEvent;
}

/** The kind of event `n` without decoding it. */
export function kindAt(trace: Trace, n: number): EventKind {
  return eventKinds[trace.kind[n] as number] as EventKind;
}

/**
 * Collects the events of a run. Hardware asks `isOn` before it says anything, so that a run that nobody
 * watches costs one test an event and allocates nothing.
 */
export class TraceWriter {
  isOn: boolean;
  readonly #kinds: number[] = [];
  readonly #starts: number[] = [];
  readonly #operands: number[] = [];

  constructor(isOn: boolean) {
    this.isOn = isOn;
  }

  get length(): number {
    return this.#kinds.length;
  }

  /** Adds an event; operands in the order of its shape, then the variable part. */
  emit(kind: EventKind, ...operands: number[]): void {
    if (!this.isOn) return;
    this.#kinds.push(codeOf[kind]);
    this.#starts.push(this.#operands.length);
    for (const operand of operands) this.#operands.push(operand);
  }

  finish(): Trace {
    return {
      length: this.#kinds.length,
      kind: Uint8Array.from(this.#kinds),
      start: Uint32Array.from([...this.#starts, this.#operands.length]),
      operand: Float64Array.from(this.#operands),
    };
  }
}
