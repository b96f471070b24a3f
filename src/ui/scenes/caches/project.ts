import { eventsOfStep, type Moment } from '../../../engine/moment';
import { staleEntries } from '../../../engine/probe';

/** One cache as a table. */
export interface CachePicture {
  readonly index: number;
  readonly name: string;
  readonly size: number;
  readonly columns: readonly string[];
  readonly rows: readonly CacheRow[];
}

export interface CacheRow {
  readonly slot: number;
  readonly cells: readonly string[];
  /** What the last event did to it. */
  readonly mark: 'hit' | 'filled' | 'dropped' | 'none';
  readonly isStale: boolean;
}

interface Column {
  readonly name: string;
  readonly column: number;
}

/** How many columns after the tags are shown: the first ones that say something in any row. */
const shownData = 3;
const quiet: ReadonlySet<string> = new Set(['', '0']);

/** Every cache with what it holds now; entries that the last events dropped are still shown, struck out. */
export function project(moment: Moment): readonly CachePicture[] {
  const { caches } = moment.view;
  const stale = new Set(staleEntries(moment).map(({ cache, slot }) => `${cache}:${slot}`));
  const touched = lastTouched(moment);
  return caches.shapes.map((shape, index) => {
    const rows = new Map(moment.state.caches[index]);
    for (const [slot, row] of touched.dropped(index)) rows.set(slot, row);
    const named = (names: readonly string[], first: number): Column[] =>
      names.map((name, n) => ({ name, column: first + n })).filter(({ name }) => name !== '');
    const says = ({ column }: Column): boolean =>
      [...rows.values()].some((row) => !quiet.has(caches.text(index, column, row)));
    const columns = [
      ...named(shape.tags, 0),
      ...named(shape.data, shape.tags.length).filter(says).slice(0, shownData),
    ];
    return {
      index,
      name: shape.name,
      size: caches.sizes[index] ?? 0,
      columns: columns.map(({ name }) => name),
      rows: [...rows]
        .sort(([a], [b]) => a - b)
        .map(([slot, row]) => ({
          slot,
          cells: columns.map(({ column }) => caches.text(index, column, row)),
          mark: touched.mark(index, slot),
          isStale: stale.has(`${index}:${slot}`),
        })),
    };
  });
}

/** What the events of the current micro-step did, or at the end of a step those of the whole step. */
function lastTouched(moment: Moment) {
  const { view, count } = moment;
  const span = view.spans[moment.stepIndex];
  const isEnd = span !== undefined && span.to === count;
  const before = isEnd ? span.from : (view.pauses.findLast((pause) => pause < count) ?? 0);
  const marks = new Map<string, CacheRow['mark']>();
  const dropped = new Map<number, Map<number, readonly number[]>>();
  const earlier = view.states.after(before);
  for (const event of isEnd ? eventsOfStep(moment) : moment.recent) {
    if (event.kind === 'lookup' && event.slot >= 0) marks.set(`${event.cache}:${event.slot}`, 'hit');
    if (event.kind === 'fill') marks.set(`${event.cache}:${event.slot}`, 'filled');
    if (event.kind !== 'drop') continue;
    marks.set(`${event.cache}:${event.slot}`, 'dropped');
    const row = earlier.caches[event.cache]?.get(event.slot);
    if (row === undefined) continue;
    const rows = dropped.get(event.cache) ?? new Map<number, readonly number[]>();
    rows.set(event.slot, row);
    dropped.set(event.cache, rows);
  }
  return {
    mark: (cache: number, slot: number): CacheRow['mark'] => marks.get(`${cache}:${slot}`) ?? 'none',
    dropped: (cache: number): ReadonlyMap<number, readonly number[]> => dropped.get(cache) ?? new Map(),
  };
}
