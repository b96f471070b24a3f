import { useEffect } from 'react';
import { useLab } from '../store/lab';
import { type PageActs, pressKey, sceneOfDigit } from './keyboard';

const digitPause = 500;

/** Listens for keys while nobody types into a field. */
export function useKeyboard(acts: PageActs): void {
  useEffect(() => {
    let digits = '';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settleDigits = (): void => {
      const scene = sceneOfDigit(digits);
      digits = '';
      if (scene !== undefined) useLab.getState().setScene(scene);
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      clearTimeout(timer);
      if (/^\d$/.test(event.key)) {
        digits += event.key;
        timer = setTimeout(settleDigits, digitPause);
        return;
      }
      if (pressKey(event, useLab.getState(), digits, acts)) event.preventDefault();
      digits = '';
    };
    window.addEventListener('keydown', onKey);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('keydown', onKey);
    };
  }, [acts]);
}

/** A field takes its keys; a button takes Space and Enter; tabs, grids and bit strips take what they handled. */
function isTyping(event: KeyboardEvent): boolean {
  if (event.defaultPrevented) return true;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('input, textarea, select') !== null) return true;
  return (event.key === ' ' || event.key === 'Enter') && target.closest('button, a, summary') !== null;
}
