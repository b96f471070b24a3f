import { type RefObject, useEffect, useRef } from 'react';
import { bringIntoView } from './bring-into-view';

/** Keeps the element with `aria-current` of a long list in a side column in view; `place` says when it may have moved. */
export function useCurrentInView<T extends HTMLElement>(place: unknown): RefObject<T | null> {
  const list = useRef<T>(null);
  useEffect(() => {
    if (place !== undefined) bringIntoView(list.current?.closest('aside'), '[aria-current]');
  }, [place]);
  return list;
}
