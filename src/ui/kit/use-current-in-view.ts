import { type RefObject, useEffect, useRef } from 'react';

/** Keeps the element with `aria-current` of a long list in view; `place` says when it may have moved. */
export function useCurrentInView<T extends HTMLElement>(place: unknown): RefObject<T | null> {
  const list = useRef<T>(null);
  useEffect(() => {
    if (place !== undefined)
      list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [place]);
  return list;
}
