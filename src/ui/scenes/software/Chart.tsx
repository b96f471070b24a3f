import { line, scaleLinear, scaleLog } from 'd3';
import type { CurvePoint, CurvesPicture } from './curves';

const width = 560;
const height = 260;
const margin = { top: 28, right: 150, bottom: 34, left: 48 };
const dashes = ['', '7 4', '2 3', '10 3 2 3'];
const nearestLabels = 15;

/** Curves on a logarithmic x axis; each has its own dashes and its name at the end. */
export function Chart({ picture }: { picture: CurvesPicture }) {
  const points = picture.series.flatMap(({ points: own }) => own);
  const xs = [...new Set([1, ...points.map(({ x }) => x)])].sort((a, b) => a - b);
  const most = Math.max(1, ...points.map(({ y }) => y));
  const x = scaleLog()
    .base(2)
    .domain([1, Math.max(2, ...xs)])
    .range([margin.left, width - margin.right]);
  const y = scaleLinear()
    .domain([0, most])
    .nice()
    .range([height - margin.bottom, margin.top]);
  const path = line<CurvePoint>(
    (point) => x(point.x),
    (point) => y(point.y),
  );
  const labels = spread(
    picture.series.map(({ points: own }) => y(own.at(-1)?.y ?? 0)),
    nearestLabels,
  );
  return (
    <svg className="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={spoken(picture)}>
      {y.ticks(5).map((tick) => (
        <g key={tick} className="chart-tick">
          <line x1={margin.left} x2={width - margin.right} y1={y(tick)} y2={y(tick)} />
          <text x={margin.left - 6} y={y(tick) + 4} textAnchor="end">
            {tick}
          </text>
        </g>
      ))}
      {xs.map((tick) => (
        <text key={tick} className="chart-x" x={x(tick)} y={height - margin.bottom + 16} textAnchor="middle">
          {tick}
        </text>
      ))}
      <text className="chart-name" x={width - margin.right} y={height - 4} textAnchor="end">
        {picture.xName}
      </text>
      <text className="chart-name" x={0} y={12}>
        {picture.yName}
      </text>
      {picture.series.map(({ name, points: own }, index) => (
        <g key={name} className={`chart-series chart-series-${index % dashes.length}`}>
          <path d={path(own) ?? ''} strokeDasharray={dashes[index % dashes.length]} />
          {own.map((point) => (
            <circle key={point.x} cx={x(point.x)} cy={y(point.y)} r={3} />
          ))}
          <text x={x(own.at(-1)?.x ?? 1) + 8} y={(labels[index] ?? 0) + 4}>
            {name}
          </text>
        </g>
      ))}
    </svg>
  );
}

/** Places at least so far apart, in the order of the wanted ones. */
function spread(wanted: readonly number[], apart: number): readonly number[] {
  const placed: number[] = [...wanted];
  const order = [...wanted.keys()].sort((a, b) => (wanted[a] as number) - (wanted[b] as number));
  order.forEach((index, n) => {
    const before = order[n - 1];
    if (before === undefined) return;
    placed[index] = Math.max(placed[index] as number, (placed[before] as number) + apart);
  });
  return placed;
}

function spoken({ xName, yName, series }: CurvesPicture): string {
  const parts = series.map(
    ({ name, points }) => `${name}: ${points.map(({ x, y }) => `${y.toFixed(2)} at ${x}`).join(', ')}`,
  );
  return `${yName} against ${xName}. ${parts.join('. ')}`;
}
