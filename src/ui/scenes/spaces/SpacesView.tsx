import './spaces.css';
import { Address } from '../../kit/Hex';
import { Icon } from '../../kit/Icon';
import type { Block, Link, Ribbon, SpacesPicture } from './project';

const gap = 132;
const height = 56;
const top = 24;

/** Ribbons of addresses, one above the other, with the translations between them. */
export function SpacesView({ picture }: { picture: SpacesPicture }) {
  const { ribbons, links } = picture;
  if (ribbons.length === 0)
    return <p className="walk-empty">No address has been used yet. Press → for the first step.</p>;
  return (
    <div className="spaces" style={{ height: ribbons.length * gap }}>
      <svg className="spaces-links" width="100%" height={ribbons.length * gap} aria-hidden="true">
        {links.map((link) => (
          <LinkLine key={link.key} link={link} ribbons={ribbons} />
        ))}
      </svg>
      {ribbons.map((ribbon, index) => (
        <section
          key={ribbon.id}
          className={`ribbon ribbon-${ribbon.id}`}
          style={{ top: index * gap }}
          aria-label={ribbon.title}
        >
          <h3>
            {ribbon.title}
            {ribbon.more > 0 ? (
              <span> and {ribbon.more === 1 ? '1 more page' : `${ribbon.more} more pages`}</span>
            ) : null}
          </h3>
          <ol style={{ height }}>
            {ribbon.blocks.map((block, at) => (
              <li
                key={block.key}
                style={{ left: `${place(ribbon, at)}%`, width: `${100 / ribbon.blocks.length}%` }}
              >
                <BlockBox block={block} />
              </li>
            ))}
          </ol>
        </section>
      ))}
      <ul className="hidden">
        {links.map(({ key, from, to, isActive, isStale }) => (
          <li key={key}>
            {from.ribbon} page 0x{from.page.toString(16)} leads to {to.ribbon} page 0x{to.page.toString(16)}
            {isActive ? ', used by this step' : ''}
            {isStale ? ', but the cached answer is stale' : ''}
          </li>
        ))}
      </ul>
    </div>
  );
}

function BlockBox({ block }: { block: Block }) {
  return (
    <div className={`block block-${block.kind} ${block.isActive ? 'block-active' : ''}`}>
      <Address page={block.page} />
      <span className="block-note">
        {block.kind === 'doorbell' ? <Icon name="bell" /> : null}
        {block.note}
      </span>
    </div>
  );
}

function place({ blocks }: Ribbon, index: number): number {
  return (index * 100) / blocks.length;
}

function LinkLine({ link, ribbons }: { link: Link; ribbons: readonly Ribbon[] }) {
  const from = end(ribbons, link.from);
  const to = end(ribbons, link.to);
  if (from === undefined || to === undefined) return null;
  const name = `space-link ${link.isActive ? 'space-link-active' : ''} ${link.isStale ? 'space-link-stale' : ''}`;
  return (
    <g className={name}>
      <line x1={`${from.x}%`} x2={`${to.x}%`} y1={from.row * gap + top + height} y2={to.row * gap + top} />
      {link.isStale ? (
        <text x={`${(from.x + to.x) / 2}%`} y={from.row * gap + top + height + 20}>
          stale in the IOTLB
        </text>
      ) : null}
    </g>
  );
}

function end(ribbons: readonly Ribbon[], side: Link['from']): { x: number; row: number } | undefined {
  const row = ribbons.findIndex(({ id }) => id === side.ribbon);
  const ribbon = ribbons[row];
  const index = ribbon?.blocks.findIndex(({ page }) => page === side.page) ?? -1;
  if (ribbon === undefined || index < 0) return undefined;
  return { x: place(ribbon, index) + 50 / ribbon.blocks.length, row };
}
