import type { Moment } from '../../../engine/moment';

/** A point of a curve. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

export interface CurveSeries {
  readonly name: string;
  readonly points: readonly CurvePoint[];
}

export interface CurvesPicture {
  readonly xName: string;
  readonly yName: string;
  readonly series: readonly CurveSeries[];
}

/** The curves that a ledger of the scenario's software has; undefined where none does. */
export function projectCurves({ view, state }: Moment): CurvesPicture | undefined {
  for (const [model, { ledgers }] of view.software.entries()) {
    for (const [index, { curve }] of ledgers.entries()) {
      if (curve === undefined) continue;
      const rows = [...(state.ledgers[model]?.[index] ?? [])].map(([key, [y = 0]]) => ({
        series: curve.series(key),
        x: curve.x(key),
        y,
      }));
      return { xName: curve.xName, yName: curve.yName, series: seriesOf(rows) };
    }
  }
  return undefined;
}

/** Points sorted into curves, each from left to right. */
export function seriesOf(
  rows: readonly (CurvePoint & { readonly series: string })[],
): readonly CurveSeries[] {
  const names = [...new Set(rows.map(({ series }) => series))];
  return names.map((name) => ({
    name,
    points: rows.filter(({ series }) => series === name).sort((a, b) => a.x - b.x),
  }));
}
