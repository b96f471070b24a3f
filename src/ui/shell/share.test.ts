import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const fragment = vi.hoisted(() => ({ text: undefined as string | undefined }));
const saved = vi.hoisted(() => [] as { name: string; text: string }[]);

vi.mock('../link/sync', () => ({ currentFragment: async () => fragment.text }));
vi.mock('../files/save-text', () => ({
  saveText: (name: string, text: string) => saved.push({ name, text }),
}));
vi.mock('../store/lab', async () => {
  const { createStore } = await import('../store/store');
  const { promptSimulator } = await import('../test-support/lab');
  return { useLab: createStore(promptSimulator()) };
});

const { share } = await import('./share');
const { useLab } = await import('../store/lab');
const { lesson } = await import('../test-support/lab');

let copied: string[] = [];

beforeEach(() => {
  copied = [];
  saved.length = 0;
  vi.stubGlobal('location', { origin: 'https://lab.example', pathname: '/iommuscope/' });
  vi.stubGlobal('navigator', { clipboard: { writeText: async (text: string) => copied.push(text) } });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

it('a short link is copied with the address of the page', async () => {
  fragment.text = 'v1.AAAA';
  expect(await share()).toBe('Link copied.');
  expect(copied).toEqual(['https://lab.example/iommuscope/#v1.AAAA']);
});

it('the link to the start page has no fragment', async () => {
  fragment.text = '';
  await share();
  expect(copied).toEqual(['https://lab.example/iommuscope/']);
});

it('a link that chat programs may cut is copied whole, with a warning', async () => {
  fragment.text = `v1.${'A'.repeat(1_998)}`;
  expect(await share()).toBe('Link copied. It has 2,033 characters: chat programs may cut it.');
  expect(copied).toEqual([`https://lab.example/iommuscope/#${fragment.text}`]);
});

it('a scenario that does not fit a link is reported and saved whole, and nothing is copied', async () => {
  const scenario = lesson('sandbox');
  await useLab.getState().open({ kind: 'scenario', scenario }, [{ kind: 'remove', step: 0 }]);
  fragment.text = `v1.${'A'.repeat(31_998)}`;
  expect(await share()).toBe('This scenario does not fit a link; it was saved as a file instead.');
  expect(copied).toEqual([]);
  expect(saved.map(({ name, text }) => [name, JSON.parse(text)])).toEqual([
    ['sandbox.json', { ...scenario, steps: [] }],
  ]);
});

it('a browser that forbids copying sends the person to the address bar', async () => {
  fragment.text = 'v1.AAAA';
  const writeText = () => Promise.reject(new Error('denied'));
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  expect(await share()).toBe('The browser does not let the page copy: take the link from the address bar.');
});

it('there is nothing to share while nothing is open', async () => {
  fragment.text = undefined;
  expect(await share()).toBe('There is nothing to share yet.');
  expect(copied).toEqual([]);
});
