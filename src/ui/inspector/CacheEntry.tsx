import type { Moment } from '../../engine/moment';
import { staleEntries } from '../../engine/probe';
import { Icon } from '../kit/Icon';
import { useLab } from '../store/lab';
import type { Ref } from '../store/state';

/** Every column of a cache entry. */
export function CacheEntry({
  moment,
  selection,
  isPicked,
}: {
  moment: Moment;
  selection: Extract<Ref, { kind: 'cache' }>;
  isPicked: boolean;
}) {
  const select = useLab((state) => state.select);
  const { caches } = moment.view;
  const shape = caches.shapes[selection.cache];
  const row = moment.state.caches[selection.cache]?.get(selection.slot);
  if (shape === undefined) return null;
  const textOf = (column: number, values: readonly number[]): string =>
    caches.text(selection.cache, column, values);
  const isStale = staleEntries(moment).some(
    ({ cache, slot }) => cache === selection.cache && slot === selection.slot,
  );
  return (
    <div className="inspector">
      <header className="inspector-head">
        <h2>
          {shape.name}, slot {selection.slot}
        </h2>
        <p>
          {shape.section}.{' '}
          {isPicked ? (
            <button type="button" className="link" onClick={() => select(undefined)}>
              follow the reads
            </button>
          ) : (
            'Follows the hits.'
          )}
        </p>
      </header>
      {row === undefined ? <p className="inspector-empty">The slot is empty at this moment.</p> : null}
      {isStale ? (
        <p className="stale-note">
          <Icon name="clock" /> Stale: the tables say something else, and the device does not know.
        </p>
      ) : null}
      <dl className="cache-columns">
        {[...shape.tags, ...shape.data].map((name, column) =>
          name === '' || row === undefined || textOf(column, row) === '' ? null : (
            <div key={name}>
              <dt>
                {name}
                {column < 4 ? ' (tag)' : ''}
              </dt>
              <dd>{textOf(column, row)}</dd>
            </div>
          ),
        )}
      </dl>
    </div>
  );
}
