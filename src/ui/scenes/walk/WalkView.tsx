import './walk.css';
import { useEffect, useRef } from 'react';
import { bringIntoView } from '../../kit/bring-into-view';
import { Address, Hex, Word } from '../../kit/Hex';
import { Icon } from '../../kit/Icon';
import type { Ref } from '../../store/state';
import type { Cell, ChangePicture, DmaPicture, Row, WalkPicture } from './picture';
import { WalkCell } from './WalkCell';

interface Props {
  readonly picture: WalkPicture;
  readonly selection: Ref | undefined;
  readonly onPick: (ref: Ref) => void;
}

/** The walk as a grid read like a page, or what a step changed. */
export function WalkView({ picture, selection, onPick }: Props) {
  switch (picture.kind) {
    case 'empty':
      return (
        <p className="walk-empty">Nothing has happened yet. Press the right arrow key for the first step.</p>
      );
    case 'change':
      return <ChangeView picture={picture} onPick={onPick} />;
    case 'dma':
      return <DmaView picture={picture} selection={selection} onPick={onPick} />;
  }
}

function DmaView({ picture, selection, onPick }: Props & { picture: DmaPicture }) {
  const isPicked = (ref: Ref | undefined): boolean =>
    selection?.kind === 'entry' &&
    ref?.kind === 'entry' &&
    ref.page === selection.page &&
    ref.offset === selection.offset;
  const walk = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (picture.reads > 0) bringIntoView(walk.current?.closest('.scene'), '.cell-active, .cell-fault');
  }, [picture]);
  return (
    <div className="walk" ref={walk}>
      <ol className="walk-device" aria-label="Device structures, in the order of the reads">
        <CellItems cells={picture.device} caption={picture.caption} isPicked={isPicked} onPick={onPick} />
        {picture.device.length === 0 ? <li className="walk-none">No device structure is read.</li> : null}
      </ol>
      {picture.isNested ? (
        <NestedGrid picture={picture} isPicked={isPicked} onPick={onPick} />
      ) : (
        <PlainRow picture={picture} isPicked={isPicked} onPick={onPick} />
      )}
      <OutcomeLine picture={picture} />
    </div>
  );
}

interface GridProps {
  readonly picture: DmaPicture;
  readonly isPicked: (ref: Ref | undefined) => boolean;
  readonly onPick: (ref: Ref) => void;
}

