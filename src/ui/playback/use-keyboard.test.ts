import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const effects = vi.hoisted(() => ({ clean: [] as (() => void)[] }));

vi.mock('react', () => ({
  useEffect: (effect: () => () => void) => effects.clean.push(effect()),
}));
vi.mock('../store/lab', async () => {
  const { createStore } = await import('../store/store');
  const { promptSimulator } = await import('../test-support/lab');
  return { useLab: createStore(promptSimulator()) };
});

const { useKeyboard } = await import('./use-keyboard');
const { useLab } = await import('../store/lab');
const { lesson } = await import('../test-support/lab');

/** An element that lies inside the elements named. */
class FakeElement {
  readonly #around: readonly string[];
  constructor(...around: string[]) {
    this.#around = around;
  }
  closest(selectors: string): FakeElement | null {
    return selectors.split(', ').some((name) => this.#around.includes(name)) ? this : null;
  }
}

let page: EventTarget;
let shares = 0;

/** Presses a key at an element; true when the page took the key. */
function press(key: string, at: FakeElement, more: Readonly<Record<string, unknown>> = {}): boolean {
  const event = new Event('keydown', { cancelable: true });
  const properties = { key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more };
  for (const [name, value] of Object.entries({ ...properties, target: at }))
    Object.defineProperty(event, name, { value });
  page.dispatchEvent(event);
  return event.defaultPrevented;
}

const body = new FakeElement();

beforeEach(async () => {
  page = new EventTarget();
  shares = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('window', page);
  vi.stubGlobal('HTMLElement', FakeElement);
  await useLab.getState().open({ kind: 'lesson', name: 'first-walk', scenario: lesson('first-walk') });
  useKeyboard({
    share: () => {
      shares += 1;
    },
  });
});

afterEach(() => {
  for (const clean of effects.clean.splice(0)) clean();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a key', () => {
  it('acts on the page, and the browser does nothing else with it', () => {
    expect(press('ArrowRight', body)).toBe(true);
    expect(useLab.getState().count).toBe(useLab.getState().view?.pauses[1]);
    expect(press('s', body)).toBe(true);
    expect(shares).toBe(1);
  });

  it('that means nothing is left to the browser', () => {
    expect(press('Tab', body)).toBe(false);
  });

  it.each(['input', 'textarea', 'select'])('is left alone while typing in %s', (field) => {
    const before = useLab.getState();
    for (const key of ['s', 'd', 'z', ' ', '1', 'Home', 'ArrowRight', '?'])
      expect(press(key, new FakeElement(field))).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect([useLab.getState(), shares]).toEqual([before, 0]);
  });

  it.each([
    'button',
    'a',
    'summary',
  ])('presses %s when it is Space or Enter, and acts when it is not', (name) => {
    const element = new FakeElement(name);
    expect([press(' ', element), press('Enter', element)]).toEqual([false, false]);
    expect(useLab.getState().isPlaying).toBe(false);
    expect(press('End', element)).toBe(true);
  });

  it('belongs to whoever took it first', () => {
    press('ArrowRight', body, { defaultPrevented: true });
    expect(useLab.getState().count).toBe(0);
  });

  it.each(['ctrlKey', 'metaKey', 'altKey'])('with %s belongs to the browser', (modifier) => {
    press('s', body, { [modifier]: true });
    press('ArrowRight', body, { [modifier]: true });
    expect([shares, useLab.getState().count]).toEqual([0, 0]);
  });

  it('does nothing once the page has stopped listening', () => {
    for (const clean of effects.clean.splice(0)) clean();
    press('End', body);
    expect(useLab.getState().count).toBe(0);
  });
});

describe('digits', () => {
  it('show a scene after a pause', () => {
    press('4', body);
    expect(useLab.getState().scene).toBe('walk');
    vi.advanceTimersByTime(500);
    expect(useLab.getState().scene).toBe('queue');
  });

  it('and Enter go to that operation, and no scene follows', () => {
    press('1', body);
    press('2', body);
    press('Enter', body);
    vi.advanceTimersByTime(1_000);
    const { count, view, scene } = useLab.getState();
    expect([count, scene]).toEqual([view?.spans[11]?.to, 'walk']);
  });

  it('are forgotten when another key comes between', () => {
    press('5', body);
    press('End', body);
    press('Enter', body);
    vi.advanceTimersByTime(1_000);
    const { count, view, scene } = useLab.getState();
    expect([count, scene]).toEqual([view?.trace.length, 'walk']);
  });
});
