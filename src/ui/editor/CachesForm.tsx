import { type FormEvent, useState } from 'react';
import { type Geometry, geometryProblem, type Replacement, replacements } from '../../engine/cache/geometry';
import type { Moment } from '../../engine/moment';
import { Button } from '../kit/Button';
import { Field } from '../kit/Field';
import { useLab } from '../store/lab';

/** How each cache is built; a change runs the scenario again from its cold start. */
export function CachesForm({ moment }: { moment: Moment }) {
  const { architecture, scenario } = moment.view;
  return (
    <div className="form">
      <h2>Caches</h2>
      <p className="inspector-hint">A change builds the machine anew and runs every step again.</p>
      {architecture.caches.map(({ id, name }) => (
        <CacheForm
          key={id}
          id={id}
          name={name}
          given={scenario.machine.caches?.[id]}
          standard={architecture.geometries[id]}
        />
      ))}
    </div>
  );
}

interface Props {
  readonly id: string;
  readonly name: string;
  readonly given: Geometry | 'off' | undefined;
  readonly standard: Geometry | undefined;
}

function CacheForm({ id, name, given, standard }: Props) {
  const edit = useLab((state) => state.edit);
  const now = given === 'off' ? undefined : (given ?? standard);
  const [isOn, setOn] = useState(now !== undefined);
  const [sets, setSets] = useState(String(now?.sets ?? 1));
  const [ways, setWays] = useState(String(now?.ways ?? 4));
  const [replacement, setReplacement] = useState<Replacement>(now?.replacement ?? 'lru');
  const [problem, setProblem] = useState<string>();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const geometry = { sets: Number(sets), ways: Number(ways), replacement };
    const wrong = isOn ? geometryProblem(geometry) : undefined;
    setProblem(wrong);
    if (wrong === undefined) void edit({ kind: 'caches', caches: { [id]: isOn ? geometry : 'off' } });
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      <h3>{name}</h3>
      <label className="check">
        <input type="checkbox" checked={isOn} onChange={(event) => setOn(event.target.checked)} />
        on
      </label>
      {isOn ? (
        <>
          <div className="form-two">
            <Field label="Sets" problem={problem}>
              {(field, note) => (
                <input
                  id={field}
                  aria-describedby={note}
                  value={sets}
                  onChange={(event) => setSets(event.target.value)}
                />
              )}
            </Field>
            <Field label="Ways">
              {(field, note) => (
                <input
                  id={field}
                  aria-describedby={note}
                  value={ways}
                  onChange={(event) => setWays(event.target.value)}
                />
              )}
            </Field>
          </div>
          <Field label="Replacement">
            {(field, note) => (
              <select
                id={field}
                aria-describedby={note}
                value={replacement}
                onChange={(event) =>
                  setReplacement(replacements.find((known) => known === event.target.value) ?? 'lru')
                }
              >
                {replacements.map((known) => (
                  <option key={known}>{known}</option>
                ))}
              </select>
            )}
          </Field>
        </>
      ) : null}
      <Button type="submit">Build anew</Button>
    </form>
  );
}
