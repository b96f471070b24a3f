import { momentAt } from '../../engine/moment';
import type { Edit } from '../../engine/scenario/edit';
import type { Problem } from '../../engine/scenario/problem';
import { openExample } from '../files/example';
import { lessonBase } from '../lessons/lesson-files';
import { engine, useLab } from '../store/lab';
import type { Place } from '../store/state';
import { noticeOf, type Store } from '../store/store';
import { fragmentOf, readFragment } from './link';
import { payloadOf, placeOf, unpackScenario } from './payload';

/** Longer addresses are not written; the scenario is offered as a file. */
const mostCharacters = 32_000;
const quietMilliseconds = 150;

let written = '';
let timer: ReturnType<typeof setTimeout> | undefined;
let turn = 0;

/** Opens what the address says. */
export async function followAddress(): Promise<void> {
  const fragment = location.hash.slice(1);
  if (fragment === written) return;
  written = fragment;
  const { setOpening, showStart } = useLab.getState();
  if (fragment === '') return showStart();
  setOpening(true);
  try {
    await openFragment(fragment);
  } finally {
    setOpening(false);
  }
}

async function openFragment(fragment: string): Promise<void> {
  const { open } = useLab.getState();
  const [name, value] = fragment.split('=', 2);
  if (name === 'lesson' && value !== undefined) {
    const base = await lessonBase(value);
    return base.ok ? open(base.value) : complain(fragment, base.problems);
  }
  if (name === 'example' && value !== undefined) return complain(fragment, await openExample(value));
  const payload = await readFragment(fragment);
  if (!payload.ok) return complain(fragment, payload.problems);
  const { l, x, d, e = [] } = payload.value;
  const edits = await engine.checkEdits(e);
  if (!edits.ok) return complain(fragment, edits.problems);
  if (l !== undefined) {
    const base = await lessonBase(l);
    return base.ok
      ? open(base.value, edits.value as readonly Edit[], placeOf(payload.value))
      : complain(fragment, base.problems);
  }
  if (x !== undefined) {
    const [example, index] = x;
    return complain(fragment, await openExample(example, index, edits.value, placeOf(payload.value)));
  }
  const scenario = await engine.check(unpackScenario(d));
  if (!scenario.ok) return complain(fragment, scenario.problems);
  await open({ kind: 'scenario', scenario: scenario.value }, edits.value, placeOf(payload.value));
}

function complain(fragment: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const notice = noticeOf('This link cannot be opened', problems);
  useLab.getState().setNotice({ ...notice, rescue: { name: 'iommuscope-link.txt', text: fragment } });
}

/** Keeps the address what the screen shows: a new entry in the history for each change, none for each step. */
export function writeAddress(state: Store, before: Store): void {
  const isSame =
    state.page === before.page &&
    state.document === before.document &&
    state.count === before.count &&
    state.scene === before.scene &&
    state.selection === before.selection;
  if (isSame || state.isOpening) return;
  const isNewEntry = state.page !== before.page || state.document !== before.document;
  clearTimeout(timer);
  timer = setTimeout(() => void write(isNewEntry), quietMilliseconds);
}

async function write(isNewEntry: boolean): Promise<void> {
  turn += 1;
  const mine = turn;
  const fragment = await currentFragment();
  if (mine !== turn || fragment === undefined || fragment === written || fragment.length > mostCharacters)
    return;
  written = fragment;
  const url = fragment === '' ? location.pathname + location.search : `#${fragment}`;
  if (isNewEntry) history.pushState(null, '', url);
  else history.replaceState(null, '', url);
}

/** The fragment for what the screen shows; empty for the start page. */
export async function currentFragment(): Promise<string | undefined> {
  const state = useLab.getState();
  if (state.page === 'start') return '';
  const place = placeNow(state);
  if (state.document === undefined || place === undefined) return undefined;
  return fragmentOf(payloadOf(state.document, place));
}

function placeNow({ view, count, scene, selection }: Store): Place | undefined {
  if (view === undefined) return undefined;
  const { stepIndex } = momentAt(view, count);
  const from = view.spans[stepIndex]?.from ?? 0;
  return { step: stepIndex, micro: Math.max(0, count - from - 1), scene, selection };
}
