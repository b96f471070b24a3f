import { type FormEvent, useState } from 'react';
import { parseWord } from '../../engine/bits/hex';
import type { Moment } from '../../engine/moment';
import type { Step } from '../../engine/scenario/schema';
import { Button } from '../kit/Button';
import { Field } from '../kit/Field';
import { useLab } from '../store/lab';
import { SpaceForm } from './SpaceForm';

const acts = {
  map: 'map',
  unmap: 'unmap',
  permit: 'change permissions',
  flush: 'flush the pages',
} as const;
type Act = keyof typeof acts;

/** What software does to a space: mappings, permissions, and the machine's own invalidation. */
export function MapForm({ moment }: { moment: Moment }) {
  const insertStep = useLab((state) => state.insertStep);
  const spaces = moment.view.scenario.spaces ?? [];
  const [act, setAct] = useState<Act>('map');
  const [space, setSpace] = useState(spaces[0]?.id ?? '');
  const [from, setFrom] = useState('0x10000');
  const [to, setTo] = useState('0x20000');
  const [length, setLength] = useState('0x1000');
  const [permissions, setPermissions] = useState('rw');
  const [isTried, setTried] = useState(false);
  const problems = problemsOf(act, { from, to, length, permissions });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (Object.values(problems).some((problem) => problem !== undefined)) return;
    void insertStep(stepOf(act, space, { from, to, length, permissions }));
  };
  const text = (label: string, value: string, set: (value: string) => void, problem: string | undefined) => (
    <Field label={label} problem={isTried ? problem : undefined}>
      {(id, note) => (
        <input
          id={id}
          aria-describedby={note}
          className="mono"
          value={value}
          onChange={(event) => set(event.target.value)}
        />
      )}
    </Field>
  );
  return (
    <div className="form">
      <h2>Mappings</h2>
      {spaces.length === 0 ? (
        <p className="inspector-empty">This scenario has no space of tables yet. Add one below.</p>
      ) : (
        <form className="form" onSubmit={submit} noValidate>
          <Field label="What software does">
            {(id) => (
              <select id={id} value={act} onChange={(event) => setAct(event.target.value as Act)}>
                {Object.entries(acts).map(([name, title]) => (
                  <option key={name} value={name}>
                    {title}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label="Space">
            {(id) => (
              <select id={id} value={space} onChange={(event) => setSpace(event.target.value)}>
                {spaces.map(({ id: name, name: title }) => (
                  <option key={name} value={name}>
                    {title ?? name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {text('From', from, setFrom, problems.from)}
          {act === 'map' ? text('To', to, setTo, problems.to) : null}
          {act === 'permit' ? null : text('Length', length, setLength, problems.length)}
          {act === 'map' || act === 'permit'
            ? text('Permissions', permissions, setPermissions, problems.permissions)
            : null}
          <Button type="submit" look="strong" icon="plus">
            Do it
          </Button>
        </form>
      )}
      <SpaceForm moment={moment} />
    </div>
  );
}

interface Given {
  readonly from: string;
  readonly to: string;
  readonly length: string;
  readonly permissions: string;
}

function stepOf(act: Act, space: string, { from, to, length, permissions }: Given): Step {
  const title = `You ${acts[act]}: ${from}`;
  switch (act) {
    case 'map':
      return { do: 'map', title, space, map: [from, to, length, permissions] };
    case 'unmap':
      return { do: 'unmap', title, space, from, length };
    case 'permit':
      return { do: 'permit', title, space, from, permissions };
    case 'flush':
      return { do: 'flush', title, of: 'pages', space, from, length };
  }
}

/** What is wrong with each field of an act; undefined when it is right, or not asked for. */
export function problemsOf(act: Act, { from, to, length, permissions }: Given) {
  const page = (text: string): string | undefined => {
    const word = parseWord(text);
    return word === undefined || word.low % 0x1000 !== 0
      ? 'A hexadecimal number, a multiple of 0x1000.'
      : undefined;
  };
  const letters = act === 'map' || act === 'permit' ? /^[rwxus]*$/.test(permissions) : true;
  return {
    from: page(from),
    to: act === 'map' ? page(to) : undefined,
    length: act === 'permit' ? undefined : length === '0x0' ? 'At least one page.' : page(length),
    permissions: letters ? undefined : 'Letters of r, w, x, u, s; none takes all away.',
  };
}
