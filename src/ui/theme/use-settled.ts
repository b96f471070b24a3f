import { useEffect } from 'react';
import { useLab } from '../store/lab';

/** Says on the root element when the page shows what it will show: fonts there, no run on its way. */
export function useSettled(): void {
  const isRunning = useLab((state) => state.isRunning);
  const isOpening = useLab((state) => state.isOpening);
  const page = useLab((state) => state.page);
  const view = useLab((state) => state.view);
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (isRunning || isOpening || (page === 'lab' && view === undefined)) {
      dataset['settled'] = 'false';
      return;
    }
    let isCurrent = true;
    void document.fonts.ready.then(() => {
      requestAnimationFrame(() => {
        if (isCurrent) dataset['settled'] = 'true';
      });
    });
    return () => {
      isCurrent = false;
    };
  }, [isRunning, isOpening, page, view]);
}
