import { saveText } from '../files/save-text';
import { currentFragment } from '../link/sync';
import { scenarioOf } from '../store/document';
import { useLab } from '../store/lab';

const silent = 2_000;
const longest = 32_000;

/** Copies the link to what the screen shows; what does not fit a link is offered as a file. Gives what to tell. */
export async function share(): Promise<string> {
  const fragment = await currentFragment();
  if (fragment === undefined) return 'There is nothing to share yet.';
  if (fragment.length > longest) {
    saveScenario();
    return 'This scenario does not fit a link; it was saved as a file instead.';
  }
  const url = `${location.origin}${location.pathname}${fragment === '' ? '' : `#${fragment}`}`;
  try {
    await navigator.clipboard.writeText(url);
  } catch {
    return 'The browser does not let the page copy: take the link from the address bar.';
  }
  if (fragment.length <= silent) return 'Link copied.';
  return `Link copied. It has ${url.length.toLocaleString('en')} characters: chat programs may cut it.`;
}

/** Saves the scenario, with every change, as a file. */
export function saveScenario(): void {
  const { document } = useLab.getState();
  if (document === undefined) return;
  const scenario = scenarioOf(document);
  saveText(`${scenario.name}.json`, `${JSON.stringify(scenario, null, 2)}\n`);
}
