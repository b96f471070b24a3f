import { type KeyboardEvent, useRef } from 'react';
import { bitOf, type EntryPicture } from './entry';

const perRow = 16;

/** An entry as bits, sixteen a row; each can be turned over. Arrow keys move, Space and Enter toggle. */
export function BitStrip({ entry, onToggle }: { entry: EntryPicture; onToggle: (bit: number) => void }) {
  const strip = useRef<HTMLFieldSetElement>(null);
  const rows = rowsOf(entry);
  const move = (event: KeyboardEvent, bit: number): void => {
    const by = { ArrowLeft: 1, ArrowRight: -1, ArrowUp: perRow, ArrowDown: -perRow }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    strip.current?.querySelector<HTMLElement>(`[data-bit="${bit + by}"]`)?.focus();
  };
  return (
    <fieldset className="strip" ref={strip}>
      <legend className="hidden">Bits, highest first</legend>
      {rows.map((row, rowIndex) => (
        <div key={row} className="strip-row">
          <span className="strip-label">{row + perRow - 1}</span>
          {Array.from({ length: perRow }, (_, n) => row + perRow - 1 - n).map((bit, n) => {
            const field = entry.structure.fields.find(({ high, low }) => low <= bit && bit <= high);
            const isSet = bitOf(entry.words, bit) === 1;
            return (
              <button
                key={bit}
                type="button"
                data-bit={bit}
                className={`bit bit-${field?.kind ?? 'ignored'} ${field?.high === bit || n === 0 ? 'bit-first' : ''}`}
                aria-pressed={isSet}
                aria-label={`Bit ${bit}, ${field?.abbr || field?.name}, ${isSet ? 1 : 0}`}
                title={`${bit}: ${field?.abbr || field?.name}`}
                tabIndex={rowIndex === 0 && n === 0 ? 0 : -1}
                onClick={() => onToggle(bit)}
                onKeyDown={(event) => move(event, bit)}
              >
                {isSet ? 1 : 0}
              </button>
            );
          })}
        </div>
      ))}
    </fieldset>
  );
}

/** The lowest bits of the rows worth showing: words that are wholly reserved and zero are left out. */
function rowsOf({ structure, words }: EntryPicture): readonly number[] {
  const rows: number[] = [];
  for (let row = structure.bits - perRow; row >= 0; row -= perRow) {
    const qword = row >> 6;
    const isQuiet = (words[qword * 2] ?? 0) === 0 && (words[qword * 2 + 1] ?? 0) === 0;
    const isReserved = structure.fields.some(
      ({ kind, high, low }) => kind === 'reserved' && low <= qword * 64 && high >= qword * 64 + 63,
    );
    if (!isQuiet || !isReserved) rows.push(row);
  }
  return rows;
}
