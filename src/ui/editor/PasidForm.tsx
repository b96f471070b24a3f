import { type FormEvent, useState } from 'react';
import { parseWord } from '../../engine/bits/hex';
import type { Moment } from '../../engine/moment';
import type { Binding } from '../../engine/scenario/schema';
import { Button } from '../kit/Button';
import { Field } from '../kit/Field';
import { useLab } from '../store/lab';
import { devicesOf } from './devices';

/** Bindings: the PASID entries that the tables hold now, and binding a device or one of its PASIDs to spaces. */
export function PasidForm({ moment }: { moment: Moment }) {
  const { architecture, scenario } = moment.view;
  const insertStep = useLab((state) => state.insertStep);
  const select = useLab((state) => state.select);
  const tables = architecture.survey(moment.reader, moment.state.registers, scenario.machine);
  const entries = tables
    .filter(({ name }) => name.startsWith('PASID table'))
    .flatMap((table) =>
      table.entries.map((entry) => ({ ...entry, device: table.name.replace('PASID table, ', '') })),
    );
  return (
    <div className="form">
      <h2>Bindings</h2>
      {entries.length === 0 ? (
        <p className="inspector-empty">
          The tables of devices have no PASID entries to list. The scene “Tables” shows what a device is bound
          to.
        </p>
      ) : null}
      <ul className="form-list">
        {entries.map((entry) => (
          <li key={`${entry.page}${entry.offset}`}>
            <span>
              <button
                type="button"
                className="link"
                onClick={() =>
                  select({
                    kind: 'entry',
                    page: entry.page,
                    offset: entry.offset,
                    structure: entry.structure.id,
                  })
                }
              >
                {entry.label}
              </button>{' '}
              {entry.device}, {entry.summary}
            </span>
            <Button
              icon="trash"
              aria-label={`Remove ${entry.label}`}
              onClick={() =>
                void insertStep({
                  do: 'unbind',
                  title: `You remove ${entry.label}`,
                  device: requester(entry.device),
                  pasid: Number(entry.label.replace('PASID ', '')),
                })
              }
            />
          </li>
        ))}
      </ul>
      <BindForm moment={moment} />
    </div>
  );
}

/** `0x18` for `00:03.0`. */
function requester(place: string): string {
  const [bus = '0', rest = '0.0'] = place.split(':');
  const [device = '0', fn = '0'] = rest.split('.');
  const value = Number.parseInt(bus, 16) * 256 + Number.parseInt(device, 16) * 8 + Number(fn);
  return `0x${value.toString(16)}`;
}

function BindForm({ moment }: { moment: Moment }) {
  const { scenario, architecture } = moment.view;
  const { deviceBits } = architecture;
  const insertStep = useLab((state) => state.insertStep);
  const spaces = scenario.spaces ?? [];
  const [device, setDevice] = useState(devicesOf(scenario)[0] ?? '0x18');
  const [pasid, setPasid] = useState('7');
  const [domain, setDomain] = useState('2');
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const [problem, setProblem] = useState<string>();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const wrong = problemOf(device, pasid, domain, deviceBits);
    setProblem(wrong);
    if (wrong !== undefined) return;
    const binding: Binding = {
      device,
      ...(pasid.trim() === '' ? {} : { pasid: Number(pasid) }),
      domain: Number(domain),
      ...(first === '' ? {} : { first }),
      ...(second === '' ? {} : { second }),
      ...(first === '' && second === '' ? { passThrough: true } : {}),
    };
    void insertStep({
      do: 'bind',
      title: pasid.trim() === '' ? `You bind ${device}` : `You bind PASID ${pasid}`,
      binding,
    });
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      <h3>Bind a device</h3>
      <div className="form-two">
        <Field label="Device">
          {(id, note) => (
            <input
              id={id}
              aria-describedby={note}
              value={device}
              onChange={(event) => setDevice(event.target.value)}
            />
          )}
        </Field>
        <Field label="PASID" problem={problem}>
          {(id, note) => (
            <input
              id={id}
              aria-describedby={note}
              value={pasid}
              onChange={(event) => setPasid(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Field label="Domain identifier">
        {(id, note) => (
          <input
            id={id}
            aria-describedby={note}
            value={domain}
            onChange={(event) => setDomain(event.target.value)}
          />
        )}
      </Field>
      <SpaceChoice label="First stage" stage={1} spaces={spaces} value={first} onChange={setFirst} />
      <SpaceChoice label="Second stage" stage={2} spaces={spaces} value={second} onChange={setSecond} />
      <p className="inspector-hint">
        Leave the PASID empty for requests that carry none. Without a stage the entry says pass-through.
        Caches are not told: queue an invalidation.
      </p>
      <Button type="submit" look="strong" icon="plus">
        Bind
      </Button>
    </form>
  );
}

interface SpaceChoiceProps {
  readonly label: string;
  readonly stage: 1 | 2;
  readonly spaces: readonly { readonly id: string; readonly name?: string; readonly stage: 1 | 2 }[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function SpaceChoice({ label, stage, spaces, value, onChange }: SpaceChoiceProps) {
  return (
    <Field label={label}>
      {(id, note) => (
        <select
          id={id}
          aria-describedby={note}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        >
          <option value="">none</option>
          {spaces
            .filter((space) => space.stage === stage)
            .map((space) => (
              <option key={space.id} value={space.id}>
                {space.name ?? space.id}
              </option>
            ))}
        </select>
      )}
    </Field>
  );
}

function problemOf(device: string, pasid: string, domain: string, deviceBits: number): string | undefined {
  const source = parseWord(device);
  if (source === undefined || source.high !== 0 || source.low >= 2 ** deviceBits)
    return `The device is hexadecimal with ${deviceBits} bits.`;
  if (pasid.trim() !== '' && (!/^\d+$/.test(pasid) || Number(pasid) > 0xfffff))
    return 'A PASID is a number from 0 to 1048575.';
  if (!/^\d+$/.test(domain) || Number(domain) > 0xffff) return 'A domain is a number from 0 to 65535.';
  return undefined;
}
