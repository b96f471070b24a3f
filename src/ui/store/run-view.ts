import { type RunView, viewOf } from '../../engine/moment';
import type { Parsed } from '../../engine/scenario/problem';
import type { Scenario } from '../../engine/scenario/schema';
import type { Simulator } from '../../worker/protocol';

/** The engine as the page calls it: every answer comes later. */
export type AsyncSimulator = {
  [K in keyof Simulator]: (...given: Parameters<Simulator[K]>) => Promise<Awaited<ReturnType<Simulator[K]>>>;
};

/** Runs a scenario in the worker and prepares it for looking at. What the machines are comes with the first run. */
export async function runView(simulator: AsyncSimulator, scenario: Scenario): Promise<Parsed<RunView>> {
  const [result, { catalogue }] = await Promise.all([
    simulator.run(scenario),
    import('../../engine/catalogue'),
  ]);
  if (!result.ok) return result;
  return { ok: true, value: viewOf(scenario, result.value, catalogue) };
}
