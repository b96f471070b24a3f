import { type FormEvent, useState } from 'react';
import type { Moment } from '../../engine/moment';
import type { Space } from '../../engine/scenario/schema';
import { Button } from '../kit/Button';
import { Field } from '../kit/Field';
import { useLab } from '../store/lab';

/** Tables start here, each space far from the others. */
const firstTables = 0x60_0000_0000;
const tablesApart = 0x1000_0000;

/** A new space of tables: it is there from the start of the run, and empty. */
export function SpaceForm({ moment }: { moment: Moment }) {
  const edit = useLab((state) => state.edit);
  const spaces = moment.view.scenario.spaces ?? [];
  const [id, setId] = useState('mine');
  const [stage, setStage] = useState<1 | 2>(2);
  const [levels, setLevels] = useState(4);
  const [isTried, setTried] = useState(false);
  const problem = spaces.some((space) => space.id === id)
    ? 'There is a space of that name.'
    : id.trim() === ''
      ? 'The space needs a name.'
      : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (problem !== undefined) return;
    const tables = `0x${(firstTables + spaces.length * tablesApart).toString(16)}`;
    const space: Space = { id: id.trim(), stage, levels, tables };
    void edit({ kind: 'space', space });
  };
  return (
    <details>
      <summary>Add a space</summary>
      <form className="form" onSubmit={submit} noValidate>
        <Field label="Name" problem={isTried ? problem : undefined}>
          {(field, note) => (
            <input
              id={field}
              aria-describedby={note}
              value={id}
              onChange={(event) => setId(event.target.value)}
            />
          )}
        </Field>
        <div className="form-two">
          <Field label="Stage">
            {(field) => (
              <select
                id={field}
                value={stage}
                onChange={(event) => setStage(event.target.value === '1' ? 1 : 2)}
              >
                <option value={2}>second</option>
                <option value={1}>first</option>
              </select>
            )}
          </Field>
          <Field label="Levels">
            {(field) => (
              <select id={field} value={levels} onChange={(event) => setLevels(Number(event.target.value))}>
                {[1, 2, 3, 4, 5, 6].map((count) => (
                  <option key={count}>{count}</option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <p className="inspector-hint">
          It is empty and nobody uses it: bind a device to it, then map. The machine says which levels it
          takes.
        </p>
        <Button type="submit" icon="plus">
          Add the space
        </Button>
      </form>
    </details>
  );
}
