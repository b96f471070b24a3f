import { Address } from '../../kit/Hex';
import { Icon } from '../../kit/Icon';
import type { Ref } from '../../store/state';
import type { Cell } from './picture';

interface Props {
  readonly cell: Cell;
  readonly heading: string;
  /** The short line beside the cell while it is the one that matters. */
  readonly caption: string;
  readonly isPicked: boolean;
  readonly onPick: (ref: Ref) => void;
}

const spoken = {
  coming: 'not read yet',
  done: 'read',
  active: 'read just now',
  cached: 'saved by a cache',
  fault: 'the request fails here',
  unused: 'not needed',
} as const;

/** One read of the walk. */
export function WalkCell({ cell, caption, ...rest }: Props) {
  const isNow = cell.state === 'active' || cell.state === 'fault';
  return (
    <div className="cell-place">
      <CellBody cell={cell} {...rest} />
      {/* The status line says it in full. */}
      {isNow && caption !== '' ? (
        <span className="cell-caption" aria-hidden="true">
          {caption}
        </span>
      ) : null}
    </div>
  );
}

function CellBody({ cell, heading, isPicked, onPick }: Omit<Props, 'caption'>) {
  const { ref, state, ordinal, owner } = cell;
  const label = [
    heading === '' ? cell.title : heading,
    ordinal === undefined ? '' : `read ${ordinal}`,
    cell.index === '' ? '' : `index ${cell.index}`,
    spoken[state],
  ]
    .filter((part) => part !== '')
    .join(', ');
  const body = (
    <>
      {heading === '' ? null : <span className="cell-heading">{heading}</span>}
      <span className="cell-index">
        {ordinal === undefined ? null : <span className="cell-ordinal">{ordinal}</span>}
        {state === 'cached' ? <Icon name="tick" /> : cell.index}
        {state === 'fault' ? <Icon name="cross" /> : null}
      </span>
      <span className="cell-address">
        {cell.page >= 0 ? (
          <Address page={cell.page} offset={cell.offset} />
        ) : state === 'cached' ? (
          'cached'
        ) : (
          ''
        )}
      </span>
    </>
  );
  const name = `cell cell-${state} cell-${owner} cell-stage-${cell.stage} ${isPicked ? 'cell-picked' : ''}`;
  if (ref === undefined) {
    return (
      <div className={name} role="img" aria-label={label}>
        {body}
      </div>
    );
  }
  return (
    <button
      type="button"
      className={name}
      aria-label={label}
      aria-pressed={isPicked}
      onClick={() => onPick(ref)}
    >
      {body}
    </button>
  );
}
