import type { VectorFile } from '../engine/artefacts/vectors';
import type { SweepPoint, SweepSettings } from '../engine/drivers/iova/sweep';
import type { RunData } from '../engine/moment';
import type { Edit } from '../engine/scenario/edit';
import type { Parsed } from '../engine/scenario/problem';
import type { Scenario } from '../engine/scenario/schema';

/** What a file turned out to be. */
export type Opened =
  | { readonly kind: 'scenario'; readonly scenario: Scenario }
  | { readonly kind: 'vectors'; readonly file: VectorFile };

/** What the worker does. One call for each thing that a person does. */
export interface Simulator {
  /** Runs a scenario; the columns are transferred. */
  run(scenario: Scenario): Parsed<RunData>;
  /** Measures allocators on more and more CPUs; each point is handed over as it is made. False when it was cancelled. */
  sweep(settings: SweepSettings, onPoint: (point: SweepPoint) => void): Promise<Parsed<boolean>>;
  /** Ends the sweep that is under way. */
  cancelSweep(): void;
  /** Opens what a person brought, plain or gzipped. `name` is shown in messages. */
  open(bytes: Uint8Array, name: string): Promise<Parsed<Opened>>;
  /** Checks a scenario that came in a link or a lesson file. */
  check(value: unknown): Parsed<Scenario>;
  /** Checks edits that came in a link. */
  checkEdits(value: unknown): Parsed<readonly Edit[]>;
}
