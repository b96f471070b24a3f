import type { Moment, RunView } from '../../../engine/moment';
import type { EventOf } from '../../../engine/trace/events';
import { deviceName } from '../../../engine/trace/request-sentence';
import { eventAt } from '../../../engine/trace/trace';

/** A stretch of the run: places are steps, with the part of a step that has gone by. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly kind: 'mapped' | 'stale';
}

/** A request that came to the buffer's addresses. */
export interface Arrival {
  readonly at: number;
  readonly kind: 'allowed' | 'late' | 'refused';
}

/** One buffer: when it was mapped, and how long its device could reach it after that. */
export interface LanePicture {
  readonly key: string;
  readonly device: string;
  readonly buffer: string;
  readonly stretches: readonly Stretch[];
  readonly arrivals: readonly Arrival[];
  /** What can still be reached now, in words; empty when nothing can. */
  readonly now: string;
}

export interface StalePicture {
  readonly steps: number;
  readonly at: number;
  readonly lanes: readonly LanePicture[];
}

interface Entry {
  readonly device: number;
  readonly first: number;
  readonly pages: number;
}

interface Lane {
  readonly device: number;
  readonly first: number;
  readonly pages: number;
  readonly buffer: string;
  isMapped: boolean;
  since: number;
  readonly stretches: Stretch[];
  readonly arrivals: Arrival[];
}

/** What every buffer of the run's DMA drivers went through up to the moment; undefined where there are none. */
export function projectStale(moment: Moment): StalePicture | undefined {
  const models = modelsOf(moment.view);
  if (models.size === 0) return undefined;
  const watch = new Watch(moment.view, models);
  for (let n = 0; n < moment.count; n++) watch.take(n);
  const at = watch.placeOf(moment.count);
  return { steps: moment.view.spans.length, at, lanes: watch.lanesAt(at) };
}

/** Models with a ledger of addresses, by index: that ledger, and the device that goes through its space. */
function modelsOf({ scenario, software }: RunView): ReadonlyMap<number, { ledger: number; device: number }> {
  const found = new Map<number, { ledger: number; device: number }>();
  software.forEach(({ ledgers }, model) => {
    const ledger = ledgers.findIndex(({ id }) => id.endsWith('-addresses'));
    const space = scenario.software?.[model]?.config?.['space'];
    const binding = scenario.bindings?.find(({ first, second }) => first === space || second === space);
    if (ledger >= 0 && binding !== undefined) found.set(model, { ledger, device: Number(binding.device) });
  });
  return found;
}

/** Follows a run: who is mapped, and which entries of the IOTLB still know a buffer. */
class Watch {
  readonly #view: RunView;
  readonly #models: ReadonlyMap<number, { ledger: number; device: number }>;
  readonly #cache: number;
  readonly #entries = new Map<number, Entry>();
  readonly #lanes: Lane[] = [];
  #request: EventOf<'request'> | undefined;
  #step = 0;

  constructor(view: RunView, models: ReadonlyMap<number, { ledger: number; device: number }>) {
    this.#view = view;
    this.#models = models;
    this.#cache = view.architecture.caches.findIndex(({ id }) => id === 'iotlb');
  }

  /** Where a count of events lies: its step, and the part of it that has gone by. */
  placeOf(count: number): number {
    const { spans } = this.#view;
    while (this.#step + 1 < spans.length && (spans[this.#step]?.to ?? 0) < count) this.#step += 1;
    const span = spans[this.#step];
    if (span === undefined || span.to === span.from) return this.#step;
    return this.#step + Math.max(0, count - span.from) / (span.to - span.from);
  }

  take(n: number): void {
    const event = eventAt(this.#view.trace, n);
    const at = this.placeOf(n + 1);
    switch (event.kind) {
      case 'row':
        this.#row(event, at);
        return;
      case 'request':
        this.#request = event;
        return;
      case 'fill':
        if (event.cache === this.#cache) this.#fill(event);
        return;
      case 'drop':
        if (event.cache === this.#cache) this.#drop(event.slot, at);
        return;
      case 'result':
      case 'fault':
        this.#arrive(event.kind === 'result', at);
        return;
    }
  }

  lanesAt(at: number): readonly LanePicture[] {
    return this.#lanes.map((lane, index) => {
      const slot = lane.isMapped ? undefined : this.#slotOf(lane);
      const isOpen = lane.isMapped || slot !== undefined;
      const open: Stretch = { from: lane.since, to: at, kind: lane.isMapped ? 'mapped' : 'stale' };
      const device = deviceName(this.#view.scenario, lane.device);
      return {
        key: String(index),
        device,
        buffer: lane.buffer,
        stretches: isOpen ? [...lane.stretches, open] : lane.stretches,
        arrivals: lane.arrivals,
        now:
          slot === undefined
            ? ''
            : `${device} can still reach ${lane.buffer}, unmapped, through IOTLB slot ${slot}.`,
      };
    });
  }

  #row({ model, ledger, key, values }: EventOf<'row'>, at: number): void {
    const found = this.#models.get(model);
    const [pages = 1, name = -1, state = 0] = values;
    if (found?.ledger !== ledger || name < 0) return;
    const lane = this.#lanes.findLast(({ device, first }) => device === found.device && first === key);
    if (state === 0) {
      const buffer = this.#view.software[model]?.ledgers[ledger]?.columns[1]?.text(name) ?? '';
      const { device } = found;
      this.#lanes.push({
        device,
        first: key,
        pages,
        buffer,
        isMapped: true,
        since: at,
        stretches: [],
        arrivals: [],
      });
    } else if (lane?.isMapped === true) {
      lane.stretches.push({ from: lane.since, to: at, kind: 'mapped' });
      lane.isMapped = false;
      lane.since = at;
    }
  }

  /** Tags of every machine’s IOTLB: the third counts pages of the size in the fourth. */
  #fill({ slot, row }: EventOf<'fill'>): void {
    const [, , prefix = 0, size = 12] = row;
    const pages = 2 ** (size - 12);
    this.#entries.set(slot, { device: this.#request?.device ?? -1, first: prefix * pages, pages });
  }

  #drop(slot: number, at: number): void {
    const entry = this.#entries.get(slot);
    this.#entries.delete(slot);
    if (entry === undefined) return;
    for (const lane of this.#lanes) {
      if (lane.isMapped || !covers(entry, lane) || this.#slotOf(lane) !== undefined) continue;
      lane.stretches.push({ from: lane.since, to: at, kind: 'stale' });
    }
  }

  #arrive(isAnswered: boolean, at: number): void {
    const request = this.#request;
    if (request === undefined) return;
    const lane = this.#lanes.findLast(
      ({ device, first, pages }) =>
        device === request.device && request.page >= first && request.page < first + pages,
    );
    const kind = !isAnswered ? 'refused' : lane?.isMapped === true ? 'allowed' : 'late';
    lane?.arrivals.push({ at, kind });
  }

  #slotOf(lane: Lane): number | undefined {
    for (const [slot, entry] of this.#entries) if (covers(entry, lane)) return slot;
    return undefined;
  }
}

function covers(entry: Entry, { device, first, pages }: Lane): boolean {
  return entry.device === device && entry.first < first + pages && entry.first + entry.pages > first;
}
