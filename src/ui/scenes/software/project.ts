import { eventsOfStep, type Moment } from '../../../engine/moment';
import { resultText } from '../../../engine/software/errors';
import type { LedgerShape, Strip } from '../../../engine/software/model';
import { type CurvesPicture, projectCurves } from './curves';
import { projectStale, type StalePicture } from './stale';
import { projectTies, type TiesPicture } from './ties';

/** Ranges that take less of a strip than one part in so many are not seen. */
const smallest = 200;

/** A row of a ledger, with what the step in progress did to it. */
export interface RowPicture {
  readonly key: number;
  readonly cells: readonly string[];
  readonly change: 'none' | 'new' | 'gone';
}

/** A range on a strip. */
export interface RangePicture {
  readonly key: number;
  readonly first: number;
  readonly pages: number;
  readonly state: string;
  readonly change: RowPicture['change'];
}

export interface LedgerPicture {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly columns: readonly string[];
  readonly rows: readonly RowPicture[];
  readonly ties: TiesPicture | undefined;
  /** Where the ledger's rows are ranges of addresses. */
  readonly strip:
    | { readonly from: number; readonly to: number; readonly ranges: readonly RangePicture[] }
    | undefined;
}

/** What software did in the step in progress. */
export interface ActPicture {
  readonly key: number;
  readonly text: string;
  /** Empty when it was done. */
  readonly refusal: string;
}

export interface SoftwarePicture {
  readonly acts: readonly ActPicture[];
  readonly ledgers: readonly LedgerPicture[];
  /** Simulated microseconds; undefined where no time goes on. */
  readonly now: number | undefined;
  readonly stale: StalePicture | undefined;
  readonly curves: CurvesPicture | undefined;
}

/** What the scenario's software did in the step in progress, and what it keeps. */
export function projectSoftware(moment: Moment): SoftwarePicture {
  const { view, state } = moment;
  const events = eventsOfStep(moment);
  const acts = events.flatMap((event, key): ActPicture[] => {
    if (event.kind !== 'act') return [];
    const text = view.software[event.model]?.verbs[event.verb]?.say(event.operands) ?? '';
    return [{ key, text, refusal: event.result === 0 ? '' : resultText(event.result) }];
  });
  const ledgers = view.software.flatMap(({ ledgers: shapes }, model) =>
    shapes.map((shape, ledger): LedgerPicture => {
      const rows = state.ledgers[model]?.[ledger] ?? new Map<number, readonly number[]>();
      const touched = new Set<number>();
      const gone = new Map<number, readonly number[]>();
      for (const event of events) {
        if (event.kind === 'row' && event.model === model && event.ledger === ledger) touched.add(event.key);
        if (event.kind === 'gone' && event.model === model && event.ledger === ledger)
          if (!rows.has(event.key)) gone.set(event.key, []);
      }
      return pictureOf(shape, rows, touched, gone);
    }),
  );
  return {
    acts,
    ledgers,
    now: state.now > 0 ? state.now : undefined,
    stale: projectStale(moment),
    curves: projectCurves(moment),
  };
}

function pictureOf(
  shape: LedgerShape,
  rows: ReadonlyMap<number, readonly number[]>,
  touched: ReadonlySet<number>,
  gone: ReadonlyMap<number, readonly number[]>,
): LedgerPicture {
  const { strip } = shape;
  const all = [...rows, ...gone].sort(([a], [b]) => a - b);
  const changeOf = (key: number): RowPicture['change'] => {
    if (gone.has(key)) return 'gone';
    return touched.has(key) ? 'new' : 'none';
  };
  const columns = [shape.key.name, ...shape.columns.map(({ name }) => name)];
  const pictures = all.map(([key, values]) => ({
    key,
    cells: [
      shape.key.text(key),
      ...shape.columns.map(({ text }, column) => (gone.has(key) ? '' : text(values[column] ?? 0))),
    ],
    change: changeOf(key),
  }));
  return {
    id: shape.id,
    name: shape.name,
    about: shape.about,
    columns,
    rows: pictures,
    ties: shape.ties === undefined ? undefined : projectTies(shape.ties, columns, pictures),
    strip:
      strip === undefined
        ? undefined
        : {
            ...reachOf(strip, [...rows]),
            ranges: [...rows].map(([key, values]) => ({
              key,
              first: key,
              pages: values[strip.pages] ?? 1,
              state: shape.columns[strip.state]?.text(values[strip.state] ?? 0) ?? '',
              change: changeOf(key),
            })),
          },
  };
}

/** A strip shows all addresses, or where its ranges are too small for that the end of them. */
function reachOf(
  { from, to, pages }: Strip,
  rows: readonly (readonly [number, readonly number[]])[],
): { readonly from: number; readonly to: number } {
  const used = rows.reduce((sum, [, values]) => sum + (values[pages] ?? 0), 0);
  const lowest = Math.min(...rows.map(([key]) => key));
  if (rows.length === 0 || used * smallest > to - from || lowest < (to - from) / 2) return { from, to };
  const shown = Math.max(64, 2 ** Math.ceil(Math.log2((to - lowest) * 1.5)));
  return { from: Math.max(from, to - shown), to };
}
