import { useEffect } from 'react';
import { useLab } from '../store/lab';
import { stopsOf } from '../store/store';

const millisecondsEach = 420;

/** Plays micro-step by micro-step to the next stop, and waits there. */
export function usePlayback(): void {
  const isPlaying = useLab((state) => state.isPlaying);
  const speed = useLab((state) => state.speed);
  useEffect(() => {
    if (!isPlaying) return;
    const tick = (): void => {
      const { view, count, microStep, setPlaying } = useLab.getState();
      if (view === undefined) return setPlaying(false);
      microStep(1);
      const after = useLab.getState().count;
      if (after === count || stopsOf(view).includes(after)) setPlaying(false);
    };
    const timer = setInterval(tick, millisecondsEach / speed);
    return () => clearInterval(timer);
  }, [isPlaying, speed]);
}
