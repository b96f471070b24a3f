import type { Problem } from '../scenario/problem';
import type { Scenario } from '../scenario/schema';
import type { TraceWriter } from '../trace/trace';
import { softwareKind } from './kinds';
import { Ledgers } from './ledgers';
import type { Description, Hands, SoftwareModel } from './model';

/** The software of a scenario, built. */
export interface BuiltSoftware {
  /** By the id that steps call. */
  readonly models: ReadonlyMap<string, SoftwareModel>;
  readonly ledgers: Ledgers;
}

/** How the events of the scenario's software are read, in the order of `scenario.software`. Unknown kinds say nothing. */
export function descriptionsOf(scenario: Scenario): readonly Description[] {
  return (scenario.software ?? []).map(
    (spec) => softwareKind(spec.kind)?.describe(spec, scenario) ?? { ledgers: [], verbs: [] },
  );
}

/** Builds the scenario's software. Problems name fields of `software`. */
export function buildSoftware(
  scenario: Scenario,
  hands: Hands,
  trace: TraceWriter,
): BuiltSoftware | readonly Problem[] {
  const counts = descriptionsOf(scenario).map(({ ledgers }) => ledgers.length);
  const ledgers = new Ledgers(counts, trace);
  const models = new Map<string, SoftwareModel>();
  const problems: Problem[] = [];
  (scenario.software ?? []).forEach((spec, index) => {
    const path = `software[${index}]`;
    const kind = softwareKind(spec.kind);
    if (kind === undefined) {
      problems.push({ path: `${path}.kind`, message: `There is no software called ${spec.kind}.` });
      return;
    }
    const built = kind.build(spec, scenario, hands, ledgers.tellerOf(index));
    if ('call' in built) models.set(spec.id ?? spec.kind, built);
    else problems.push(...built.map((problem) => ({ ...problem, path: `${path}${problem.path}` })));
  });
  return problems.length > 0 ? problems : { models, ledgers };
}
