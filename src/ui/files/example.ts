import { failed, type Parsed } from '../../engine/scenario/problem';
import { engine, useLab } from '../store/lab';
import type { OpenFile } from '../store/state';
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

/** Opens the first case of an example from the start page. */
export async function chooseExample(name: string, title: string): Promise<void> {
  const { setNotice, openCase } = useLab.getState();
  const found = await exampleCase(name, 0);
  if (found.ok) await openCase(found.value);
  else setNotice(noticeOf(`${title} cannot be opened`, found.problems));
}
