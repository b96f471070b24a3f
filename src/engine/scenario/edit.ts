import type { MachineSpec, Scenario, Space, Step } from './schema';

/** One thing that a person changed. Edits apply in order, each to what the ones before it left. */
export type Edit =
  /** Puts a step after step `after`; -1 puts it first. */
  | { readonly kind: 'insert'; readonly after: number; readonly step: Step }
  | { readonly kind: 'remove'; readonly step: number }
  /** Changes how the machine is built. */
  | { readonly kind: 'caches'; readonly caches: NonNullable<MachineSpec['caches']> }
  /** Adds an empty space of tables, which is there from the start. */
  | { readonly kind: 'space'; readonly space: Space }
  /** Takes the same steps on another machine, built as its standard is. */
  | { readonly kind: 'machine'; readonly arch: string };

/** The scenario with the edits made. Edits of steps that are not there change nothing. */
export function applyEdits(scenario: Scenario, edits: readonly Edit[]): Scenario {
  return edits.reduce((before, edit) => applyEdit(before, edit, scenario), scenario);
}

function applyEdit(scenario: Scenario, edit: Edit, base: Scenario): Scenario {
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
    case 'space':
      return { ...scenario, spaces: [...(scenario.spaces ?? []), edit.space] };
    case 'machine': {
      if (edit.arch === base.machine.arch) return { ...scenario, machine: base.machine };
      const { caches: _, ...shared } = base.machine;
      const machine = { ...shared, arch: edit.arch, config: {} };
      return { ...scenario, machine, steps: scenario.steps.map((step) => stepOn(step, edit.arch)) };
    }
  }
}

/** A step as it is on another machine than the scenario's own. */
function stepOn(step: Step, arch: string): Step {
  const taken = step.do === 'command' && step.elsewhere !== undefined ? step.elsewhere : step;
  const keepsQuestion = step.question === undefined || step.question.everywhere === true;
  if (taken === step && step.on?.[arch] === undefined && keepsQuestion) return step;
  const { question, ...plain } = taken;
  const say = taken.on?.[arch] ?? taken.say;
  return {
    ...plain,
    ...(say === undefined ? {} : { say }),
    ...(question?.everywhere === true ? { question } : {}),
  };
}
