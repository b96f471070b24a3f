import { create } from 'zustand';
import { type Moment, momentAt, type RunView } from '../../engine/moment';
import type { Edit } from '../../engine/scenario/edit';
import type { Problem } from '../../engine/scenario/problem';
import type { Scenario, Step } from '../../engine/scenario/schema';
import type { Span } from '../../engine/trace/pauses';
import { addEdit, type Base, type Document, newDocument, redo, scenarioOf, undo } from './document';
import { type AsyncSimulator, runView } from './run-view';
import type { Notice, OpenFile, PanelId, Place, Ref, SceneId, State, Theme } from './state';

export interface Actions {
  /** Opens a lesson or a scenario, at the start or at a place. */
  open(base: Base, edits?: readonly Edit[], place?: Place): Promise<void>;
  showStart(): void;
  /** Shows case `index` of an open file, at its start or at a place. */
  openCase(openFile: OpenFile, edits?: readonly Edit[], place?: Place): Promise<void>;
  /** Changes the document and runs it again; the cursor goes to the end of the step given, else stays. */
  edit(edit: Edit, goTo?: number): Promise<void>;
  /** Puts a step after the one in progress and goes to its end. */
  insertStep(step: Step): Promise<void>;
  /** Runs the same steps on another machine and goes to the end of the step in progress. */
  changeMachine(arch: string): Promise<void>;
  undo(): Promise<void>;
  redo(): Promise<void>;
  goTo(count: number): void;
  microStep(by: 1 | -1): void;
  operation(by: 1 | -1): void;
  stop(by: 1 | -1): void;
  goToStep(step: number): void;
  setPlaying(isPlaying: boolean): void;
  setSpeed(speed: number): void;
  setScene(scene: SceneId): void;
  select(selection: Ref | undefined): void;
  setPanel(panel: PanelId): void;
  setOpening(isOpening: boolean): void;
  setLessonOpen(isLessonOpen: boolean): void;
  setTheme(theme: Theme): void;
  setHelp(isHelpOpen: boolean): void;
  answer(step: number, choice: number): void;
  setNotice(notice: Notice | undefined): void;
}

export type Store = State & Actions;

const initial: State = {
  page: 'start',
  document: undefined,
  view: undefined,
  isRunning: false,
  isOpening: false,
  isLessonOpen: false,
  count: 0,
  scene: 'walk',
  selection: undefined,
  isPlaying: false,
  speed: 1,
  theme: 'system',
  notice: undefined,
  openFile: undefined,
  panel: 'inspect',
  isHelpOpen: false,
  bug: undefined,
  answers: {},
};

