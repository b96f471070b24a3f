import { useEffect, useState } from 'react';
import { momentAt, type RunView, viewOf } from '../../engine/moment';
import { tellingOf } from '../../engine/trace/print';
import { sentence } from '../../engine/trace/sentence';
import { Button } from '../kit/Button';
import { project } from '../scenes/walk/project';
import { WalkView } from '../scenes/walk/WalkView';
import { engine } from '../store/lab';
import { lessonBase } from './lesson-files';

/** One walk, already steppable: the first DMA of the first lesson. */
export function LiveWalk() {
  const [view, setView] = useState<RunView>();
  const [at, setAt] = useState(0);
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
  const end = view.pauses.findIndex((pause) => pause >= (view.spans[0]?.to ?? 0));
  const moment = momentAt(view, view.pauses[at] ?? 0);
  const said =
    moment.event === undefined
      ? 'A device is about to read one page.'
      : sentence(moment.event, tellingOf(view.scenario));
  return (
    <section aria-label="A walk to step through">
      <p className="start-walk-said" role="status">
        {said}
      </p>
      <div className="start-walk-acts">
        <Button icon="back" disabled={at === 0} onClick={() => setAt(at - 1)}>
          Back
        </Button>
        <Button icon="next" disabled={at >= end} onClick={() => setAt(at + 1)}>
          Step
        </Button>
      </div>
      <WalkView picture={project(moment)} selection={undefined} onPick={() => undefined} />
    </section>
  );
}

async function startView(): Promise<RunView | undefined> {
  const base = await lessonBase('first-walk');
  if (!base.ok) return undefined;
  const result = await engine.run(base.value.scenario);
  return result.ok ? viewOf(base.value.scenario, result.value) : undefined;
}
