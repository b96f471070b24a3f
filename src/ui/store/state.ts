import type { VectorFile } from '../../engine/artefacts/vectors';
import type { RunView } from '../../engine/moment';
import type { Problem } from '../../engine/scenario/problem';
import type { Document } from './document';

/** What is picked; lit everywhere it appears. Pages are numbers, offsets bytes. */
export type Ref =
  | { readonly kind: 'entry'; readonly page: number; readonly offset: number; readonly structure: string }
  | { readonly kind: 'cache'; readonly cache: number; readonly slot: number }
  | { readonly kind: 'register'; readonly register: number };

export const sceneIds = ['walk', 'spaces', 'tables', 'queue', 'log', 'software'] as const;
export type SceneId = (typeof sceneIds)[number];

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** A message that stays until it is dismissed; what was on the screen stays too. */
export interface Notice {
  readonly title: string;
  readonly problems: readonly Problem[];
  /** Text that would otherwise be lost, offered as a file. */
  readonly rescue: { readonly name: string; readonly text: string } | undefined;
}

/** A file of recorded answers that is open, and which case is shown. */
export interface OpenFile {
  /** The example's name when the file ships with the page. */
  readonly example: string | undefined;
  readonly name: string;
  readonly file: VectorFile;
  readonly index: number;
}

export const panelIds = ['inspect', 'dma', 'map', 'pasid', 'command', 'caches'] as const;
export type PanelId = (typeof panelIds)[number];

export interface State {
  readonly page: 'start' | 'lab';
  readonly document: Document | undefined;
  /** The run of the document; the last good one while a new one is on its way. */
  readonly view: RunView | undefined;
  readonly isRunning: boolean;
  /** Whether the address is being opened. */
  readonly isOpening: boolean;
  /** Whether the person asks that the lesson column is shown on a narrow screen. */
  readonly isLessonOpen: boolean;
  /** How many events have happened. */
  readonly count: number;
  readonly scene: SceneId;
  readonly selection: Ref | undefined;
  readonly isPlaying: boolean;
  /** Micro-steps per second relative to 1. */
  readonly speed: number;
  readonly theme: Theme;
  readonly notice: Notice | undefined;
  readonly openFile: OpenFile | undefined;
  /** Which drawer is open beside the scene. */
  readonly panel: PanelId;
  readonly isHelpOpen: boolean;
  /** What the engine threw; the crash screen shows it. */
  readonly bug: Error | undefined;
  /** Answers given to predict questions, by step. */
  readonly answers: Readonly<Record<number, number>>;
}

/** What a link carries besides the document. */
export interface Place {
  readonly step: number;
  /** Which of the step's pauses, from 0. */
  readonly micro: number;
  readonly scene: SceneId;
  readonly selection: Ref | undefined;
}
