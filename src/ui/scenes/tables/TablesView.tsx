import './tables.css';
import type { TableView } from '../../../engine/architecture';
import type { Moment } from '../../../engine/moment';
import { wordKey } from '../../../engine/trace/fold';
import { Address } from '../../kit/Hex';
import { Icon } from '../../kit/Icon';
import type { Ref } from '../../store/state';

/** A table with the mark of what changed since the run began. */
export interface TablePicture extends TableView {
  readonly changed: ReadonlySet<number>;
}

/** The device tables that hardware would find now. */
export function projectTables(moment: Moment): readonly TablePicture[] {
  const { architecture, scenario } = moment.view;
  return architecture.survey(moment.reader, moment.state.registers, scenario.machine).map((table) => ({
    ...table,
    changed: new Set(
      table.entries
        .filter(({ page, offset, structure }) =>
          Array.from({ length: structure.bits / 64 }, (_, n) => wordKey(page, offset + n * 8)).some((key) =>
            moment.state.memory.has(key),
          ),
        )
        .map(({ offset }) => offset),
    ),
  }));
}

interface Props {
  readonly tables: readonly TablePicture[];
  readonly selection: Ref | undefined;
  readonly onPick: (ref: Ref) => void;
}

export function TablesView({ tables, selection, onPick }: Props) {
  return (
    <div className="tables">
      {tables.map((table) => (
        <section key={`${table.name}${table.page}`} aria-label={table.name}>
          <h3>
            {table.name} at <Address page={table.page} />
          </h3>
          {table.entries.length === 0 ? <p className="walk-empty">No entries.</p> : null}
          <ul>
            {table.entries.map((entry) => {
              const isPicked =
                selection?.kind === 'entry' &&
                selection.page === entry.page &&
                selection.offset === entry.offset;
              return (
                <li key={entry.offset}>
                  <button
                    type="button"
                    className={`table-entry ${isPicked ? 'table-picked' : ''}`}
                    aria-pressed={isPicked}
                    onClick={() =>
                      onPick({
                        kind: 'entry',
                        page: entry.page,
                        offset: entry.offset,
                        structure: entry.structure.id,
                      })
                    }
                  >
                    <span className="table-label">{entry.label}</span>
                    <span className="table-state">{entry.isPresent ? 'present' : 'not present'}</span>
                    <span className="table-summary">{entry.summary}</span>
                    {table.changed.has(entry.offset) ? (
                      <span className="table-changed">
                        <Icon name="plus" /> changed
                      </span>
                    ) : null}
                  </button>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
      {tables.length === 0 ? (
        <p className="walk-empty">Hardware finds no tables: translation is blocked.</p>
      ) : null}
    </div>
  );
}
