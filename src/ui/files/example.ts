import type { Edit } from '../../engine/scenario/edit';
import { failed, type Parsed, type Problem } from '../../engine/scenario/problem';
import { engine, useLab } from '../store/lab';
import type { OpenFile, Place } from '../store/state';
import { noticeOf } from '../store/store';

/** A case of an example that ships with the page. */
export async function exampleCase(name: string, index: number): Promise<Parsed<OpenFile>> {
  const missing = failed('example', `There is no example ${name} with a case ${index + 1}.`);
  if (!/^[a-z0-9-]+$/.test(name)) return missing;
  const file = `${name}.json.gz`;
  const response = await fetch(`./examples/${file}`).catch(() => undefined);
  if (response?.ok !== true) return missing;
  const opened = await engine.open(new Uint8Array(await response.arrayBuffer()), file);
  if (!opened.ok) return opened;
  if (opened.value.kind === 'scenario' || opened.value.file.cases[index] === undefined) return missing;
  return { ok: true, value: { example: name, name: file, file: opened.value.file, index } };
}

/** Opens a case of an example; what is wrong is a notice with that title. Gives the problems. */
export async function openExample(
  name: string,
  index = 0,
  edits?: readonly Edit[],
  place?: Place,
): Promise<readonly Problem[]> {
  const found = await exampleCase(name, index);
  if (!found.ok) return found.problems;
  await useLab.getState().openCase(found.value, edits, place);
  return [];
}

/** Opens an example from the start page. */
export async function chooseExample(name: string, title: string): Promise<void> {
  const problems = await openExample(name);
  if (problems.length > 0) useLab.getState().setNotice(noticeOf(`${title} cannot be opened`, problems));
}
