import { describe, expect, it } from 'vitest';
import { sceneIds } from '../store/state';
import type { Store } from '../store/store';
import { keyList, pressKey, sceneOfDigit } from './keyboard';

interface Press {
  readonly key: string;
  readonly shiftKey?: boolean;
  readonly digits?: string;
  readonly state?: Partial<Store>;
}

/** What a key press makes the page do, as text; empty when it means nothing. */
function doneBy({ key, shiftKey = false, digits = '', state = {} }: Press): string {
  const calls: string[] = [];
  const record =
    (name: string) =>
    (...given: unknown[]) => {
      calls.push([name, ...given].join(' '));
    };
  const store = new Proxy({} as Store, {
    get: (_, name: string) => (name in state ? Reflect.get(state, name) : record(name)),
  });
  const isMeant = pressKey({ key, shiftKey }, store, digits, { share: record('share') });
  if (isMeant !== calls.length > 0) throw new Error(`${key} says ${isMeant} and does ${calls.length} acts.`);
  return calls.join(', ');
}

const paused = { isPlaying: false };
const helpless = { isHelpOpen: false };

/** For each row of the list: the presses that its keys stand for, and what each must do. */
const meant: Readonly<Record<string, readonly (readonly [Press, string])[]>> = {
  'one micro-step forward or back': [
    [{ key: 'ArrowRight' }, 'microStep 1'],
    [{ key: 'ArrowLeft' }, 'microStep -1'],
  ],
  'one operation forward or back': [
    [{ key: 'ArrowRight', shiftKey: true }, 'operation 1'],
    [{ key: 'ArrowLeft', shiftKey: true }, 'operation -1'],
  ],
  'play to the next stop, or wait': [
    [{ key: ' ', state: paused }, 'setPlaying true'],
    [{ key: ' ', state: { isPlaying: true } }, 'setPlaying false'],
  ],
  'start and end of the run': [
    [{ key: 'Home' }, 'goTo 0'],
    [{ key: 'End' }, 'goTo Infinity'],
  ],
  'previous and next stop': [
    [{ key: '[' }, 'stop -1'],
    [{ key: ']' }, 'stop 1'],
  ],
  'go to operation 12': [[{ key: 'Enter', digits: '12' }, 'goToStep 11']],
  'inspect and edit the selected entry': [[{ key: 'e' }, 'setPanel inspect']],
  'a DMA of your own': [[{ key: 'd' }, 'setPanel dma']],
  'a mapping of your own': [[{ key: 'm' }, 'setPanel map']],
  'an invalidation command of your own': [[{ key: 'i' }, 'setPanel command']],
  'undo, redo': [
    [{ key: 'z' }, 'undo'],
    [{ key: 'Z', shiftKey: true }, 'redo'],
  ],
  'copy the link to what you see': [[{ key: 's' }, 'share']],
  'next, for a presenter’s remote': [[{ key: '.' }, 'microStep 1']],
  'this list': [
    [{ key: '?', shiftKey: true, state: helpless }, 'setHelp true'],
    [{ key: '?', shiftKey: true, state: { isHelpOpen: true } }, 'setHelp false'],
  ],
};

/** As the list writes a press. */
function label({ key, shiftKey = false, digits = '' }: Press): string {
  const arrows: Readonly<Record<string, string>> = { ArrowRight: '→', ArrowLeft: '←', ' ': 'Space' };
  const name = arrows[key] ?? (/^[A-Z]$/.test(key) ? key.toLowerCase() : key);
  const shift = shiftKey && key !== '?' ? 'Shift ' : '';
  return `${digits === '' ? '' : `${digits} `}${shift}${name}`;
}

describe('the list of keys', () => {
  const rows = keyList.filter(({ does }) => !does.startsWith('scene:'));

  it.each(rows)('tells the truth about $keys: $does', ({ keys, does }) => {
    const presses = meant[does] ?? [];
    expect([...new Set(presses.map(([press]) => label(press)))]).toEqual([...keys]);
    expect(presses.map(([press]) => doneBy(press))).toEqual(presses.map(([, act]) => act));
  });

  it('names the scenes in the order of their digits', () => {
    const row = keyList.find(({ does }) => does.startsWith('scene:'));
    expect(row).toEqual({ keys: [`1 … ${sceneIds.length}`], does: `scene: ${sceneIds.join(', ')}` });
    expect(sceneIds.map((_, index) => sceneOfDigit(String(index + 1)))).toEqual([...sceneIds]);
  });

  it('gives no key to two acts', () => {
    const keys = keyList.flatMap((row) => row.keys);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('leaves out no key but Escape, which closes the list', () => {
    const printable = Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n));
    const named = ['Escape', 'Tab', 'Enter', 'Backspace', 'Delete', 'ArrowUp', 'ArrowDown', 'PageUp', 'F1'];
    const listed = new Set(Object.values(meant).flatMap((presses) => presses.map(([{ key }]) => key)));
    const others = [...printable, ...named].filter(
      (key) => !listed.has(key) && !listed.has(key.toLowerCase()),
    );
    const acts = others.map((key) => [key, doneBy({ key })]).filter(([, act]) => act !== '');
    expect(acts).toEqual([['Escape', 'setHelp false']]);
  });
});

describe('a key', () => {
  it('means the same with Caps Lock', () => {
    expect(['E', 'D', 'I', 'S', 'Z'].map((key) => doneBy({ key }))).toEqual([
      'setPanel inspect',
      'setPanel dma',
      'setPanel command',
      'share',
      'undo',
    ]);
    expect(doneBy({ key: 'z', shiftKey: true })).toBe('redo');
  });

  it('that is Enter means nothing without digits before it', () => {
    expect(doneBy({ key: 'Enter' })).toBe('');
  });

  it('that is a digit shows no scene when there is none, or when more digits follow', () => {
    expect(['0', '7', '9', '12', '11', ''].map(sceneOfDigit)).toEqual(Array(6).fill(undefined));
  });
});
