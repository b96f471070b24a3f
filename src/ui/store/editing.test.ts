import { beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../engine/scenario/schema';
import { eventAt } from '../../engine/trace/trace';
import { lesson, promptSimulator } from '../test-support/lab';
import { createStore, momentOf } from './store';

/** The level-1 entry of the page that the lesson's first read asks for. */
const entry = { page: 0x52220, offset: 0xc48 };
const clear: Step = { do: 'write', at: '0x52220c48', words: ['0x0'], by: 'person', title: 'You clear it' };
const ownRead = {
  do: 'dma',
  device: '0x18',
  access: 'r',
  at: '0x12345678a008',
  title: 'A DMA of your own',
} as const;

let store: ReturnType<typeof createStore>;

beforeEach(async () => {
  store = createStore(promptSimulator());
  await store.getState().open({ kind: 'lesson', name: 'first-walk', scenario: lesson('first-walk') });
});

/** How each request of the run ends: the host page, or the reason of the fault. */
function ends(): readonly string[] {
  const { view } = store.getState();
  if (view === undefined) return [];
  return Array.from({ length: view.trace.length }, (_, n) => eventAt(view.trace, n)).flatMap((event) => {
    if (event.kind === 'result') return [`0x${event.page.toString(16)}`];
    return event.kind === 'fault' ? [`fault 0x${event.reason.toString(16)}`] : [];
  });
}

function wordNow(): number | undefined {
  return momentOf(store.getState())?.reader.low(entry.page, entry.offset);
}

function titleNow(): string | undefined {
  return momentOf(store.getState())?.step?.title;
}

const untouched = ['0xabcde', '0xabcde', '0xdecaf', 'fault 0x6', '0xabcde', 'fault 0x6'];

describe('a changed word', () => {
  it('is in memory at the cursor, and not before it', async () => {
    store.getState().goToStep(0);
    const before = store.getState().count;
    await store.getState().insertStep(clear);
    expect([titleNow(), wordNow()]).toEqual(['You clear it', 0]);
    store.getState().goTo(before);
    expect(wordNow()).toBe(0xabcde003);
  });

  it('is what the steps after it meet', async () => {
    expect(ends()).toEqual(untouched);
    store.getState().goToStep(0);
    await store.getState().insertStep(clear);
    expect(ends()).toEqual(['fault 0x6', 'fault 0x6', '0xdecaf', 'fault 0x6', 'fault 0x6', 'fault 0x6']);
  });

  it('is not what a cache answers with that was filled before it', async () => {
    store.getState().goToStep(1);
    await store.getState().insertStep(clear);
    expect(ends()).toEqual(untouched);
  });
});

describe('a step of the person’s own', () => {
  it('comes after the one in progress, and the cursor goes to its end', async () => {
    store.getState().goToStep(3);
    store.getState().microStep(-1);
    await store.getState().insertStep(ownRead);
    const { document, view, count } = store.getState();
    expect(document?.edits).toEqual([{ kind: 'insert', after: 3, step: ownRead }]);
    expect(count).toBe(view?.spans[4]?.to);
    expect(titleNow()).toBe('A DMA of your own');
  });

  it('comes first when the run has not begun', async () => {
    await store.getState().insertStep(ownRead);
    expect(store.getState().document?.edits).toEqual([{ kind: 'insert', after: -1, step: ownRead }]);
    expect(ends()).toEqual(['0xdecaf', ...untouched]);
  });

  it('that cannot be done keeps its problem with it, and the steps after it run', async () => {
    store.getState().goToStep(0);
    await store.getState().insertStep({ do: 'map', space: 'nowhere', map: ['0x1000', '0x2000'] });
    expect(store.getState().view?.problems.map(({ path }) => path)).toEqual(['steps[1].space']);
    expect(ends()).toEqual(untouched);
  });

  it('stops play', async () => {
    store.getState().setPlaying(true);
    await store.getState().insertStep(ownRead);
    expect(store.getState().isPlaying).toBe(false);
  });
});

describe('undo', () => {
  it('takes the change out of the run, and redo puts it back', async () => {
    store.getState().goToStep(0);
    await store.getState().insertStep(clear);
    const changed = ends();
    await store.getState().undo();
    expect(ends()).toEqual(untouched);
    await store.getState().redo();
    expect(ends()).toEqual(changed);
  });

  it('leaves the cursor on a micro-step of the run that is left', async () => {
    store.getState().goTo(Number.POSITIVE_INFINITY);
    await store.getState().insertStep(ownRead);
    await store.getState().undo();
    const { view, count } = store.getState();
    expect([...(view?.pauses ?? [])]).toContain(count);
  });

  it('is not stepping back: the change stays when the cursor goes back', async () => {
    await store.getState().insertStep(ownRead);
    store.getState().goTo(0);
    expect(store.getState().document?.edits.length).toBe(1);
  });
});

describe('other caches', () => {
  it('run the scenario again and leave the cursor where it is', async () => {
    store.getState().goTo(11);
    await store.getState().edit({ kind: 'caches', caches: { iotlb: 'off' } });
    expect(store.getState().count).toBe(11);
    expect(ends()).toEqual(['0xabcde', '0xabcde', '0xdecaf', 'fault 0x6', 'fault 0x6', 'fault 0x6']);
  });

  it('leave the cursor within a run that is shorter', async () => {
    store.getState().goTo(Number.POSITIVE_INFINITY);
    await store.getState().edit({ kind: 'remove', step: 1 });
    const { view, count } = store.getState();
    expect(count).toBe(view?.trace.length);
  });
});

describe('nothing open', () => {
  it('takes no edit', async () => {
    const empty = createStore(promptSimulator());
    const before = empty.getState();
    await before.edit({ kind: 'remove', step: 0 });
    await before.insertStep(ownRead);
    await before.undo();
    await before.redo();
    expect(empty.getState()).toEqual(before);
  });
});

describe('changes in quick succession', () => {
  it('all stay, each after the one before', async () => {
    const { insertStep, undo } = store.getState();
    await Promise.all([insertStep(clear), insertStep(ownRead)]);
    expect(store.getState().document?.edits.length).toBe(2);
    await Promise.all([undo(), undo()]);
    expect(store.getState().document?.edits.length).toBe(0);
  });
});

describe('a bug of the engine', () => {
  it('is kept for the crash screen', async () => {
    const broken = createStore({ ...promptSimulator(), run: () => Promise.reject(new Error('a bug')) });
    const opened = broken.getState().open({ kind: 'scenario', scenario: lesson('first-walk') });
    await expect(opened).rejects.toThrow('a bug');
    expect(broken.getState().bug?.message).toBe('a bug');
  });
});
