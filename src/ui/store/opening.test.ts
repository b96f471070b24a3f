import { beforeEach, describe, expect, it } from 'vitest';
import type { RunData } from '../../engine/moment';
import type { Parsed } from '../../engine/scenario/problem';
import type { Scenario } from '../../engine/scenario/schema';
import { lesson, promptSimulator } from '../test-support/lab';
import type { Base } from './document';
import type { OpenFile, Place } from './state';
import { createStore, momentOf, noticeOf } from './store';

const walk: Base = { kind: 'lesson', name: 'first-walk', scenario: lesson('first-walk') };
const sandbox: Base = { kind: 'scenario', scenario: lesson('sandbox') };
const unbuildable: Base = {
  kind: 'scenario',
  scenario: { ...lesson('sandbox'), machine: { ...lesson('sandbox').machine, arch: 'abacus' } },
};
const start: Place = { step: -1, micro: 0, scene: 'walk', selection: undefined };

let store: ReturnType<typeof createStore>;

beforeEach(() => {
  store = createStore(promptSimulator());
});

function openCases(index: number, example?: string): OpenFile {
  const cases = [walk, sandbox].map(({ scenario }, n) => ({ id: `case ${n}`, note: '', scenario }));
  return { example, name: 'cases.json', file: { arch: 'vtd', source: '', notes: [], cases }, index };
}

describe('opening', () => {
  it('shows the lab at the start of the run', async () => {
    await store.getState().open(walk);
    const { page, count, scene, view, isRunning } = store.getState();
    expect([page, count, scene, isRunning]).toEqual(['lab', 0, 'walk', false]);
    expect(view?.spans.length).toBe(walk.scenario.steps.length);
    expect(momentOf(store.getState())?.step).toBeUndefined();
  });

  it('goes to the place in the link', async () => {
    const selection = { kind: 'entry', page: 0x40002, offset: 0x180, structure: 'context' } as const;
    await store.getState().open(walk, [], { step: 1, micro: 3, scene: 'tables', selection });
    const state = store.getState();
    const span = state.view?.spans[1];
    const pauses = [...(state.view?.pauses ?? [])].filter((pause) => pause > (span?.from ?? 0));
    expect([state.count, state.scene, state.selection]).toEqual([pauses[3], 'tables', selection]);
    expect(momentOf(state)?.stepIndex).toBe(1);
  });

  it('stays within the step when the link names a later pause than the step has', async () => {
    await store.getState().open(walk, [], { ...start, step: 1, micro: 10_000 });
    expect(store.getState().count).toBe(store.getState().view?.spans[1]?.to);
  });

  it('starts at the beginning when the link names a step that is gone', async () => {
    await store.getState().open(walk, [], { ...start, step: 99, micro: 3 });
    expect(store.getState().count).toBe(0);
  });

  it('forgets the notice, the answers and the open file of what was there before', async () => {
    await store.getState().openCase(openCases(0));
    store.getState().answer(1, 2);
    store.getState().setNotice(noticeOf('Something', []));
    await store.getState().open(sandbox);
    const { notice, answers, openFile } = store.getState();
    expect([notice, answers, openFile]).toEqual([undefined, {}, undefined]);
  });

  it('a case of a file keeps the file open', async () => {
    await store.getState().openCase(openCases(1));
    const { openFile, document } = store.getState();
    expect([openFile?.index, document?.base]).toEqual([1, sandbox]);
  });

  it('a case of an example is known by the example’s name and its index', async () => {
    await store.getState().openCase(openCases(1, 'linux'), [], { ...start, scene: 'log' });
    const { document, scene } = store.getState();
    expect(document?.base).toEqual({ kind: 'example', name: 'linux', index: 1, scenario: sandbox.scenario });
    expect(scene).toBe('log');
  });

  it('a case that the file does not have changes nothing', async () => {
    const before = store.getState();
    await store.getState().openCase(openCases(2));
    expect(store.getState()).toEqual(before);
  });
});

describe('a scenario that cannot be run', () => {
  it('gives a notice with the place and the reason, and leaves the screen', async () => {
    await store.getState().open(walk);
    store.getState().goTo(9);
    const { view, document } = store.getState();
    await store.getState().open(unbuildable);
    const state = store.getState();
    expect(state.notice).toEqual({
      title: 'This scenario cannot be run',
      problems: [{ path: 'machine.arch', message: 'There is no machine called abacus.' }],
      rescue: undefined,
    });
    expect([state.view, state.document, state.count, state.isRunning]).toEqual([view, document, 9, false]);
  });

  it('as a case of a file does not become the open file', async () => {
    const file = openCases(0);
    const cases = [{ id: 'bad', note: '', scenario: unbuildable.scenario }];
    await store.getState().openCase({ ...file, file: { ...file.file, cases } });
    expect(store.getState().openFile).toBeUndefined();
  });
});

describe('an engine that crashes', () => {
  it('leaves what was on the screen and passes the error on', async () => {
    let isBroken = false;
    const real = promptSimulator();
    store = createStore({
      ...real,
      run: async (scenario) => {
        if (isBroken) throw new Error('a bug');
        return real.run(scenario);
      },
    });
    await store.getState().open(walk);
    const { view, document } = store.getState();
    isBroken = true;
    await expect(store.getState().edit({ kind: 'remove', step: 0 })).rejects.toThrow('a bug');
    expect([store.getState().view, store.getState().document]).toEqual([view, document]);
  });
});

describe('two runs at once', () => {
  it('end with the newer one, whichever answers first', async () => {
    const real = promptSimulator();
    const waiting: { scenario: Scenario; answer: (result: Parsed<RunData>) => void }[] = [];
    store = createStore({
      ...real,
      run: (scenario) => new Promise((answer) => waiting.push({ scenario, answer })),
    });
    const older = store.getState().open(walk);
    const newer = store.getState().open(sandbox);
    for (const { scenario, answer } of waiting.reverse()) {
      answer(await real.run(scenario));
      await Promise.resolve();
    }
    await Promise.all([older, newer]);
    const { document, view, isRunning } = store.getState();
    expect([document?.base, view?.scenario, isRunning]).toEqual([sandbox, sandbox.scenario, false]);
  });
});
