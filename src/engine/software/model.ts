import type { TableSoftware } from '../architecture';
import type { Iommu } from '../iommu';
import type { Memory } from '../memory/memory';
import type { Problem } from '../scenario/problem';
import type { Scenario, SoftwareSpec, StepOf } from '../scenario/schema';

/** A column of a ledger. Values are numbers; the text is what a person reads. */
export interface LedgerColumn {
  readonly name: string;
  text(value: number): string;
}

/** A ledger whose rows are ranges of addresses: drawn as a strip. Numbers are indices of columns; the key is the first page. */
export interface Strip {
  readonly pages: number;
  readonly state: number;
  /** Pages from and up to, not including, which the strip shows. */
  readonly from: number;
  readonly to: number;
}

/** A ledger whose rows are points of curves. The y of a point is column 0. */
export interface Curve {
  /** Which curve a row belongs to, and where on its x axis. */
  series(key: number): string;
  x(key: number): number;
  readonly xName: string;
  readonly yName: string;
}

/** A list that software keeps and decides by: who owns which number, which range waits for a flush. */
export interface LedgerShape {
  readonly id: string;
  readonly name: string;
  /** What it is for, in a sentence. */
  readonly about: string;
  readonly key: LedgerColumn;
  readonly columns: readonly LedgerColumn[];
  readonly strip?: Strip;
  readonly curve?: Curve;
  /** Columns to be drawn as boxes with lines between them, from left to right; 0 is the key, 1 the first column. */
  readonly ties?: readonly number[];
}

/** A thing that software does. `say` gives the whole sentence, without the result. */
export interface Verb {
  readonly name: string;
  say(operands: readonly number[]): string;
}

/** How the events of a model are read. */
export interface Description {
  readonly ledgers: readonly LedgerShape[];
  readonly verbs: readonly Verb[];
}

/** What a model may use: the machine's software, the machine, and memory. */
export interface Hands {
  readonly tables: TableSoftware;
  readonly iommu: Iommu;
  readonly memory: Memory;
  /** Writes 32-bit words, an even number of them, from a byte offset that is a multiple of 8, and tells it. */
  write(by: 'host' | 'guest', page: number, offset: number, words: readonly number[]): void;
}

/** How a model says what it does. `verb` and `ledger` are indices into its description. */
export interface Teller {
  /** An act and its result: 0, or minus an error number. */
  act(verb: number, result: number, ...operands: readonly number[]): void;
  /** A row of a ledger is put in or changed. */
  set(ledger: number, key: number, ...values: readonly number[]): void;
  drop(ledger: number, key: number): void;
  /** The simulated time goes on to so many microseconds. */
  tick(now: number): void;
}

/** Software that decides: an allocator, a hypervisor, an emulator. */
export interface SoftwareModel {
  /** Performs a call step; a mistake in its arguments is a problem, a refusal by the software an act with a result. */
  call(step: StepOf<'call'>): Problem | undefined;
}

/** One kind of software that a scenario may have. */
export interface SoftwareKind {
  readonly id: string;
  readonly name: string;
  /** Names in texts come from the scenario. */
  describe(spec: SoftwareSpec, scenario: Scenario): Description;
  /** Builds it; what it sets before the first step is its state at the start. Problems name fields of `config`. */
  build(
    spec: SoftwareSpec,
    scenario: Scenario,
    hands: Hands,
    tell: Teller,
  ): SoftwareModel | readonly Problem[];
}
