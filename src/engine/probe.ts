import type { Cache } from './cache/cache';
import { Memory } from './memory/memory';
import type { Moment } from './moment';
import { type Outcome, requestTypes } from './request';
import { emptyOutcome, emptyRequest } from './step-runner';
import type { EventOf } from './trace/events';
import { keyPlace } from './trace/fold';
import { eventAt, kindAt, TraceWriter } from './trace/trace';

/** A cache entry that the tables no longer give. */
export interface Stale {
  readonly cache: number;
  readonly slot: number;
}

/**
 * The entries of caches that are stale at this moment: the request that filled each one is asked again of a machine
 * with the same memory and registers and empty caches, and the two entries are compared.
 */
export function staleEntries(moment: Moment): readonly Stale[] {
  const found = known.get(moment) ?? findStale(moment);
  known.set(moment, found);
  return found;
}

const known = new WeakMap<Moment, readonly Stale[]>();

function findStale(moment: Moment): readonly Stale[] {
  const fillers = fillersOf(moment);
  if (fillers.size === 0) return [];
  const probe = probeAt(moment);
  if (probe === undefined) return [];
  const stale: Stale[] = [];
  for (const filler of fillers.values()) {
    const { outcome, caches } = probe(filler.request);
    const isSame =
      answerColumn(moment, filler.cache) < 0
        ? isSameRow(caches[filler.cache], filler.row)
        : isSameAnswer(outcome, filler, answerColumn(moment, filler.cache));
    if (!isSame) stale.push({ cache: filler.cache, slot: filler.slot });
  }
  return stale;
}

function isSameAnswer(outcome: Outcome, { request, row }: Filler, pageColumn: number): boolean {
  return (
    outcome.ok &&
    outcome.permissions !== 0 &&
    outcome.page === (row[pageColumn] as number) + within(request.page, row)
  );
}

/** Whether a fresh cache would hold that row. A walk cache without it says nothing: it may be too small. */
function isSameRow(cache: Cache | undefined, row: readonly number[]): boolean {
  if (cache === undefined) return true;
  const [a, b, c, d] = row as [number, number, number, number];
  const slot = cache.find(a, b, c, d);
  if (slot < 0) return cache.shape.tags[3] !== '';
  return row.every((value, column) => cache.get(slot, column) === value);
}

interface Filler {
  readonly cache: number;
  readonly slot: number;
  readonly request: EventOf<'request'>;
  readonly row: readonly number[];
}

/** For each live entry of a cache, the request that filled it. */
function fillersOf(moment: Moment): ReadonlyMap<string, Filler> {
  const { view, state, count } = moment;
  const fillers = new Map<string, Filler>();
  let request: EventOf<'request'> | undefined;
  for (let n = 0; n < count; n++) {
    const kind = kindAt(view.trace, n);
    if (kind !== 'request' && kind !== 'fill') continue;
    const event = eventAt(view.trace, n);
    if (event.kind === 'request') request = event;
    if (event.kind !== 'fill' || request === undefined) continue;
    fillers.set(`${event.cache}:${event.slot}`, {
      cache: event.cache,
      slot: event.slot,
      request,
      row: event.row,
    });
  }
  for (const [key, { cache, slot }] of fillers) if (!state.caches[cache]?.has(slot)) fillers.delete(key);
  return fillers;
}

/** The column of a cache of answers with the host page, -1 for other caches: its tags name page and size. */
function answerColumn({ view }: Moment, cache: number): number {
  const shape = view.caches.shapes[cache];
  if (shape === undefined || shape.tags[2] !== 'page' || shape.tags[3] !== 'size') return -1;
  return 4 + shape.data.indexOf('host page');
}

function within(page: number, row: readonly number[]): number {
  const pages = 2 ** ((row[3] as number) - 12);
  return page - (row[2] as number) * pages;
}

/** What a device was told is compared with what it would be told. */
function typeOf({ type }: EventOf<'request'>): number {
  return type === requestTypes.indexOf('ats') ? type : 0;
}

interface Probed {
  readonly outcome: Outcome;
  readonly caches: readonly Cache[];
}

/** A machine with the moment's memory and registers, and empty caches. */
function probeAt(moment: Moment): ((request: EventOf<'request'>) => Probed) | undefined {
  const { view, state } = moment;
  const memory = new Memory();
  const { pages, words } = view.image;
  pages.forEach((page, index) => {
    for (let offset = 0; offset < 4096; offset += 8) {
      const at = index * 1024 + offset / 4;
      memory.write(page, offset, words[at] as number, words[at + 1] as number);
    }
  });
  for (const [key, [low, high]] of state.memory) {
    const { page, offset } = keyPlace(key);
    memory.write(page, offset, low, high);
  }
  const machine = view.architecture.build(view.scenario.machine, memory, new TraceWriter(false));
  if (!('iommu' in machine)) return undefined;
  machine.iommu.load(state.registers);
  return (request) => {
    const outcome = emptyOutcome();
    machine.iommu.dropCaches();
    machine.iommu.translate(
      { ...emptyRequest(), ...request, privileged: request.privileged === 1, type: typeOf(request), data: 0 },
      outcome,
    );
    return { outcome, caches: machine.iommu.caches };
  };
}
