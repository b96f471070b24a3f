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
      const steps = scenario.steps.map((step) => stepOn(step, edit.arch));
      return { ...scenario, ...setUpElsewhere(scenario), machine, steps };
    }
  }
}

/** Spaces and bindings as they are on another machine than the scenario's own. */
function setUpElsewhere({ spaces = [], elsewhere = {} }: Scenario): Pick<Scenario, 'spaces' | 'bindings'> {
  const there = elsewhere.spaces ?? [];
  const kept = spaces.map((space) => there.find(({ id }) => id === space.id) ?? space);
  const added = there.filter(({ id }) => !spaces.some((space) => space.id === id));
  return {
    ...(there.length === 0 ? {} : { spaces: [...kept, ...added] }),
    ...(elsewhere.bindings === undefined ? {} : { bindings: elsewhere.bindings }),
  };
}

/** A step as it is on another machine than the scenario's own. */
function stepOn(step: Step, arch: string): Step {
  const taken = (step.do === 'command' || step.do === 'bind' ? step.elsewhere : undefined) ?? step;
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
