import { run } from '../run';
import type { Scenario, Step } from '../scenario/schema';
import { descriptionsOf } from '../software/build';
import { sentence, tellingOf } from '../trace/sentence';
import { eventAt } from '../trace/trace';

/** What is the software's own in a run, and how each request ended. */
const kinds: readonly string[] = ['act', 'row', 'gone', 'result', 'fault'];

/** Sentences of what software did and of how requests ended; problems with their paths. Throws when the set-up is wrong. */
export function told(scenario: Scenario): readonly string[] {
  const result = run(scenario);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const { trace, steps, architecture } = result.value;
  const telling = tellingOf({ architecture, scenario, software: descriptionsOf(scenario) });
  const events = Array.from({ length: trace.length }, (_, n) => eventAt(trace, n));
  return [
    ...events.filter(({ kind }) => kinds.includes(kind)).map((event) => sentence(event, telling)),
    ...steps.flatMap(({ problem }) => (problem === undefined ? [] : [`${problem.path}: ${problem.message}`])),
  ];
}

/** Paths of what is wrong with the set-up. */
export function setUpProblems(scenario: Scenario): readonly string[] {
  const result = run(scenario);
  return result.ok ? [] : result.problems.map(({ path }) => path);
}

/** A call step. */
export function call(
  to: string,
  op: string,
  args: Readonly<Record<string, number | boolean | string>>,
): Step {
  return { do: 'call', to, op, with: args };
}
