import * as Comlink from 'comlink';
import type { Simulator } from './protocol';

/** Starts the worker; the page talks to it through the returned object. */
export function startSimulator(): Comlink.Remote<Simulator> {
  const worker = new Worker(new URL('./sim.worker.ts', import.meta.url), { type: 'module' });
  return Comlink.wrap<Simulator>(worker);
}
