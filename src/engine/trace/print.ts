import type { Architecture } from '../architecture';
import { differences } from '../artefacts/compare';
import { hexWord } from '../bits/hex';
import type { RunData } from '../moment';
import type { Scenario, Step } from '../scenario/schema';
import { descriptionsOf } from '../software/build';
import type { StepAnswer } from '../step-runner';
import { countKinds } from './pauses';
import { sentence, tellingOf } from './sentence';
import { eventAt } from './trace';

/** The whole run as text that reads well alone: each step with its narration, then what happened. */
export function printTrace(scenario: Scenario, data: RunData, architecture: Architecture): string[] {
  const telling = tellingOf({ scenario, architecture, software: descriptionsOf(scenario) });
  const lines: string[] = [scenario.title];
  data.steps.forEach((result, index) => {
    const step = scenario.steps[index] as Step;
    lines.push('', `${index + 1}. ${step.title ?? step.do}`);
    const end = data.steps[index + 1]?.start ?? data.trace.length;
    for (let n = result.start + 1; n < end; n++)
      lines.push(`   ${sentence(eventAt(data.trace, n), telling)}`);
    if (result.problem !== undefined)
      lines.push(`   problem at ${result.problem.path}: ${result.problem.message}`);
    for (const { field, expected, got } of differences(step, result)) {
      lines.push(`   recorded answer differs: ${field}: expected ${expected}, got ${got}`);
    }
  });
  return lines;
}

/** How many events of each kind, and how many reads each request took. */
export function printCounts(scenario: Scenario, data: RunData): string[] {
  const kinds = [...countKinds(data.trace)].map(([kind, count]) => `${kind}: ${count}`);
  const reads = data.steps.flatMap(({ answer }, index) =>
    answer === undefined
      ? []
      : [
          `step ${index + 1} (${scenario.steps[index]?.title ?? 'dma'}): ${answer.reads} reads, ${outcomeText(answer)}`,
        ],
  );
  return [...kinds, ...reads];
}

/** A device that is told of no permission gives up, and nobody has refused it. */
function outcomeText({ ok, reason }: StepAnswer): string {
  if (ok) return 'answered';
  return reason === 0 ? 'not granted' : `refused, reason 0x${reason.toString(16)}`;
}

/** Registers that are not zero, as name and value. */
export function printRegisters(scenario: Scenario, words: Uint32Array, architecture: Architecture): string[] {
  return architecture
    .registerShapes(scenario.machine)
    .map(({ id }) => id)
    .flatMap((name, index) => {
      const low = words[index * 2] as number;
      const high = words[index * 2 + 1] as number;
      return low === 0 && high === 0 ? [] : [`${name} = ${hexWord(low, high)}`];
    });
}
