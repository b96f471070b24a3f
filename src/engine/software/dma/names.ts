import type { Scenario, SoftwareSpec } from '../../scenario/schema';

/** The names that the calls of a scenario give to one software model, in their order; a ledger holds their indices. */
export function namesIn(scenario: Scenario, spec: SoftwareSpec, argument: string): readonly string[] {
  const id = spec.id ?? spec.kind;
  const names = new Set<string>();
  for (const step of scenario.steps) {
    if (step.do !== 'call' || step.to !== id) continue;
    const given = step.with?.[argument];
    if (typeof given === 'string') names.add(given);
  }
  return [...names];
}
