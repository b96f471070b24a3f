import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Scenario } from '../../engine/scenario/schema';
import { createStore } from '../store/store';
import { lesson, lessonFile, promptSimulator } from '../test-support/lab';
import { fragmentOf } from './link';

/** The address bar: what it shows, and what it showed before. */
class FakeBrowser {
  readonly location = { hash: '', pathname: '/', search: '' };
  readonly entries: string[] = [''];
  readonly history = {
    pushState: (_: unknown, __: string, url: string) => this.entries.push(url),
    replaceState: (_: unknown, __: string, url: string) => this.entries.splice(-1, 1, url),
  };
}

/** The site: three files. */
function fileOf(path: string): Response {
  const lessons = ['./lessons/sandbox.json', './lessons/first-walk.json'];
  if (lessons.includes(path))
    return Response.json(lessonFile(path.slice('./lessons/'.length, -'.json'.length)));
  if (path === './examples/linux-vtd-passthrough.json.gz')
    return new Response(readFileSync(`public/${path}`));
  return new Response('', { status: 404 });
}

let browser: FakeBrowser;

beforeEach(() => {
  browser = new FakeBrowser();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('location', browser.location);
  vi.stubGlobal('history', browser.history);
  vi.stubGlobal('fetch', async (path: string) => fileOf(path));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A page just loaded, which keeps its address what it shows. */
async function freshPage() {
  vi.resetModules();
  vi.doMock('../store/lab', () => {
    const engine = promptSimulator();
    return { engine, useLab: createStore(engine) };
  });
  const { useLab } = await import('../store/lab');
  const sync = await import('./sync');
  useLab.subscribe(sync.writeAddress);
  return {
    store: useLab,
    follow: async (fragment: string) => {
      browser.location.hash = `#${fragment}`;
      await sync.followAddress();
    },
    /** Waits until the address is what the screen shows. */
    settle: async () => {
      const fragment = await sync.currentFragment();
      vi.advanceTimersByTime(1_000);
      await vi.waitFor(() => expect(browser.entries.at(-1)).toBe(`#${fragment}`));
    },
    /** Waits as long as it takes to write an address, whether one is written or not. */
    pass: async () => {
      vi.advanceTimersByTime(1_000);
      for (let n = 0; n < 3; n++) await sync.currentFragment();
    },
  };
}

/** A scenario of notes that no packing makes short. */
function tooLong(): Scenario {
  let state = 7;
  const word = () => {
    state = Math.imul(state, 1_103_515_245) + 12_345;
    return (state >>> 0).toString(36);
  };
  const say = () => Array.from({ length: 400 }, word).join(' ');
  return { ...lesson('sandbox'), steps: Array.from({ length: 20 }, () => ({ do: 'note', say: say() })) };
}

describe('an address', () => {
  it('opens the lesson that it names', async () => {
    const { store, follow } = await freshPage();
    await follow('lesson=sandbox');
    const { page, document, notice, isOpening } = store.getState();
    expect([page, document?.base.scenario.title, notice, isOpening]).toEqual([
      'lab',
      'Sandbox',
      undefined,
      false,
    ]);
  });

  it('opens a whole scenario with its edits, at its place', async () => {
    const { store, follow } = await freshPage();
    const scenario = lesson('first-walk');
    await follow(await fragmentOf({ d: scenario, e: [{ kind: 'remove', step: 0 }], c: [0, 2], s: 'log' }));
    const { document, count, scene } = store.getState();
    expect([document?.base.kind, document?.edits.length, count, scene]).toEqual(['scenario', 1, 4, 'log']);
  });

  it('opens a case of an example with its file, and says it again', async () => {
    const { store, follow, settle } = await freshPage();
    await follow('example=linux-vtd-passthrough');
    expect(store.getState().openFile?.name).toBe('linux-vtd-passthrough.json.gz');
    store.getState().goTo(3);
    await settle();
    const link = browser.entries.at(-1)?.slice(1) ?? '';
    const other = await freshPage();
    await other.follow(link);
    const { openFile, document, count } = other.store.getState();
    expect([openFile?.index, document?.base.kind, count]).toEqual([0, 'example', 3]);
  });

  it('that is empty shows the start page', async () => {
    const { store, follow } = await freshPage();
    await follow('lesson=sandbox');
    await follow('');
    expect(store.getState().page).toBe('start');
  });
});

describe('an address that cannot be opened', () => {
  const bad: readonly (readonly [string, string, string])[] = [
    ['a newer version', 'v2.AAAA', 'The link is of version 2'],
    ['a damaged link', 'v1.AAAA', 'The link is damaged'],
    ['a lesson that is not there', 'lesson=no-such', 'There is no lesson no-such.'],
    ['a lesson outside its folder', 'lesson=../../etc', 'There is no lesson ../../etc.'],
    ['an example that is not there', 'example=no-such', 'There is no example no-such'],
    ['an example outside its folder', 'example=../lessons', 'There is no example ../lessons'],
  ];

  it.each(bad)('keeps the text of %s, says why, and leaves the screen', async (_, fragment, message) => {
    const { store, follow } = await freshPage();
    await follow('lesson=sandbox');
    const before = store.getState().document;
    await follow(fragment);
    const { notice, document, isOpening } = store.getState();
    expect(notice?.title).toBe('This link cannot be opened');
    expect(notice?.problems[0]?.message).toContain(message);
    expect(notice?.rescue).toEqual({ name: 'iommuscope-link.txt', text: fragment });
    expect([document, isOpening]).toEqual([before, false]);
  });

  it('says which edit is none', async () => {
    const { store, follow } = await freshPage();
    const hostile = { l: 'sandbox', e: [{ kind: 'remove', step: -1 }] } as const;
    await follow(await fragmentOf(hostile));
    expect(store.getState().notice?.problems[0]?.path).toBe('[0].step');
    expect(store.getState().document).toBeUndefined();
  });
});

describe('the address bar', () => {
  it('gets an entry for each change and none for each step', async () => {
    const { store, follow, settle } = await freshPage();
    await follow('lesson=first-walk');
    await store.getState().insertStep({ do: 'note' });
    await settle();
    expect(browser.entries.length).toBe(2);
    for (let n = 0; n < 5; n++) {
      store.getState().microStep(1);
      await settle();
    }
    expect(browser.entries.length).toBe(2);
  });

  it('opens again what it was left at', async () => {
    const one = await freshPage();
    await one.follow('lesson=first-walk');
    one.store.getState().goTo(20);
    one.store.getState().setScene('spaces');
    await one.settle();
    const link = browser.entries.at(-1)?.slice(1) ?? '';
    const other = await freshPage();
    await other.follow(link);
    const { document, count, scene } = other.store.getState();
    expect([document?.base.scenario.name, count, scene]).toEqual(['first-walk', 20, 'spaces']);
  });

  it('stays as it was when the scenario does not fit', async () => {
    const { store, follow, settle, pass } = await freshPage();
    await follow('lesson=first-walk');
    store.getState().microStep(1);
    await settle();
    const before = [...browser.entries];
    await store.getState().open({ kind: 'scenario', scenario: tooLong() });
    await pass();
    expect(browser.entries).toEqual(before);
  });
});
