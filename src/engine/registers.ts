import type { Layout } from './bits/layout';
import type { TraceWriter } from './trace/trace';

/** One 64-bit register of a unit; 128-bit ones are two. */
export interface RegisterShape {
  readonly id: string;
  readonly layout: Layout | undefined;
  /** Byte offset from the unit's base. */
  readonly offset: number;
}

/** The registers of one unit: truth as words, every change told. */
export class RegisterFile {
  readonly words: Uint32Array;
  readonly #trace: TraceWriter;

  constructor(count: number, trace: TraceWriter) {
    this.words = new Uint32Array(count * 2);
    this.#trace = trace;
  }

  low(register: number): number {
    return this.words[register * 2] as number;
  }

  high(register: number): number {
    return this.words[register * 2 + 1] as number;
  }

  /** Changes a register; `by` is a code of `writers`. */
  set(by: number, register: number, low: number, high: number): void {
    this.words[register * 2] = low;
    this.words[register * 2 + 1] = high;
    if (this.#trace.isOn) this.#trace.emit('register', by, register, low >>> 0, high >>> 0);
  }
}
