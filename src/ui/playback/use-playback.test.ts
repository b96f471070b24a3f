import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const effects = vi.hoisted(() => ({ clean: undefined as (() => void) | undefined }));

vi.mock('react', () => ({
  useEffect: (effect: () => (() => void) | undefined) => {
    effects.clean?.();
    effects.clean = effect();
  },
}));
vi.mock('../store/lab', async () => {
  const { createStore } = await import('../store/store');
  const { promptSimulator } = await import('../test-support/lab');
  const store = createStore(promptSimulator());
  const useLab = <T>(select: (state: ReturnType<typeof store.getState>) => T): T => select(store.getState());
  return { useLab: Object.assign(useLab, store) };
});

const { usePlayback: startPlayback } = await import('./use-playback');
const { useLab } = await import('../store/lab');
const { lesson } = await import('../test-support/lab');

const scenario = lesson('first-walk');

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  await useLab.getState().open({ kind: 'scenario', scenario });
  useLab.getState().setSpeed(1);
});

afterEach(() => {
  effects.clean?.();
  vi.useRealTimers();
});

function play(speed = 1): void {
  useLab.getState().setSpeed(speed);
  useLab.getState().setPlaying(true);
  startPlayback();
}

/** The places at which the cursor stands while it plays, until it waits. */
function played(): readonly number[] {
  const places: number[] = [];
  while (useLab.getState().isPlaying) {
    vi.advanceTimersByTime(420);
    places.push(useLab.getState().count);
  }
  return places;
}

describe('play', () => {
  it('goes micro-step by micro-step and waits at the stop of the lesson', () => {
    const { view, goToStep } = useLab.getState();
    goToStep(0);
    const from = useLab.getState().count;
    const to = view?.spans[1]?.to ?? 0;
    play();
    expect(played()).toEqual([...(view?.pauses ?? [])].filter((pause) => from < pause && pause <= to));
  });

  it('waits at the end when nothing is left', () => {
    useLab.getState().goTo(Number.POSITIVE_INFINITY);
    play();
    expect(played()).toEqual([useLab.getState().view?.trace.length]);
  });

  it('goes through a run without stops to its end', async () => {
    const steps = scenario.steps.map((step) => ({ ...step, stop: false }));
    await useLab.getState().open({ kind: 'scenario', scenario: { ...scenario, steps } });
    play();
    expect(played()).toEqual([...(useLab.getState().view?.pauses ?? [])].slice(1));
  });

  it('goes twice as far in the same time at twice the speed', () => {
    useLab.getState().goToStep(0);
    const pauses = [...(useLab.getState().view?.pauses ?? [])];
    const from = pauses.indexOf(useLab.getState().count);
    play(2);
    vi.advanceTimersByTime(840);
    expect(pauses.indexOf(useLab.getState().count)).toBe(from + 4);
  });

  it('does not move while it waits', () => {
    startPlayback();
    vi.advanceTimersByTime(5_000);
    expect(useLab.getState().count).toBe(0);
  });
});
