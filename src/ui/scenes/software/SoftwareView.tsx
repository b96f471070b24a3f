import './software.css';
import { Address } from '../../kit/Hex';
import { Icon } from '../../kit/Icon';
import { CurvesView } from './CurvesView';
import type { LedgerPicture, RowPicture, SoftwarePicture } from './project';
import { StaleView } from './StaleView';

/** What software did in this step and what it keeps: ledgers as tables, ranges of addresses as a strip. */
export function SoftwareView({ picture }: { picture: SoftwarePicture }) {
  const { acts, ledgers, now } = picture;
  if (ledgers.length === 0)
    return <p className="walk-empty">This scenario has no software beyond the machine’s own tables.</p>;
  return (
    <div className="software">
      <section aria-label="What software does in this step">
        {now === undefined ? null : (
          <p className="software-now">
            Time <b>{now.toLocaleString('en')} µs</b>
          </p>
        )}
        {acts.length === 0 ? <p className="software-idle">Software does nothing in this step.</p> : null}
        <ol className="software-acts">
          {acts.map(({ key, text, refusal }) => (
            <li key={key} className={refusal === '' ? '' : 'software-refused'}>
              {text}
              {refusal === '' ? null : (
                <span>
                  <Icon name="cross" /> {refusal}
                </span>
              )}
            </li>
          ))}
        </ol>
      </section>
      {picture.curves === undefined ? null : <CurvesView picture={picture.curves} />}
      {picture.stale === undefined ? null : <StaleView picture={picture.stale} />}
      <div className="ledgers">
        {ledgers.map((ledger) => (
          <LedgerSection key={ledger.id} ledger={ledger} />
        ))}
      </div>
    </div>
  );
}

function LedgerSection({ ledger }: { ledger: LedgerPicture }) {
  return (
    <section aria-label={ledger.name} className={isWide(ledger) ? 'ledger ledger-wide' : 'ledger'}>
      <h3>{ledger.name}</h3>
      <p>{ledger.about}</p>
      {ledger.strip === undefined ? null : <StripView strip={ledger.strip} name={ledger.name} />}
      {ledger.rows.length === 0 ? (
        <p className="walk-empty">Nothing in it.</p>
      ) : (
        // A region that scrolls must be reachable by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        <div className="ledger-rows" tabIndex={0}>
          <table>
            <thead>
              <tr>
                {ledger.columns.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
                <td />
              </tr>
            </thead>
            <tbody>
              {ledger.rows.map((row) => (
                <LedgerRow key={row.key} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** Longer texts are broken over lines. */
const longText = 26;
/** A ledger with more columns, or with long texts, takes the whole width. */
const mostColumns = 5;

function isWide({ columns, rows, ties }: LedgerPicture): boolean {
  if (ties !== undefined || columns.length > mostColumns) return true;
  return rows.some(({ cells }) => cells.some((text) => text.length > longText));
}

const changeText = { none: '', new: 'changed', gone: 'gone' } as const;

function LedgerRow({ row }: { row: RowPicture }) {
  return (
    <tr className={`ledger-${row.change}`}>
      {row.cells.map((text, column) => (
        // Columns never change places.
        // biome-ignore lint/suspicious/noArrayIndexKey: position is identity here
        <td key={column} className={text.length > longText ? 'ledger-long' : ''}>
          {text}
        </td>
      ))}
      <td className="ledger-change">{changeText[row.change]}</td>
    </tr>
  );
}

const stripWidth = 1000;
const stripHeight = 28;
const leastWidth = 2;

function StripView({ strip, name }: { strip: NonNullable<LedgerPicture['strip']>; name: string }) {
  const { from, to, ranges } = strip;
  const x = (page: number): number => ((page - from) / (to - from)) * stripWidth;
  const states = [...new Set(ranges.map(({ state }) => state))].sort();
  return (
    <figure className="strip">
      <svg
        viewBox={`0 0 ${stripWidth} ${stripHeight}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: ${ranges.length} ranges`}
      >
        {ranges.map(({ key, first, pages, state, change }) => (
          <rect
            key={key}
            className={`strip-range strip-state-${states.indexOf(state)} strip-${change}`}
            x={x(first)}
            y={0}
            width={Math.max(leastWidth, x(first + pages) - x(first))}
            height={stripHeight}
          />
        ))}
      </svg>
      <figcaption>
        <Address page={from} />
        <span className="strip-legend">
          {states.map((state, index) => (
            <span key={state}>
              <i className={`strip-state-${index}`} /> {state}
            </span>
          ))}
        </span>
        <Address page={to} />
      </figcaption>
    </figure>
  );
}
