import { useState } from 'react';
import { Icon } from '../kit/Icon';
import type { FieldPicture } from './entry';

interface Props {
  readonly picture: FieldPicture;
  /** Gives what is wrong with the text, or undefined when it was taken. */
  readonly onChange: (text: string) => string | undefined;
  readonly onToggle: (bit: number) => void;
  readonly onFollow: ((page: number) => void) | undefined;
}

/** One field: its bits, name, value and meaning; the value can be changed in place. */
export function FieldRow({ picture, onChange, onToggle, onFollow }: Props) {
  const { field, bits, text, isWrong, value } = picture;
  const isEditable = field.kind !== 'reserved' && field.kind !== 'ignored';
  return (
    <div className={`field-row field-${field.kind} ${isWrong ? 'field-wrong' : ''}`}>
      <span className="field-bits">{bits}</span>
      <div>
        <div className="field-line">
          <span className="field-name" title={field.name}>
            {field.abbr === '' ? field.name : field.abbr}
          </span>
          {isEditable ? (
            <Value picture={picture} onChange={onChange} onToggle={onToggle} />
          ) : (
            <span className="field-text">
              {isWrong ? <Icon name="warning" /> : null} {text}
            </span>
          )}
          {field.kind === 'page' && value > 0 && onFollow !== undefined ? (
            <button type="button" className="link" onClick={() => onFollow(value)}>
              follow
            </button>
          ) : null}
        </div>
        <p className="field-meaning">
          {field.abbr === '' ? '' : `${field.name}. `}
          {field.meaning}
        </p>
      </div>
    </div>
  );
}

function Value({ picture, onChange, onToggle }: Omit<Props, 'onFollow'>) {
  const { field, value, text } = picture;
  const label = `${field.abbr}, ${field.name}`;
  if (field.kind === 'flag') {
    return (
      <button
        type="button"
        className="flag"
        aria-pressed={value === 1}
        aria-label={label}
        onClick={() => onToggle(field.low)}
      >
        {value}
      </button>
    );
  }
  if (field.kind === 'choice') {
    const known = Object.keys(field.choices).map(Number);
    const all = known.includes(value) ? known : [...known, value].sort((a, b) => a - b);
    return (
      <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
        {all.map((option) => (
          <option key={option} value={option}>
            {option} {field.choices[option] ?? (option === 0 ? 'none' : 'not defined')}
          </option>
        ))}
      </select>
    );
  }
  return <NumberInput key={text} label={label} text={text} onChange={onChange} />;
}

function NumberInput({
  label,
  text,
  onChange,
}: {
  label: string;
  text: string;
  onChange: Props['onChange'];
}) {
  const [draft, setDraft] = useState(text);
  const [problem, setProblem] = useState<string>();
  const commit = (): void => setProblem(draft === text ? undefined : onChange(draft));
  return (
    <span className="number">
      <input
        aria-label={label}
        aria-invalid={problem !== undefined}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
        }}
      />
      {problem === undefined ? null : (
        <span className="field-problem" role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}
