import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { lesson, promptSimulator } from '../test-support/lab';
import { createStore, momentOf, type Store, stopsOf } from './store';

const scenario = lesson('first-walk');
let store: ReturnType<typeof createStore>;

beforeEach(async () => {
  store = createStore(promptSimulator());
  await store.getState().open({ kind: 'lesson', name: 'first-walk', scenario });
});

function lengthOf(state: Store): number {
  return state.view?.trace.length ?? 0;
}

/** The cursor's places from one end to the other by one kind of act. */
function placesBy(act: () => void): readonly number[] {
  const places = [store.getState().count];
  for (;;) {
    act();
    const { count } = store.getState();
    if (count === places.at(-1)) return places;
    places.push(count);
  }
}

describe('the cursor', () => {
  it('meets every pause by micro-step, forward and back', () => {
    const pauses = [...(store.getState().view?.pauses ?? [])];
    expect(placesBy(() => store.getState().microStep(1))).toEqual(pauses);
    expect(placesBy(() => store.getState().microStep(-1))).toEqual(pauses.reverse());
  });

  it('meets the end of every operation by operation, forward and back', () => {
    const ends = [0, ...(store.getState().view?.spans ?? []).map(({ to }) => to)];
    expect(placesBy(() => store.getState().operation(1))).toEqual(ends);
    expect(placesBy(() => store.getState().operation(-1))).toEqual(ends.reverse());
  });

  it('meets the steps that the lesson marks, and the end, by stop', () => {
    const marks = scenario.steps.flatMap(({ stop }, index) => (stop === true ? [index] : []));
    placesBy(() => store.getState().operation(-1));
    const seen = placesBy(() => store.getState().stop(1)).slice(1);
    const { view } = store.getState();
    expect(seen).toEqual(marks.map((index) => view?.spans[index]?.to));
    expect(seen.at(-1)).toBe(lengthOf(store.getState()));
  });

  it('goes to the end of an unmarked run in one stop, and back to the start in one', async () => {
    const unmarked = { ...scenario, steps: scenario.steps.map((step) => ({ ...step, stop: false })) };
    await store.getState().open({ kind: 'scenario', scenario: unmarked });
    expect(placesBy(() => store.getState().stop(1))).toEqual([0, lengthOf(store.getState())]);
    expect(placesBy(() => store.getState().stop(-1))).toEqual([lengthOf(store.getState()), 0]);
  });

  it('is at the end of the operation that is asked for', () => {
    store.getState().goToStep(4);
    expect(momentOf(store.getState())?.stepIndex).toBe(4);
    expect(store.getState().count).toBe(store.getState().view?.spans[4]?.to);
  });

  it('stays where it is when the operation is not there', () => {
    store.getState().goTo(7);
    store.getState().goToStep(scenario.steps.length);
    store.getState().goToStep(-1);
    expect(store.getState().count).toBe(7);
  });

  it('stays within the run, whatever is done', () => {
    const act = fc.oneof(
      fc
        .constantFrom(1 as const, -1 as const)
        .chain((by) =>
          fc
            .constantFrom('microStep' as const, 'operation' as const, 'stop' as const)
            .map((name) => ({ name, by })),
        ),
      fc.record({ name: fc.constantFrom('goTo' as const, 'goToStep' as const), by: fc.integer() }),
    );
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        for (const { name, by } of acts) (store.getState()[name] as (given: number) => void)(by);
        expect(store.getState().count).toBeGreaterThanOrEqual(0);
        expect(store.getState().count).toBeLessThanOrEqual(lengthOf(store.getState()));
      }),
    );
  });

  it('looks at an earlier moment without changing the document', () => {
    const { document, view } = store.getState();
    placesBy(() => store.getState().stop(1));
    placesBy(() => store.getState().microStep(-1));
    expect([store.getState().document, store.getState().view]).toEqual([document, view]);
  });

  it('does not move before anything is open', () => {
    const empty = createStore(promptSimulator());
    const { microStep, operation, stop, goTo, goToStep } = empty.getState();
    microStep(1);
    operation(1);
    stop(1);
    goTo(5);
    goToStep(0);
    expect(empty.getState().count).toBe(0);
    expect(momentOf(empty.getState())).toBeUndefined();
  });
});

describe('play', () => {
  it('waits when the person moves by operation, by stop, or to an operation', () => {
    const acts: readonly ((state: Store) => void)[] = [
      ({ operation }) => operation(1),
      ({ stop }) => stop(-1),
      ({ goToStep }) => goToStep(3),
    ];
    for (const act of acts) {
      store.getState().setPlaying(true);
      act(store.getState());
      expect(store.getState().isPlaying).toBe(false);
    }
  });

  it('has its last stop at the end of the run', () => {
    const { view } = store.getState();
    expect(view === undefined ? -1 : stopsOf(view).at(-1)).toBe(lengthOf(store.getState()));
  });
});
