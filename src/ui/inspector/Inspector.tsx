import type { Moment } from '../../engine/moment';
import { eventAt } from '../../engine/trace/trace';
import { Address, Word } from '../kit/Hex';
import { useLab } from '../store/lab';
import type { Ref } from '../store/state';
import { structureAt } from '../structure-at';
import { BitStrip } from './BitStrip';
import { CacheEntry } from './CacheEntry';
import { changeField, type EntryPicture, lastHit, projectEntry, toggleBit } from './entry';
import { FaultNote } from './FaultNote';
import { FieldRow } from './FieldRow';
import { LookAt } from './LookAt';

/** The selected word with its bits, fields and section; editing it goes on with the run from here. */
export function Inspector({ moment }: { moment: Moment }) {
  const selection = useLab((state) => state.selection);
  const select = useLab((state) => state.select);
  if (selection?.kind === 'cache') return <CacheEntry moment={moment} selection={selection} isPicked />;
  const entry = projectEntry(moment, selection);
  const hit = entry === undefined ? lastHit(moment) : undefined;
  if (hit !== undefined) return <CacheEntry moment={moment} selection={hit} isPicked={false} />;
  return (
    <div className="inspector">
      <FaultNote moment={moment} />
      {entry === undefined ? (
        <p className="inspector-empty">
          Select a cell, a table entry or a cache row to see its bits. Steps that read memory show the entry
          that was read.
        </p>
      ) : (
        <Entry moment={moment} entry={entry} isPicked={selection !== undefined} onPick={select} />
      )}
      <LookAt moment={moment} onPick={select} />
    </div>
  );
}

interface EntryProps {
  readonly moment: Moment;
  readonly entry: EntryPicture;
  readonly isPicked: boolean;
  readonly onPick: (ref: Ref | undefined) => void;
}

function Entry({ moment, entry, isPicked, onPick }: EntryProps) {
  const { structure, page, offset, words, fields, owner } = entry;
  const insertStep = useLab((state) => state.insertStep);
  const follow = (target: number): void => {
    const next = structureAt(moment, target, 0);
    if (next !== undefined) onPick({ kind: 'entry', page: target, offset: 0, structure: next.id });
  };
  const canFollow = (target: number): boolean => structureAt(moment, target, 0) !== undefined;
  return (
    <>
      <header className="inspector-head">
        <h2>{structure.name}</h2>
        <p>
          at <Address page={page} offset={offset} />, written by the {owner}
        </p>
        <p>
          {structure.section}, {structure.bits} bits.{' '}
          {isPicked ? (
            <button type="button" className="link" onClick={() => onPick(undefined)}>
              follow the reads
            </button>
          ) : (
            'Follows the reads.'
          )}
        </p>
      </header>
      <div className="inspector-words">
        {Array.from({ length: words.length / 2 }, (_, n) => n)
          .filter((n) => n < 2 || words[n * 2] !== 0 || words[n * 2 + 1] !== 0)
          .map((n) => (
            <div key={n}>
              <span className="field-bits">{n * 64}</span>{' '}
              <Word low={words[n * 2] ?? 0} high={words[n * 2 + 1] ?? 0} />
            </div>
          ))}
      </div>
      <BitStrip entry={entry} onToggle={(bit) => void insertStep(toggleBit(entry, bit))} />
      <p className="inspector-hint">
        A change becomes a step after this one. Caches are not told: queue an invalidation.
      </p>
      <div className="inspector-fields">
        {fields.map((picture) => (
          <FieldRow
            key={picture.key}
            picture={picture}
            onToggle={(bit) => void insertStep(toggleBit(entry, bit))}
            onChange={(text) => {
              const step = changeField(entry, picture.field, text);
              if (typeof step === 'string') return step;
              void insertStep(step);
              return undefined;
            }}
            onFollow={picture.field.kind === 'page' && canFollow(picture.value) ? follow : undefined}
          />
        ))}
      </div>
      <History moment={moment} entry={entry} />
    </>
  );
}

/** The events so far that read or wrote this entry. */
function History({ moment, entry }: { moment: Moment; entry: EntryPicture }) {
  const goTo = useLab((state) => state.goTo);
  const { trace } = moment.view;
  const end = entry.offset + entry.structure.bits / 8;
  const touched: { n: number; text: string }[] = [];
  for (let n = 0; n < moment.count; n++) {
    const event = eventAt(trace, n);
    if ((event.kind !== 'fetch' && event.kind !== 'store') || event.page !== entry.page) continue;
    if (event.offset < entry.offset || event.offset >= end) continue;
    const step = moment.view.states.after(n).step + 1;
    touched.push({ n, text: `${event.kind === 'fetch' ? 'read' : 'written'} in step ${step}` });
  }
  if (touched.length === 0) return null;
  return (
    <section aria-label="History of this entry">
      <h3>History</h3>
      <ul className="inspector-history">
        {touched.slice(-6).map(({ n, text }) => (
          <li key={n}>
            <button type="button" className="link" onClick={() => goTo(n + 1)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
