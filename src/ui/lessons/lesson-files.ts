import { failed, type Parsed } from '../../engine/scenario/problem';
import type { Base } from '../store/document';
import { engine } from '../store/lab';

/** One row of public/lessons/index.json. */
export interface LessonEntry {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly minutes: number;
  readonly needs: readonly string[];
  /** The id of the group in which it stands. */
  readonly group: string;
}

/** A group of lessons on the start page. */
export interface LessonGroup {
  readonly id: string;
  readonly title: string;
}

/** One row of public/examples/index.json; the file is `name`.json.gz. */
export interface ExampleEntry {
  readonly name: string;
  readonly title: string;
  readonly note: string;
}

/** The lesson of that name, checked. */
export async function lessonBase(name: string): Promise<Parsed<Base>> {
  if (!/^[a-z0-9-]+$/.test(name)) return failed('lesson', `There is no lesson ${name}.`);
  const value = await loadJson(`./lessons/${name}.json`);
  if (value === undefined) return failed('lesson', `There is no lesson ${name}.`);
  const scenario = await engine.check(value);
  return scenario.ok ? { ok: true, value: { kind: 'lesson', name, scenario: scenario.value } } : scenario;
}

/** The value of a JSON file of the page; undefined when it is not there. */
export async function loadJson(path: string): Promise<unknown> {
  try {
    const response = await fetch(path);
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}
