import { type FormEvent, useState } from 'react';
import { parseWord } from '../../engine/bits/hex';
import type { Moment } from '../../engine/moment';
import type { Step, StepOf } from '../../engine/scenario/schema';
import { deviceName } from '../../engine/trace/request-sentence';
import { Button } from '../kit/Button';
import { Field } from '../kit/Field';
import { useLab } from '../store/lab';
import { devicesOf } from './devices';

const accesses = { r: 'read', w: 'write', x: 'execute' } as const;

/** A DMA of one's own; it becomes a step after the current one. */
export function DmaForm({ moment }: { moment: Moment }) {
  const insertStep = useLab((state) => state.insertStep);
  const known = devicesOf(moment.view.scenario);
  const last = nearestDma(moment);
  const [device, setDevice] = useState(last?.device ?? known[0] ?? '0x18');
  const [pasid, setPasid] = useState(last?.pasid === undefined ? '' : String(last.pasid));
  const [at, setAt] = useState(last?.at ?? '');
  const [access, setAccess] = useState<keyof typeof accesses>(last?.access ?? 'r');
  const [isPrivileged, setPrivileged] = useState(false);
  const [isTried, setTried] = useState(false);
  const problems = problemsOf(device, pasid, at, moment.view.architecture.deviceBits);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (Object.values(problems).some((problem) => problem !== undefined)) return;
    const step: StepOf<'dma'> = {
      do: 'dma',
      title: `Your DMA: ${accesses[access]} ${at.trim()}`,
      device: device.trim(),
      access,
      at: at.trim(),
      ...(pasid.trim() === '' ? {} : { pasid: Number(pasid) }),
      ...(isPrivileged ? { privileged: true } : {}),
    };
    void insertStep(step);
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      <h2>A DMA of your own</h2>
      <Field
        label="Device (requester ID)"
        problem={isTried ? problems.device : undefined}
        hint={nameOf(moment, device)}
      >
        {(id, note) => (
          <>
            <input
              id={id}
              aria-describedby={note}
              list={`${id}-known`}
              value={device}
              onChange={(event) => setDevice(event.target.value)}
            />
            <datalist id={`${id}-known`}>
              {known.map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Field label="PASID" problem={isTried ? problems.pasid : undefined} hint="Leave it empty for none.">
        {(id, note) => (
          <input
            id={id}
            aria-describedby={note}
            inputMode="numeric"
            value={pasid}
            onChange={(event) => setPasid(event.target.value)}
          />
        )}
      </Field>
      <Field label="Address" problem={isTried ? problems.at : undefined}>
        {(id, note) => (
          <input
            id={id}
            aria-describedby={note}
            className="mono"
            value={at}
            placeholder="0x7f3a9c04e000"
            onChange={(event) => setAt(event.target.value)}
          />
        )}
      </Field>
      <fieldset>
        <legend>Access</legend>
        <div className="radios">
          {(['r', 'w', 'x'] as const).map((letter) => (
            <label key={letter}>
              <input
                type="radio"
                name="access"
                checked={access === letter}
                onChange={() => setAccess(letter)}
              />
              {accesses[letter]}
            </label>
          ))}
        </div>
      </fieldset>
      <label className="check">
        <input
          type="checkbox"
          checked={isPrivileged}
          onChange={(event) => setPrivileged(event.target.checked)}
        />
        privileged
      </label>
      <Button type="submit" look="strong" icon="play">
        Send the DMA
      </Button>
    </form>
  );
}

/** The DMA that the form proposes: the last one up to the moment, or else the first one. */
function nearestDma({ view, stepIndex }: Moment): StepOf<'dma'> | undefined {
  const { steps } = view.scenario;
  const isDma = (step: Step): step is StepOf<'dma'> => step.do === 'dma';
  return steps.slice(0, stepIndex + 1).findLast(isDma) ?? steps.find(isDma);
}

function nameOf({ view }: Moment, device: string): string {
  const word = parseWord(device);
  return word === undefined ? '' : deviceName(view.scenario, word.low);
}

/** What is wrong with each field; undefined when it is right. */
export function problemsOf(device: string, pasid: string, at: string, deviceBits: number) {
  const source = parseWord(device);
  const isDevice = source !== undefined && source.high === 0 && source.low < 2 ** deviceBits;
  const isPasid = pasid.trim() === '' || (/^\d+$/.test(pasid.trim()) && Number(pasid) <= 0xfffff);
  return {
    device: isDevice
      ? undefined
      : `The number of a device is hexadecimal with ${deviceBits} bits, such as 0x18.`,
    pasid: isPasid ? undefined : 'A PASID is a number from 0 to 1048575.',
    at: parseWord(at) === undefined ? 'Write a hexadecimal address, such as 0x1000.' : undefined,
  };
}
