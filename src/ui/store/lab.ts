import { useMemo } from 'react';
import type { Moment } from '../../engine/moment';
import { momentAt } from '../../engine/moment';
import { startSimulator } from '../../worker/client';
import type { AsyncSimulator } from './run-view';
import { createStore } from './store';

const simulator = startSimulator() as unknown as AsyncSimulator;

/** The page's store on the real worker. Select the smallest thing. */
export const useLab = createStore(simulator);

/** The worker, for what is not part of the document: opening files, checking links. */
export const engine = simulator;

/** The moment that the page shows; undefined before the first run. */
export function useMoment(): Moment | undefined {
  const view = useLab((state) => state.view);
  const count = useLab((state) => state.count);
  return useMemo(() => (view === undefined ? undefined : momentAt(view, count)), [view, count]);
}
