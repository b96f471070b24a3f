import { sceneIds } from '../store/state';
import type { Store } from '../store/store';

/** What a key does, for the list that `?` shows. */
export const keyList: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['→', '←'], does: 'one micro-step forward or back' },
  { keys: ['Shift →', 'Shift ←'], does: 'one operation forward or back' },
  { keys: ['Space'], does: 'play to the next stop, or wait' },
  { keys: ['Home', 'End'], does: 'start and end of the run' },
  { keys: ['[', ']'], does: 'previous and next stop' },
  { keys: ['12 Enter'], does: 'go to operation 12' },
  { keys: ['1 … 6'], does: 'scene: walk, spaces, tables, queue, log, software' },
  { keys: ['e'], does: 'inspect and edit the selected entry' },
  { keys: ['d'], does: 'a DMA of your own' },
  { keys: ['m'], does: 'a mapping of your own' },
  { keys: ['i'], does: 'an invalidation command of your own' },
  { keys: ['z', 'Shift z'], does: 'undo, redo' },
  { keys: ['s'], does: 'copy the link to what you see' },
  { keys: ['.'], does: 'next, for a presenter’s remote' },
  { keys: ['?'], does: 'this list' },
];

/** What the page does besides the store. */
export interface PageActs {
  share(): void;
}

/** Does what a key asks for; true when it meant something. `digits` are those typed before Enter. */
export function pressKey(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey'>,
  store: Store,
  digits: string,
  acts: PageActs,
): boolean {
  const { key, shiftKey } = event;
  switch (key) {
    case 'ArrowRight':
      if (shiftKey) store.operation(1);
      else store.microStep(1);
      return true;
    case '.':
      store.microStep(1);
      return true;
    case 'ArrowLeft':
      if (shiftKey) store.operation(-1);
      else store.microStep(-1);
      return true;
    case ' ':
      store.setPlaying(!store.isPlaying);
      return true;
    case 'Home':
      store.goTo(0);
      return true;
    case 'End':
      store.goTo(Number.POSITIVE_INFINITY);
      return true;
    case '[':
      store.stop(-1);
      return true;
    case ']':
      store.stop(1);
      return true;
    case 'Enter':
      if (digits === '') return false;
      store.goToStep(Number(digits) - 1);
      return true;
    case 'Escape':
      store.setHelp(false);
      return true;
    default:
      return pressLetter(key, shiftKey, store, acts);
  }
}

function pressLetter(key: string, shiftKey: boolean, store: Store, acts: PageActs): boolean {
  switch (key.toLowerCase()) {
    case 'e':
      store.setPanel('inspect');
      return true;
    case 'd':
      store.setPanel('dma');
      return true;
    case 'm':
      store.setPanel('map');
      return true;
    case 'i':
      store.setPanel('command');
      return true;
    case 'z':
      void (shiftKey ? store.redo() : store.undo());
      return true;
    case 's':
      acts.share();
      return true;
    case '?':
      store.setHelp(!store.isHelpOpen);
      return true;
  }
  return false;
}

/** The scene of a digit key, unless more digits or Enter follow. */
export function sceneOfDigit(digits: string): (typeof sceneIds)[number] | undefined {
  return digits.length === 1 ? sceneIds[Number(digits) - 1] : undefined;
}
