import { engine, useLab } from '../store/lab';
import { noticeOf } from '../store/store';

/** Opens what a person brought. Bad files get a notice; what was on the screen stays. */
export async function openBytes(bytes: Uint8Array, name: string): Promise<void> {
  const opened = await engine.open(bytes, name);
  const { setNotice, open, openCase } = useLab.getState();
  if (!opened.ok) {
    setNotice(noticeOf(`${name} cannot be opened`, opened.problems));
    return;
  }
  if (opened.value.kind === 'scenario') await open({ kind: 'scenario', scenario: opened.value.scenario });
  else await openCase({ example: undefined, name, file: opened.value.file, index: 0 });
}
