import { owners } from '../../../engine/memory/memory';
import type { Moment } from '../../../engine/moment';
import { requestTypes } from '../../../engine/request';
import { type EventOf, servesDirectory, sources, type TraceEvent } from '../../../engine/trace/events';
import { levelTitle } from '../../../engine/words';
import type { Cell } from './picture';

const translated = requestTypes.indexOf('translated');

/** A read of the walk, with its place in the order of reads and whether it has happened. */
export interface Read {
  readonly fetch: EventOf<'fetch'>;
  readonly ordinal: number;
  readonly isDone: boolean;
  readonly isActive: boolean;
  readonly isFault: boolean;
}

/** What is known of a request's reads, before and after the moment. */
export interface Made {
  readonly device: readonly Cell[];
  readonly reads: readonly Read[];
  /** Guest pages that the walk has come to, by the level that they serve. */
  readonly needs: ReadonlyMap<number, number>;
  /** Walk-cache hits that have happened: stage, serves, level from which the walk goes on. */
  readonly saved: readonly EventOf<'lookup'>[];
  /** Host address of the data, once the request is answered. */
  readonly answer: { readonly page: number; readonly offset: number } | undefined;
  /** The IOTLB or another cache of whole answers has answered. */
  readonly isHit: boolean;
  /** The walk has begun: at least one read of a paging structure, or an answer. */
  readonly isOver: boolean;
}

/** Sorts the events of a request: what is read, found and saved. `done` counts the events that have happened. */
export function readsOf(moment: Moment, all: readonly TraceEvent[], done: number): Made {
  const reads: Read[] = [];
  const needs = new Map<number, number>();
  const device: Cell[] = [];
  const saved: EventOf<'lookup'>[] = [];
  let answer: Made['answer'];
  let isHit = false;
  let isOver = false;
  const faultAt = all.findIndex(({ kind }) => kind === 'fault');
  const active = activeRead(all.slice(0, done));
  all.forEach((event, n) => {
    const isDone = n < done;
    if (event.kind === 'fetch') {
      const isLast = !all.slice(n + 1, faultAt < 0 ? n + 1 : faultAt).some(({ kind }) => kind === 'fetch');
      const isFault = faultAt >= 0 && isLast && done > faultAt;
      const read = {
        fetch: event,
        ordinal: reads.length + 1,
        isDone,
        isActive: n === active,
        isFault,
      };
      reads.push(read);
      if (event.stage === 0 || event.serves === servesDirectory) device.push(cellOf(moment, read));
    } else if (event.kind === 'need') {
      if (isDone) needs.set(event.serves, event.guestPage);
    } else if (event.kind === 'lookup' && event.slot >= 0) {
      if (event.stage < 0) device.push(hitCell(moment, event, isDone));
      else if (isDone) saved.push(event);
    } else if (event.kind === 'result' && isDone) {
      isOver = true;
      isHit = isFromCache(event, reads.length);
      answer = answerOf(event);
    } else if (event.kind === 'fault' && isDone) {
      isOver = true;
    }
  });
  return { device, reads, needs, saved, answer, isHit, isOver };
}

/** A translated address goes on after a walk, or after a hit in the device's own TLB. */
function isFromCache({ type, source }: EventOf<'result'>, reads: number): boolean {
  return type === translated ? reads === 0 : sources[source] === 'iotlb';
}

function answerOf({ permissions, page, offset }: EventOf<'result'>): Made['answer'] {
  return permissions === 0 ? undefined : { page, offset };
}

/** The index of the read that hardware is busy with: the last one, until the request is answered; -1 for none. */
function activeRead(so: readonly TraceEvent[]): number {
  const isEnded = so.some(({ kind }) => kind === 'result' || kind === 'fault');
  return isEnded ? -1 : so.findLastIndex(({ kind }) => kind === 'fetch');
}

/** The cell of a read. */
export function cellOf(moment: Moment, { fetch, ordinal, isDone, isActive, isFault }: Read): Cell {
  const structure = moment.view.architecture.structures[fetch.structure];
  const title =
    fetch.stage === 0
      ? (structure?.name ?? 'entry')
      : levelTitle(moment.view.architecture.words, fetch.stage, fetch.level);
  return {
    key: `read-${ordinal}`,
    state: isFault ? 'fault' : isActive ? 'active' : isDone ? 'done' : 'coming',
    ordinal: isDone ? ordinal : undefined,
    title,
    index: isDone ? fetch.index.toString(16).padStart(3, '0') : '',
    page: isDone ? fetch.page : -1,
    offset: fetch.offset,
    stage: fetch.stage,
    owner: owners[fetch.owner] ?? 'host',
    ref:
      isDone && structure !== undefined
        ? { kind: 'entry', page: fetch.page, offset: fetch.offset, structure: structure.id }
        : undefined,
  };
}

function hitCell(moment: Moment, event: EventOf<'lookup'>, isDone: boolean): Cell {
  const name = moment.view.caches.shapes[event.cache]?.name ?? 'cache';
  return {
    key: `hit-${event.cache}-${event.slot}`,
    state: isDone ? 'cached' : 'coming',
    ordinal: undefined,
    title: name,
    index: isDone ? 'hit' : '',
    page: -1,
    offset: 0,
    stage: 0,
    owner: 'host',
    ref: isDone ? { kind: 'cache', cache: event.cache, slot: event.slot } : undefined,
  };
}
