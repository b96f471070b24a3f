import type { MachineWords } from '../../../engine/words';
import type { Ref } from '../../store/state';

/** How a cell stands at the moment. */
export type CellState = 'coming' | 'done' | 'active' | 'cached' | 'fault' | 'unused';

/** One memory read, made, to come, or saved. */
export interface Cell {
  readonly key: string;
  readonly state: CellState;
  /** Which read of this request; undefined when it is not made. */
  readonly ordinal: number | undefined;
  readonly title: string;
  /** Index into the table, in hex; empty while it is not known. */
  readonly index: string;
  /** Host address read. */
  readonly page: number;
  readonly offset: number;
  readonly stage: number;
  readonly owner: 'host' | 'guest' | 'device';
  readonly ref: Ref | undefined;
}

/** One row of the grid: a stage-1 level, or the data. */
export interface Row {
  readonly key: string;
  readonly title: string;
  /** The part of the device's address that this row uses, in hex. */
  readonly index: string;
  /** The guest address that the row must reach; undefined while nobody knows it, or needs it. */
  readonly guest: { readonly page: number; readonly offset: number } | undefined;
  readonly cells: readonly Cell[];
  /** The stage-1 read, or the data. */
  readonly last: Cell | undefined;
  /** Where the row's guest address lies in host memory, once found. */
  readonly host: { readonly page: number; readonly offset: number } | undefined;
  readonly isActive: boolean;
}

/** A DMA's walk as a picture. */
export interface DmaPicture {
  readonly kind: 'dma';
  readonly isNested: boolean;
  readonly words: MachineWords;
  /** Levels of the second stage, outermost first. */
  readonly columns: readonly { readonly title: string; readonly bits: string }[];
  readonly device: readonly Cell[];
  readonly rows: readonly Row[];
  readonly reads: number;
  /** The short line beside the active cell. */
  readonly caption: string;
  readonly outcome: Outcome;
  readonly formula: string;
}

export type Outcome =
  | { readonly kind: 'open' }
  | { readonly kind: 'answered'; readonly page: number; readonly offset: number; readonly text: string }
  | { readonly kind: 'refused'; readonly code: string; readonly name: string };

/** A word of memory that a step changed. */
export interface Change {
  readonly key: string;
  readonly page: number;
  readonly offset: number;
  readonly by: string;
  readonly before: readonly [number, number];
  readonly after: readonly [number, number];
  readonly structure: string | undefined;
}

/** What a step other than a DMA did. */
export interface ChangePicture {
  readonly kind: 'change';
  readonly title: string;
  readonly lines: readonly string[];
  readonly changes: readonly Change[];
}

export type WalkPicture = DmaPicture | ChangePicture | { readonly kind: 'empty' };
