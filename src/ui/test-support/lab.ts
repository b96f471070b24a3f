import { catalogue } from '../../engine/catalogue';
import { type Moment, momentAt, type RunView, viewOf } from '../../engine/moment';
import { run } from '../../engine/run';
import { checkEdits, checkScenario } from '../../engine/scenario/parse';
import type { Scenario } from '../../engine/scenario/schema';
import { open } from '../../worker/open';
import type { AsyncSimulator } from '../store/run-view';

const files = import.meta.glob('../../../public/lessons/*.json', { eager: true, import: 'default' });

/** The file of a lesson that ships, as it stands. */
export function lessonFile(name: string): unknown {
  const file = files[`../../../public/lessons/${name}.json`];
  if (file === undefined) throw new Error(`There is no lesson ${name}.`);
  return file;
}

/** A lesson that ships, checked. */
export function lesson(name: string): Scenario {
  const parsed = checkScenario(lessonFile(name));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

/** A scenario's run by the real engine, ready to be looked at. */
export function viewOfRun(scenario: Scenario): RunView {
  const result = run(scenario);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return viewOf(scenario, result.value, catalogue);
}

/** The moment at the end of step `number`, counted from 1 as the page does. */
export function afterStep(view: RunView, number: number): Moment {
  const span = view.spans[number - 1];
  if (span === undefined) throw new Error(`There is no step ${number}.`);
  return momentAt(view, span.to);
}

/** Every micro-step of step `number`, in order. */
export function microStepsOf(view: RunView, number: number): readonly Moment[] {
  const span = view.spans[number - 1];
  if (span === undefined) throw new Error(`There is no step ${number}.`);
  return [...view.pauses]
    .filter((pause) => span.from < pause && pause <= span.to)
    .map((pause) => momentAt(view, pause));
}

/** The real engine behind the promises of a worker. Whoever wants another answer replaces one method. */
export function promptSimulator(): AsyncSimulator {
  return {
    run: async (scenario) => run(scenario),
    open,
    sweep: async () => ({ ok: true, value: true }),
    cancelSweep: async () => undefined,
    check: async (value) => checkScenario(value),
    checkEdits: async (value) => checkEdits(value),
  };
}
