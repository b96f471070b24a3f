import './lessons.css';
import { Button } from '../kit/Button';
import { useCurrentInView } from '../kit/use-current-in-view';
import { scenarioOf } from '../store/document';
import { useLab, useMoment } from '../store/lab';
import { Predict } from './Predict';

/** The lesson beside the stage: its steps, what the current one says, and the question before the next. */
export function LessonColumn() {
  const moment = useMoment();
  const document = useLab((state) => state.document);
  const view = useLab((state) => state.view);
  const list = useCurrentInView<HTMLOListElement>(moment?.stepIndex);
  const { goToStep, edit } = useLab.getState();
  if (moment === undefined || view === undefined || document === undefined) return null;
  const { scenario } = view;
  const own = new Set(document.edits.flatMap((made) => (made.kind === 'insert' ? [made.step] : [])));
  const next = moment.count === (view.spans[moment.stepIndex]?.to ?? 0) ? moment.stepIndex + 1 : undefined;
  const question = next === undefined ? undefined : scenario.steps[next]?.question;
  const isOver = moment.count === view.trace.length;
  return (
    <div className="lesson">
      {scenario.summary === undefined ? null : <p className="lesson-summary">{scenario.summary}</p>}
      {moment.step?.say === undefined ? null : (
        <section aria-label="What this step says" className="lesson-say">
          <h2>
            {moment.stepIndex + 1}. {moment.step.title}
          </h2>
          <p>{moment.step.say}</p>
        </section>
      )}
      {question === undefined || next === undefined ? null : <Predict question={question} step={next} />}
      {isOver && scenario.tryThis !== undefined ? (
        <section aria-label="Try this" className="lesson-try">
          <h3>Try this</h3>
          <p>{scenario.tryThis}</p>
        </section>
      ) : null}
      <nav aria-label="Steps">
        <ol ref={list} className="lesson-steps">
          {scenario.steps.map((step, index) => {
            const isOwn = own.has(step);
            return (
              // Steps are told apart by their place.
              // biome-ignore lint/suspicious/noArrayIndexKey: position is identity here
              <li key={index} className={isOwn ? 'lesson-own' : ''}>
                <button
                  type="button"
                  aria-current={index === moment.stepIndex ? 'step' : undefined}
                  onClick={() => goToStep(index)}
                >
                  <span className="lesson-number">{index + 1}</span>
                  {step.title ?? step.do}
                  {isOwn ? <span className="lesson-mark"> yours</span> : null}
                </button>
                {isOwn ? (
                  <Button
                    look="quiet"
                    icon="trash"
                    aria-label={`Remove step ${index + 1}`}
                    onClick={() => void edit({ kind: 'remove', step: index })}
                  />
                ) : null}
              </li>
            );
          })}
        </ol>
        {scenarioOf(document).steps.length === 0 ? (
          <p className="lesson-summary">No steps yet. Press d and send a DMA.</p>
        ) : null}
      </nav>
      {(scenario.cites ?? []).map(({ subject, date }) => (
        <p key={subject} className="lesson-cite">
          Told from “{subject}”, {date}.
        </p>
      ))}
    </div>
  );
}