function NestedGrid({ picture, isPicked, onPick }: GridProps) {
  return (
    <table className="walk-grid">
      <caption className="hidden">
        Rows: levels of the first stage. Columns: levels of the second stage. Each cell is one memory read.
      </caption>
      <thead>
        <tr>
          <td className="walk-corner">address cut into rows</td>
          {picture.columns.map(({ title, bits }) => (
            <th key={title} scope="col" className="walk-column">
              <b className="wide-only">{picture.words.stages[1]}, </b>
              {title}
              <span className="wide-only">{bits}</span>
            </th>
          ))}
          <th scope="col" className="walk-column walk-then">
            then read<span className="wide-only">{picture.words.stages[0]}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {picture.rows.map((row) => (
          <tr key={row.key} className={row.isActive ? 'walk-row-active' : ''}>
            <th scope="row" className="walk-row">
              <span className="walk-row-index">{row.index}</span>
              <span className="walk-row-title">{row.title}</span>
              <span className="walk-row-guest">
                {row.guest === undefined ? (
                  guestText(picture)
                ) : (
                  <GuestAddress row={row} word={picture.words.guestAddress} />
                )}
              </span>
            </th>
            {row.cells.map((cell) => (
              <td key={cell.key}>
                <WalkCell
                  cell={cell}
                  isPicked={isPicked(cell.ref)}
                  caption={picture.caption}
                  onPick={onPick}
                  heading=""
                />
              </td>
            ))}
            <td className="walk-last">
              {row.last === undefined ? (
                <DataCell row={row} isRefused={picture.outcome.kind === 'refused'} />
              ) : (
                <WalkCell
                  cell={row.last}
                  isPicked={isPicked(row.last.ref)}
                  caption={picture.caption}
                  onPick={onPick}
                  heading=""
                />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function guestText({ outcome, words }: DmaPicture): string {
  return `${words.guestAddress} ${outcome.kind === 'open' ? 'not known yet' : 'not needed'}`;
}

function GuestAddress({ row, word }: { row: Row; word: string }) {
  return row.guest === undefined ? null : (
    <>
      {word} <Address page={row.guest.page} offset={row.guest.offset} />
    </>
  );
}

function DataCell({ row, isRefused }: { row: Row; isRefused: boolean }) {
  const isFound = row.host !== undefined;
  const state = isFound ? 'cell-done' : isRefused ? 'cell-unused' : 'cell-coming';
  return (
    <div className={`cell cell-data ${state}`}>
      <span className="cell-index">{isFound ? row.index : ''}</span>
      <span className="cell-address">
        {row.host === undefined ? 'data' : <Address page={row.host.page} offset={row.host.offset} />}
      </span>
    </div>
  );
}

interface ItemsProps extends Omit<GridProps, 'picture'> {
  readonly cells: readonly Cell[];
  readonly caption: string;
}

/** Cells with their names, as items of a list. */
function CellItems({ cells, caption, isPicked, onPick }: ItemsProps) {
  return cells.map((cell) => (
    <li key={cell.key}>
      <WalkCell
        cell={cell}
        heading={cell.title}
        caption={caption}
        isPicked={isPicked(cell.ref)}
        onPick={onPick}
      />
    </li>
  ));
}

function PlainRow({ picture, isPicked, onPick }: GridProps) {
  return picture.rows.map((row) => (
    <ol key={row.key} className="walk-plain" aria-label={`${row.title}, in the order of the reads`}>
      <CellItems cells={row.cells} caption={picture.caption} isPicked={isPicked} onPick={onPick} />
    </ol>
  ));
}

function OutcomeLine({ picture }: { picture: DmaPicture }) {
  const { outcome } = picture;
  return (
    <div className={`walk-outcome walk-outcome-${outcome.kind}`}>
      {outcome.kind === 'open' ? (
        <span>{picture.reads === 0 ? 'No read yet.' : `Read ${picture.reads} of this walk.`}</span>
      ) : null}
      {outcome.kind === 'answered' ? (
        <span>
          <Icon name="arrow" /> host address <Address page={outcome.page} offset={outcome.offset} />
        </span>
      ) : null}
      {outcome.kind === 'refused' ? (
        <span>
          <Icon name="cross" /> refused, reason <Hex text={outcome.code} />: {outcome.name}
        </span>
      ) : null}
      <span className="walk-formula">{picture.formula}</span>
    </div>
  );
}

function ChangeView({ picture, onPick }: { picture: ChangePicture; onPick: (ref: Ref) => void }) {
  return (
    <div className="change">
      <h3>{picture.title}</h3>
      {picture.changes.length === 0 ? null : (
        <table className="change-words">
          <thead>
            <tr>
              <th scope="col">address</th>
              <th scope="col">by</th>
              <th scope="col">before</th>
              <th scope="col">after</th>
            </tr>
          </thead>
          <tbody>
            {picture.changes.map(({ key, page, offset, by, before, after, structure }) => (
              <tr key={key}>
                <td>
                  {structure === undefined ? (
                    <Address page={page} offset={offset} />
                  ) : (
                    <button
                      type="button"
                      className="link"
                      onClick={() => onPick({ kind: 'entry', page, offset, structure })}
                    >
                      <Address page={page} offset={offset} />
                    </button>
                  )}
                </td>
                <td>{by}</td>
                <td className="change-before">
                  <Word low={before[0]} high={before[1]} />
                </td>
                <td>
                  <Word low={after[0]} high={after[1]} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <ul>
        {picture.lines.map((line, index) => (
          // Lines are what happened, in order, and never change places.
          // biome-ignore lint/suspicious/noArrayIndexKey: position is identity here
          <li key={index}>{line}</li>
        ))}
      </ul>
      {picture.changes.length === 0 && picture.lines.length === 0 ? (
        <p>This step changes nothing in the machine.</p>
      ) : null}
    </div>
  );
}
