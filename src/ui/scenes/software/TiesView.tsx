import type { TieNode, TiesPicture } from './ties';

const boxWidth = 190;
const boxHeight = 24;
const rowHeight = 31;
const gap = 70;
const head = 20;
const mostCharacters = 27;

/** Who has what, as boxes and lines; the table below it says the same. */
export function TiesView({ picture, name }: { picture: TiesPicture; name: string }) {
  const { titles, nodes, lines, height } = picture;
  const width = titles.length * boxWidth + (titles.length - 1) * gap;
  const left = ({ column }: TieNode): number => column * (boxWidth + gap);
  const middle = ({ row }: TieNode): number => head + row * rowHeight + boxHeight / 2;
  return (
    <svg
      className="ties"
      viewBox={`0 0 ${width} ${head + height * rowHeight}`}
      style={{ maxWidth: width }}
      role="img"
      aria-label={`${name}: ${lines.map(({ from, to }) => `${from.text} – ${to.text}`).join('; ')}`}
    >
      {titles.map((title, column) => (
        <text key={title} className="ties-title" x={column * (boxWidth + gap)} y={12}>
          {title}
        </text>
      ))}
      {lines.map(({ from, to, isNew }) => (
        <path
          key={`${from.id}>${to.id}`}
          className={isNew ? 'ties-line ties-new' : 'ties-line'}
          d={`M${left(from) + boxWidth} ${middle(from)}C${left(to) - gap / 2} ${middle(from)} ${left(to) - gap / 2} ${middle(to)} ${left(to)} ${middle(to)}`}
        />
      ))}
      {nodes.map((node) => (
        <g key={node.id} className={node.isNew ? 'ties-box ties-new' : 'ties-box'}>
          <rect x={left(node)} y={middle(node) - boxHeight / 2} width={boxWidth} height={boxHeight} />
          <text x={left(node) + 8} y={middle(node) + 4}>
            {node.text.length > mostCharacters ? `${node.text.slice(0, mostCharacters - 1)}…` : node.text}
          </text>
        </g>
      ))}
    </svg>
  );
}