/** The one store of the page. `simulator` is the worker, or a fake in tests. */
export function createStore(simulator: AsyncSimulator) {
  let newest = 0;
  return create<Store>()((set, get) => {
    /** Runs the document; the newest run wins. Gives the view, or undefined when it failed or is out of date. */
    const run = async (document: Document): Promise<RunView | undefined> => {
      newest += 1;
      const mine = newest;
      set({ isRunning: true });
      const scenario = scenarioOf(document);
      const result = await runView(simulator, scenario).catch((error: unknown) => {
        set({ bug: error instanceof Error ? error : new Error(String(error)) });
        throw error;
      });
      if (mine !== newest) return undefined;
      set({ isRunning: false });
      if (result.ok) return result.value;
      set({ notice: noticeOf('This scenario cannot be run', result.problems) });
      return undefined;
    };
    const change = async (document: Document, place: (view: RunView) => number): Promise<void> => {
      const view = await run(document);
      if (view === undefined) return;
      set({ document, view, count: place(view), isPlaying: false });
    };
    /** Changes build on one another: each waits for the run of the one before. */
    let last: Promise<void> = Promise.resolve();
    const inTurn = (act: () => Promise<void>): Promise<void> => {
      last = last.then(act, act);
      return last;
    };
    return {
      ...initial,
      async open(base, edits = [], place) {
        const document = newDocument(base, edits);
        const view = await run(document);
        if (view === undefined) return;
        set({
          page: 'lab',
          document,
          view,
          count: place === undefined ? 0 : countAt(view, place),
          scene: place?.scene ?? base.scenario.scene ?? 'walk',
          selection: place?.selection,
          isPlaying: false,
          openFile: undefined,
          notice: undefined,
          answers: {},
        });
      },
      showStart() {
        set({ page: 'start', isPlaying: false });
      },
      async openCase(openFile, edits, place) {
        const { example, file, index } = openFile;
        const scenario = file.cases[index]?.scenario;
        if (scenario === undefined) return;
        const base: Base =
          example === undefined
            ? { kind: 'scenario', scenario }
            : { kind: 'example', name: example, index, scenario };
        await get().open(base, edits, place);
        if (get().document?.base === base) set({ openFile });
      },
      edit(edit, goTo) {
        return inTurn(async () => {
          const { document, count } = get();
          if (document === undefined) return;
          await change(addEdit(document, edit), (view) => {
            return (goTo === undefined ? undefined : view.spans[goTo]?.to) ?? nearestPause(view, count);
          });
        });
      },
      insertStep(step) {
        return inTurn(async () => {
          const { document, view, count } = get();
          if (document === undefined || view === undefined) return;
          const after = momentAt(view, count).stepIndex;
          const edited = addEdit(document, { kind: 'insert', after, step });
          await change(edited, (next) => next.spans[after + 1]?.to ?? nearestPause(next, count));
        });
      },
      changeMachine(arch) {
        const { view, count } = get();
        const step = view === undefined || count === 0 ? undefined : momentAt(view, count).stepIndex;
        return get().edit({ kind: 'machine', arch }, step);
      },
      undo() {
        return inTurn(async () => {
          const { document, count } = get();
          if (document !== undefined) await change(undo(document), (view) => nearestPause(view, count));
        });
      },
      redo() {
        return inTurn(async () => {
          const { document, count } = get();
          if (document !== undefined) await change(redo(document), (view) => nearestPause(view, count));
        });
      },
      goTo(count) {
        const { view } = get();
        if (view !== undefined) set({ count: Math.max(0, Math.min(count, view.trace.length)) });
      },
      microStep(by) {
        const { view, count } = get();
        if (view !== undefined) set({ count: by > 0 ? pauseAfter(view, count) : pauseBefore(view, count) });
      },
      operation(by) {
        const { view, count } = get();
        if (view === undefined) return;
        const ends = [0, ...view.spans.map(({ to }) => to)];
        const next = by > 0 ? ends.find((end) => end > count) : ends.findLast((end) => end < count);
        if (next !== undefined) set({ count: next, isPlaying: false });
      },
      stop(by) {
        const { view, count } = get();
        if (view === undefined) return;
        const stops = stopsOf(view);
        const next = by > 0 ? stops.find((at) => at > count) : stops.findLast((at) => at < count);
        set({ count: next ?? (by > 0 ? view.trace.length : 0), isPlaying: false });
      },
      goToStep(step) {
        const { view } = get();
        const span = view?.spans[step];
        if (span !== undefined) set({ count: span.to, isPlaying: false });
      },
      setPlaying(isPlaying) {
        set({ isPlaying });
      },
      setSpeed(speed) {
        set({ speed });
      },
      setScene(scene) {
        set({ scene });
      },
      select(selection) {
        set(selection === undefined ? { selection } : { selection, panel: 'inspect' });
      },
      setPanel(panel) {
        set({ panel });
      },
      setOpening(isOpening) {
        set({ isOpening });
      },
      setLessonOpen(isLessonOpen) {
        set({ isLessonOpen });
      },
      setTheme(theme) {
        set({ theme });
      },
      setHelp(isHelpOpen) {
        set({ isHelpOpen });
      },
      answer(step, choice) {
        set({ answers: { ...get().answers, [step]: choice } });
      },
      setNotice(notice) {
        set({ notice });
      },
    };
  });
}

export function noticeOf(title: string, problems: readonly Problem[]): Notice {
  return { title, problems, rescue: undefined };
}

/** The moment that the page shows; undefined before the first run. */
export function momentOf(state: Pick<State, 'view' | 'count'>): Moment | undefined {
  return state.view === undefined ? undefined : momentAt(state.view, state.count);
}

/** Counts at which play waits: the ends of the steps that the lesson marks, and the end. */
export function stopsOf(view: RunView): readonly number[] {
  const marked = view.spans.filter((_, index) => isStop(view.scenario, index)).map(({ to }) => to);
  return [...marked, view.trace.length];
}

function isStop(scenario: Scenario, index: number): boolean {
  return scenario.steps[index]?.stop === true;
}

function pauseAfter({ pauses, trace }: RunView, count: number): number {
  return pauses.find((pause) => pause > count) ?? trace.length;
}

function pauseBefore({ pauses }: RunView, count: number): number {
  return pauses.findLast((pause) => pause < count) ?? 0;
}

function nearestPause({ pauses, trace }: RunView, count: number): number {
  return pauses.findLast((pause) => pause <= Math.min(count, trace.length)) ?? 0;
}

/** Where a count lies, as a link says it: the step, and which of the step's pauses. */
export function placeAt(view: RunView, count: number): Pick<Place, 'step' | 'micro'> {
  const step = momentAt(view, count).stepIndex;
  const span = view.spans[step];
  if (span === undefined) return { step, micro: 0 };
  return { step, micro: Math.max(0, pausesIn(view, span).filter((pause) => pause <= count).length - 1) };
}

function pausesIn({ pauses }: RunView, { from, to }: Span): readonly number[] {
  return [...pauses].filter((pause) => pause > from && pause <= to);
}

function countAt(view: RunView, { step, micro }: Place): number {
  const span = view.spans[step];
  if (span === undefined) return 0;
  const pauses = pausesIn(view, span);
  return pauses[Math.min(micro, pauses.length - 1)] ?? span.to;
}
