import { useEffect } from 'react';
import { useLab } from '../store/lab';

/** Says on the root element when the page that uses it shows what it will: fonts there, no run on its way. */
export function useSettled(): void {
  const isRunning = useLab((state) => state.isRunning);
  const isOpening = useLab((state) => state.isOpening);
  useEffect(() => {
    const { dataset } = document.documentElement;
    dataset['settled'] = 'false';
    if (isRunning || isOpening) return;
    let isCurrent = true;
    void document.fonts.ready.then(() => {
      // What observes sizes draws a frame later than the rest.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          if (isCurrent) dataset['settled'] = 'true';
        }),
      );
    });
    return () => {
      isCurrent = false;
      dataset['settled'] = 'false';
    };
  }, [isRunning, isOpening]);
}
