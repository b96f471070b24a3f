import { useState } from 'react';
import { differences } from '../../engine/artefacts/compare';
import { disputeOf } from '../../engine/artefacts/disputes';
import { hexAddress } from '../../engine/bits/hex';
import type { RunView } from '../../engine/moment';
import { Icon } from '../kit/Icon';
import { useCurrentInView } from '../kit/use-current-in-view';
import { useLab, useMoment } from '../store/lab';

/** The cases of an open file, the requests of the chosen one, and the recorded answer beside ours. */
export function CaseList() {
  const openFile = useLab((state) => state.openFile);
  const openCase = useLab((state) => state.openCase);
  const [wanted, setWanted] = useState('');
  if (openFile === undefined) return null;
  const { name, file, index } = openFile;
  const shown = file.cases
    .map((entry, at) => ({ entry, at }))
    .filter(({ entry }) => `${entry.id} ${entry.note}`.toLowerCase().includes(wanted.toLowerCase()));
  return (
    <div className="cases">
      <h2>{name}</h2>
      <p className="lesson-summary">
        {file.source === '' ? 'The file does not say who answered.' : `Recorded answers: ${file.source}.`}
      </p>
      <label className="field">
        Find a case
        <input value={wanted} onChange={(event) => setWanted(event.target.value)} />
      </label>
      <ol className="case-list" aria-label="Cases">
        {shown.map(({ entry, at }) => (
          <li key={entry.id}>
            <button
              type="button"
              aria-current={at === index}
              onClick={() => void openCase({ ...openFile, index: at })}
            >
              <span>{entry.id}</span>
              <span>{entry.scenario.steps.length} steps</span>
            </button>
          </li>
        ))}
        {shown.length === 0 ? <li className="lesson-summary">No case has this text.</li> : null}
      </ol>
      <p className="lesson-summary">{file.cases[index]?.note}</p>
      <Requests />
    </div>
  );
}

function Requests() {
  const view = useLab((state) => state.view);
  const goToStep = useLab((state) => state.goToStep);
  const moment = useMoment();
  const list = useCurrentInView<HTMLOListElement>(moment?.stepIndex);
  if (view === undefined || moment === undefined) return null;
  return (
    <>
      <Answers view={view} index={moment.stepIndex} />
      <ol ref={list} className="lesson-steps" aria-label="Steps of the case">
        {view.scenario.steps.map((step, index) => {
          const isCurrent = index === moment.stepIndex;
          return (
            // Steps are told apart by their place.
            // biome-ignore lint/suspicious/noArrayIndexKey: position is identity here
            <li key={index}>
              <button
                type="button"
                aria-current={isCurrent ? 'step' : undefined}
                onClick={() => goToStep(index)}
              >
                <span className="lesson-number">{index + 1}</span>
                {stepText(step)}
                <Mark view={view} index={index} />
              </button>
            </li>
          );
        })}
      </ol>
    </>
  );
}

function stepText(step: RunView['scenario']['steps'][number]): string {
  if (step.do === 'dma') return `${{ r: 'read', w: 'write', x: 'execute' }[step.access]} ${step.at}`;
  if (step.do === 'write') return `write ${step.at}`;
  return step.title ?? step.do;
}

function Mark({ view, index }: { view: RunView; index: number }) {
  const verdict = verdictOf(view, index);
  if (verdict === 'none') return null;
  return (
    <span className={`verdict verdict-${verdict}`}>
      <Icon name={verdict === 'same' ? 'tick' : 'warning'} />
      <span className="hidden">{verdict === 'same' ? 'as recorded' : verdict}</span>
    </span>
  );
}

function verdictOf(view: RunView, index: number): 'none' | 'same' | 'different' | 'disputed' {
  const step = view.scenario.steps[index];
  const result = view.steps[index];
  if (step === undefined || result === undefined || !('expect' in step) || step.expect === undefined)
    return 'none';
  const found = differences(step, result);
  if (found.length === 0) return 'same';
  return found.every((difference) => disputeOf(view.architecture.id, difference) !== undefined)
    ? 'disputed'
    : 'different';
}

/** The recorded answer beside ours for one step. */
function Answers({ view, index }: { view: RunView; index: number }) {
  const step = view.scenario.steps[index];
  const result = view.steps[index];
  if (step?.do !== 'dma' || step.expect === undefined || result?.answer === undefined) return null;
  const { answer } = result;
  const found = differences(step, result);
  const expected =
    step.expect.ok === true
      ? `goes on to ${step.expect.pa ?? '?'}`
      : `refused${faultText(step.expect.fault)}`;
  const got = answer.ok
    ? `goes on to ${hexAddress(answer.page, answer.offset)}`
    : `refused, reason 0x${answer.reason.toString(16)}`;
  return (
    <section className="answers" aria-label="Recorded answer and ours">
      <dl>
        <dt>recorded</dt>
        <dd>{expected}</dd>
        <dt>here</dt>
        <dd>{got}</dd>
      </dl>
      {found.map((difference) => {
        const dispute = disputeOf(view.architecture.id, difference);
        return (
          <p key={difference.field} className="verdict-different">
            {difference.field}: recorded {difference.expected}, here {difference.got}.{' '}
            {dispute === undefined ? '' : `Disputed: ${dispute.why} ${dispute.section}.`}
          </p>
        );
      })}
      {found.length === 0 ? <p className="verdict-same">Every recorded field agrees.</p> : null}
    </section>
  );
}

function faultText(fault: Readonly<Record<string, unknown>> | undefined): string {
  const reason = fault?.['reason'];
  if (fault?.['recorded'] === false) return ', not recorded';
  return typeof reason === 'number' ? `, reason 0x${reason.toString(16)}` : '';
}
