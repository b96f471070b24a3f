import { type ReactNode, useId } from 'react';

interface Props {
  readonly label: string;
  readonly problem?: string | undefined;
  readonly hint?: string;
  readonly children: (id: string, describedBy: string) => ReactNode;
}

/** A labelled input with its problem under it. */
export function Field({ label, problem, hint, children }: Props) {
  const id = useId();
  const note = `${id}-note`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, note)}
      <p
        id={note}
        className={problem === undefined ? 'field-hint' : 'field-problem'}
        role={problem === undefined ? undefined : 'alert'}
      >
        {problem ?? hint ?? ''}
      </p>
    </div>
  );
}
