import { useState } from 'react';
import { parseWord, splitAddress } from '../../engine/bits/hex';
import type { Moment } from '../../engine/moment';
import { Button } from '../kit/Button';
import { Field } from '../kit/Field';
import type { Ref } from '../store/state';
import { structureAt } from '../structure-at';

/** Any word of memory, read as any structure. */
export function LookAt({ moment, onPick }: { moment: Moment; onPick: (ref: Ref) => void }) {
  const { structures } = moment.view.architecture;
  const [address, setAddress] = useState('');
  const [chosen, setChosen] = useState('');
  const [problem, setProblem] = useState<string>();
  const look = (): void => {
    const word = parseWord(address);
    if (word === undefined || word.low % 8 !== 0) {
      setProblem('Write the hexadecimal address of a 64-bit word, a multiple of 8.');
      return;
    }
    setProblem(undefined);
    const { page, offset } = splitAddress(word);
    const structure =
      structures.find(({ id }) => id === chosen) ?? structureAt(moment, page, offset) ?? structures[0];
    if (structure !== undefined) onPick({ kind: 'entry', page, offset, structure: structure.id });
  };
  return (
    <details className="look-at">
      <summary>Look at any word</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          look();
        }}
      >
        <Field label="Host address" problem={problem}>
          {(id, note) => (
            <input
              id={id}
              aria-describedby={note}
              value={address}
              placeholder="0x1000"
              onChange={(event) => setAddress(event.target.value)}
            />
          )}
        </Field>
        <Field label="Read as">
          {(id, note) => (
            <select
              id={id}
              aria-describedby={note}
              value={chosen}
              onChange={(event) => setChosen(event.target.value)}
            >
              <option value="">what reads it</option>
              {structures.map(({ id: value, name }) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Button type="submit">Look</Button>
      </form>
    </details>
  );
}
