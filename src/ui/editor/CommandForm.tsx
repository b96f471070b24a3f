import { type FormEvent, useState } from 'react';
import { encode } from '../../engine/bits/access';
import type { Field as BitField } from '../../engine/bits/field';
import { hexWord, parseWord, splitAddress } from '../../engine/bits/hex';
import type { Layout } from '../../engine/bits/layout';
import type { Moment } from '../../engine/moment';
import { Button } from '../kit/Button';
import { Field } from '../kit/Field';
import { Hex } from '../kit/Hex';
import { useLab } from '../store/lab';

/** A queue command, composed from its fields or written as raw words; it becomes a step. */
export function CommandForm({ moment }: { moment: Moment }) {
  const { descriptors } = moment.view.architecture;
  const [chosen, setChosen] = useState(descriptors[1]?.id ?? '');
  const structure = descriptors.find(({ id }) => id === chosen);
  return (
    <div className="form">
      <h2>A command of your own</h2>
      <Field label="Descriptor">
        {(id, note) => (
          <select
            id={id}
            aria-describedby={note}
            value={chosen}
            onChange={(event) => setChosen(event.target.value)}
          >
            {descriptors.map(({ id: value, name }) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
            <option value="raw">Raw words</option>
          </select>
        )}
      </Field>
      {structure === undefined ? (
        <RawForm count={descriptorWords(moment)} />
      ) : (
        <Composed key={chosen} structure={structure} />
      )}
    </div>
  );
}

function Composed({ structure }: { structure: Layout }) {
  const insertStep = useLab((state) => state.insertStep);
  const fields = structure.fields.filter(
    ({ kind, abbr }) => kind !== 'reserved' && kind !== 'ignored' && abbr !== 'TYPE' && abbr !== 'TYPEH',
  );
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(() => firstTexts(fields));
  const values = valuesOf(fields, texts);
  const isGood = Object.values(values).every((value) => typeof value === 'number');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isGood) return;
    const used = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0)) as Record<
      string,
      number
    >;
    void insertStep({
      do: 'command',
      title: `Your command: ${structure.name.toLowerCase()}`,
      descriptor: structure.id,
      fields: used,
    });
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      <p className="inspector-hint">{structure.section}</p>
      {fields.map((field) => (
        <CommandField
          key={field.abbr}
          field={field}
          text={texts[field.abbr] ?? ''}
          problem={typeof values[field.abbr] === 'string' ? String(values[field.abbr]) : undefined}
          onChange={(text) => setTexts({ ...texts, [field.abbr]: text })}
        />
      ))}
      {isGood ? <Preview words={encode(structure, values as Record<string, number>)} /> : null}
      <Button type="submit" look="strong" icon="play">
        Queue the command
      </Button>
    </form>
  );
}

interface CommandFieldProps {
  readonly field: BitField;
  readonly text: string;
  readonly problem: string | undefined;
  readonly onChange: (text: string) => void;
}

function CommandField({ field, text, problem, onChange }: CommandFieldProps) {
  if (field.kind === 'flag') {
    return (
      <label className="check" title={field.meaning}>
        <input
          type="checkbox"
          checked={text === '1'}
          onChange={(event) => onChange(event.target.checked ? '1' : '0')}
        />
        {field.abbr}: {field.name}
      </label>
    );
  }
  return (
    <Field label={`${field.abbr}: ${field.name}`} problem={problem} hint={field.meaning}>
      {(id, note) =>
        field.kind === 'choice' ? (
          <select
            id={id}
            aria-describedby={note}
            value={text}
            onChange={(event) => onChange(event.target.value)}
          >
            {Object.entries(field.choices).map(([value, name]) => (
              <option key={value} value={value}>
                {value}: {name}
              </option>
            ))}
          </select>
        ) : (
          <input
            id={id}
            aria-describedby={note}
            className="mono"
            value={text}
            onChange={(event) => onChange(event.target.value)}
          />
        )
      }
    </Field>
  );
}

function Preview({ words }: { words: readonly number[] }) {
  return (
    <p className="inspector-words" role="note" aria-label="The words as queued">
      {Array.from({ length: words.length / 2 }, (_, n) => (
        // Words of one descriptor never change places.
        // biome-ignore lint/suspicious/noArrayIndexKey: position is identity here
        <span key={n}>
          <Hex text={hexWord(words[n * 2] ?? 0, words[n * 2 + 1] ?? 0)} />{' '}
        </span>
      ))}
    </p>
  );
}

function descriptorWords({ view, reader, state }: Moment): number {
  return view.architecture.queueView(reader, state.registers).descriptorWords;
}

/** `count` words make a descriptor of this queue. */
function RawForm({ count }: { count: number }) {
  const insertStep = useLab((state) => state.insertStep);
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string>();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const words = text.trim().split(/[\s,]+/);
    const isGood = words.length <= count && words.every((word) => parseWord(word) !== undefined);
    setProblem(
      isGood ? undefined : `Write up to ${count} words of 64 bits in hexadecimal, such as 0x21 0x0.`,
    );
    if (!isGood) return;
    const all = [...words, ...new Array<string>(count - words.length).fill('0x0')];
    void insertStep({ do: 'command', title: 'Your command: raw words', words: all });
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      <Field
        label="64-bit words, lowest first"
        problem={problem}
        hint={`A descriptor of this queue has ${count} words; those left out are zero.`}
      >
        {(id, note) => (
          <textarea
            id={id}
            aria-describedby={note}
            className="mono"
            rows={4}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" look="strong" icon="play">
        Queue the words
      </Button>
    </form>
  );
}

function firstTexts(fields: readonly BitField[]): Record<string, string> {
  return Object.fromEntries(
    fields.map((field) => [
      field.abbr,
      field.kind === 'choice' ? (Object.keys(field.choices)[0] ?? '0') : field.kind === 'page' ? '0x0' : '0',
    ]),
  );
}

/** The value of each field, or what is wrong with its text. */
export function valuesOf(
  fields: readonly BitField[],
  texts: Readonly<Record<string, string>>,
): Readonly<Record<string, number | string>> {
  return Object.fromEntries(
    fields.map((field) => [field.abbr, parsedValue(field, (texts[field.abbr] ?? '').trim())]),
  );
}

function parsedValue(field: BitField, text: string): number | string {
  const most = 2 ** (field.high - field.low + 1) - 1;
  if (field.kind === 'page') {
    const word = parseWord(text);
    return word === undefined ? 'Write a hexadecimal address.' : splitAddress(word).page;
  }
  const word = parseWord(text);
  const value = /^\d+$/.test(text)
    ? Number(text)
    : word === undefined
      ? Number.NaN
      : word.high * 2 ** 32 + word.low;
  return Number.isInteger(value) && value <= most ? value : `Write a number from 0 to ${most}.`;
}
