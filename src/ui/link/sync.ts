import type { Edit } from '../../engine/scenario/edit';
import type { Parsed, Problem } from '../../engine/scenario/problem';
import { exampleCase } from '../files/example';
import { lessonBase } from '../lessons/lesson-files';
import type { Base } from '../store/document';
import { engine, useLab } from '../store/lab';
import type { Place } from '../store/state';
import { noticeOf, placeAt, type Store } from '../store/store';
import { fragmentOf, readFragment } from './link';
import { payloadOf, placeOf, unpackScenario } from './payload';

/** Longer addresses are not written; the scenario is offered as a file. */
const mostCharacters = 32_000;
const quietMilliseconds = 150;

let written = '';
let timer: ReturnType<typeof setTimeout> | undefined;
let turn = 0;
let following = 0;
/** Whether a change since the last writing asks for an entry of its own in the history. */
let isNewEntry = false;

/** Opens what the address says. Of two addresses that follow closely the later one wins. */
export async function followAddress(): Promise<void> {
  const fragment = location.hash.slice(1);
  if (fragment === written) return;
  written = fragment;
  following += 1;
  const mine = following;
  const { setOpening, showStart } = useLab.getState();
  if (fragment === '') {
    setOpening(false);
    return showStart();
  }
  setOpening(true);
  try {
    const found = await find(fragment);
    if (mine !== following) return;
    if (found.ok) await found.value();
    else complain(fragment, found.problems);
  } finally {
    if (mine === following) setOpening(false);
  }
}

/** What opens a fragment: loads what it names, and gives the act that shows it. */
async function find(fragment: string): Promise<Parsed<() => Promise<void>>> {
  const [name, value] = fragment.split('=', 2);
  if (name === 'lesson' && value !== undefined) return findLesson(value, []);
  if (name === 'example' && value !== undefined) return findExample([value, 0], []);
  const payload = await readFragment(fragment);
  if (!payload.ok) return payload;
  const { l, x, d, e = [] } = payload.value;
  const edits = await engine.checkEdits(e);
  if (!edits.ok) return edits;
  const place = placeOf(payload.value);
  if (l !== undefined) return findLesson(l, edits.value, place);
  if (x !== undefined) return findExample(x, edits.value, place);
  const scenario = await engine.check(unpackScenario(d));
  if (!scenario.ok) return scenario;
  return opener({ kind: 'scenario', scenario: scenario.value }, edits.value, place);
}

async function findLesson(
  name: string,
  edits: readonly Edit[],
  place?: Place,
): Promise<Parsed<() => Promise<void>>> {
  const base = await lessonBase(name);
  return base.ok ? opener(base.value, edits, place) : base;
}

async function findExample(
  [name, index]: readonly [string, number],
  edits: readonly Edit[],
  place?: Place,
): Promise<Parsed<() => Promise<void>>> {
  const found = await exampleCase(name, index);
  if (!found.ok) return found;
  return { ok: true, value: () => useLab.getState().openCase(found.value, edits, place) };
}

function opener(
  base: Base,
  edits: readonly Edit[],
  place: Place | undefined,
): { readonly ok: true; readonly value: () => Promise<void> } {
  return { ok: true, value: () => useLab.getState().open(base, edits, place) };
}

function complain(fragment: string, problems: readonly Problem[]): void {
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
  isNewEntry ||= state.page !== before.page || state.document !== before.document;
  clearTimeout(timer);
  timer = setTimeout(() => void write(), quietMilliseconds);
}

async function write(): Promise<void> {
  turn += 1;
  const mine = turn;
  const fragment = await currentFragment();
  if (mine !== turn || fragment === undefined || fragment === written || fragment.length > mostCharacters)
    return;
  written = fragment;
  const url = fragment === '' ? location.pathname + location.search : `#${fragment}`;
  if (isNewEntry) history.pushState(null, '', url);
  else history.replaceState(null, '', url);
  isNewEntry = false;
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
  return view === undefined ? undefined : { ...placeAt(view, count), scene, selection };
}
