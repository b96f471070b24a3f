import type { TraceWriter } from '../trace/trace';
import type { Teller } from './model';

/** Rows of a ledger by key. */
export type Rows = ReadonlyMap<number, readonly number[]>;

/** Everything that software models keep, as pictures and the trace have it: by model, then by ledger. */
export class Ledgers {
  readonly rows: readonly (readonly Map<number, readonly number[]>[])[];
  readonly #trace: TraceWriter;

  /** `counts` are how many ledgers each model has. */
  constructor(counts: readonly number[], trace: TraceWriter) {
    this.rows = counts.map((count) =>
      Array.from({ length: count }, () => new Map<number, readonly number[]>()),
    );
    this.#trace = trace;
  }

  /** What model `model` tells through. */
  tellerOf(model: number): Teller {
    const trace = this.#trace;
    const ledger = (index: number): Map<number, readonly number[]> => {
      const found = this.rows[model]?.[index];
      if (found === undefined) throw new Error(`model ${model} has no ledger ${index}`);
      return found;
    };
    return {
      act: (verb, result, ...operands) => trace.emit('act', model, verb, result, ...operands),
      set(index, key, ...values) {
        ledger(index).set(key, values);
        trace.emit('row', model, index, key, ...values);
      },
      drop(index, key) {
        if (ledger(index).delete(key)) trace.emit('gone', model, index, key);
      },
      tick: (now) => trace.emit('tick', now),
    };
  }

  /** A copy, for the state before the first step. */
  copy(): readonly (readonly Rows[])[] {
    return this.rows.map((ledgers) => ledgers.map((rows) => new Map(rows)));
  }
}
