import type { MachineSpec, Scenario, Step } from './schema';

/** One thing that a person changed. Edits apply in order, each to what the ones before it left. */
export type Edit =
  /** Puts a step after step `after`; -1 puts it first. */
  | { readonly kind: 'insert'; readonly after: number; readonly step: Step }
  | { readonly kind: 'remove'; readonly step: number }
  /** Changes how the machine is built. */
  | { readonly kind: 'caches'; readonly caches: NonNullable<MachineSpec['caches']> };

/** The scenario with the edits made. Edits of steps that are not there change nothing. */
export function applyEdits(scenario: Scenario, edits: readonly Edit[]): Scenario {
  return edits.reduce(applyEdit, scenario);
}

function applyEdit(scenario: Scenario, edit: Edit): Scenario {
  switch (edit.kind) {
    case 'insert': {
      const at = Math.min(Math.max(edit.after + 1, 0), scenario.steps.length);
      return { ...scenario, steps: [...scenario.steps.slice(0, at), edit.step, ...scenario.steps.slice(at)] };
    }
    case 'remove':
      return { ...scenario, steps: scenario.steps.filter((_, index) => index !== edit.step) };
    case 'caches': {
      const caches = { ...scenario.machine.caches, ...edit.caches };
      return { ...scenario, machine: { ...scenario.machine, caches } };
    }
  }
}
