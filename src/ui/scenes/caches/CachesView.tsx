import './caches.css';
import { useEffect, useRef } from 'react';
import { bringIntoView } from '../../kit/bring-into-view';
import { Icon } from '../../kit/Icon';
import type { Ref } from '../../store/state';
import type { CachePicture, CacheRow } from './project';

interface Props {
  readonly caches: readonly CachePicture[];
  readonly selection: Ref | undefined;
  readonly onPick: (ref: Ref) => void;
}

/** The caches side by side, with what just happened to each entry. */
export function CachesView({ caches, selection, onPick }: Props) {
  const strip = useRef<HTMLElement>(null);
  useEffect(() => {
    if (caches.length > 0) bringIntoView(strip.current, '.cache-hit, .cache-filled, .cache-dropped');
  }, [caches]);
  return (
    // A region that scrolls must be reachable by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section ref={strip} className="caches" aria-label="Caches" tabIndex={0}>
      {caches.map((cache) => (
        <CacheTable key={cache.index} cache={cache} selection={selection} onPick={onPick} />
      ))}
    </section>
  );
}

function CacheTable({ cache, selection, onPick }: Omit<Props, 'caches'> & { cache: CachePicture }) {
  const live = cache.rows.filter(({ mark }) => mark !== 'dropped').length;
  return (
    <div className="cache">
      <h3>
        {cache.name} <span className="cache-count">{countText(cache, live)}</span>
      </h3>
      {cache.rows.length === 0 ? (
        <p className="cache-empty">
          {cache.size === 0 ? 'Off: every request walks.' : 'Empty: nothing is remembered.'}
        </p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span className="hidden">state</span>
              </th>
              {cache.columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cache.rows.map((row) => (
              <CacheLine
                key={row.slot}
                cache={cache}
                row={row}
                isPicked={
                  selection?.kind === 'cache' &&
                  selection.cache === cache.index &&
                  selection.slot === row.slot
                }
                onPick={onPick}
              />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function countText({ size }: CachePicture, live: number): string {
  return size === 0 ? 'off' : `${live} of ${size}`;
}

interface LineProps {
  readonly cache: CachePicture;
  readonly row: CacheRow;
  readonly isPicked: boolean;
  readonly onPick: (ref: Ref) => void;
}

function CacheLine({ cache, row, isPicked, onPick }: LineProps) {
  const name = `cache-row cache-${row.mark} ${row.isStale ? 'cache-stale' : ''} ${isPicked ? 'cache-picked' : ''}`;
  return (
    <tr className={name}>
      <td>
        <button
          type="button"
          className="cache-sign"
          aria-label={`${cache.name}, slot ${row.slot}: ${stateText(row)}. Inspect.`}
          onClick={() => onPick({ kind: 'cache', cache: cache.index, slot: row.slot })}
        >
          <Sign row={row} />
        </button>
      </td>
      {row.cells.map((cell, column) => (
        <td key={cache.columns[column]}>{cell}</td>
      ))}
    </tr>
  );
}

function Sign({ row }: { row: CacheRow }) {
  if (row.mark === 'hit') return <Icon name="tick" />;
  if (row.mark === 'filled') return <Icon name="plus" />;
  if (row.mark === 'dropped') return <Icon name="cross" />;
  return row.isStale ? <Icon name="clock" /> : <span className="cache-slot">{row.slot}</span>;
}

function stateText({ mark, isStale }: CacheRow): string {
  const stale = isStale ? ', stale: the tables say something else' : '';
  return `${{ hit: 'hit', filled: 'just filled', dropped: 'just dropped', none: 'kept' }[mark]}${stale}`;
}
