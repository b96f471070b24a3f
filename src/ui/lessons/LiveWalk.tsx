import { useEffect, useState } from 'react';
import { momentAt, type RunView } from '../../engine/moment';
import { sentence, tellingOf } from '../../engine/trace/sentence';
import { Button } from '../kit/Button';
import { project } from '../scenes/walk/project';
import { WalkView } from '../scenes/walk/WalkView';
import { engine } from '../store/lab';
import { runView } from '../store/run-view';
import { lessonBase } from './lesson-files';

/** One walk, already steppable: the first DMA of the first lesson. */
export function LiveWalk() {
  const [view, setView] = useState<RunView>();
  const [step, setStep] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    void startView().then((found) => {
      if (isCurrent && found !== undefined) setView(found);
    });
    return () => {
      isCurrent = false;
    };
  }, []);
  if (view === undefined) return null;
  const pauses = firstDma(view);
  const moment = momentAt(view, pauses[step] ?? 0);
  const told = moment.recent.findLast(({ kind }) => kind !== 'step');
  return (
    <section aria-label="A walk to step through">
      <p className="start-walk-said" role="status">
        {told === undefined ? '' : sentence(told, tellingOf(view))}
      </p>
      <div className="start-walk-acts">
        <Button icon="back" disabled={step === 0} onClick={() => setStep(step - 1)}>
          Back
        </Button>
        <Button icon="next" disabled={step >= pauses.length - 1} onClick={() => setStep(step + 1)}>
          Step
        </Button>
      </div>
      <WalkView picture={project(moment)} selection={undefined} onPick={() => undefined} />
    </section>
  );
}

/** The micro-steps of the run's first DMA. */
function firstDma({ scenario, spans, pauses }: RunView): readonly number[] {
  const span = spans[scenario.steps.findIndex((step) => step.do === 'dma')];
  return span === undefined ? [] : [...pauses].filter((pause) => pause > span.from && pause <= span.to);
}

async function startView(): Promise<RunView | undefined> {
  const base = await lessonBase('first-walk');
  if (!base.ok) return undefined;
  const result = await runView(engine, base.value.scenario);
  return result.ok ? result.value : undefined;
}
