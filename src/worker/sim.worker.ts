import * as Comlink from 'comlink';
import { sweepProblem, sweepSteps } from '../engine/drivers/iova/sweep';
import { run } from '../engine/run';
import { checkEdits, checkScenario } from '../engine/scenario/parse';
import { failed } from '../engine/scenario/problem';
import { open } from './open';
import type { Simulator } from './protocol';

let newestSweep = 0;

const simulator: Simulator = {
  run(scenario) {
    const result = run(scenario);
    if (!result.ok) return result;
    const { trace, steps, image, registers, ledgers } = result.value;
    const columns = [
      trace.kind,
      trace.start,
      trace.operand,
      image.pages,
      image.owners,
      image.words,
      registers,
    ];
    return Comlink.transfer(
      { ok: true, value: { trace, steps, image, registers, ledgers } },
      columns.map(({ buffer }) => buffer),
    );
  },
  async sweep(settings, onPoint) {
    const problem = sweepProblem(settings);
    if (problem !== undefined) return failed('', problem);
    newestSweep += 1;
    const mine = newestSweep;
    for (const point of sweepSteps(settings)) {
      onPoint(point);
      // Lets a message in: a cancellation, or the next run.
      await new Promise((resolve) => setTimeout(resolve));
      if (mine !== newestSweep) return { ok: true, value: false };
    }
    return { ok: true, value: true };
  },
  cancelSweep() {
    newestSweep += 1;
  },
  open,
  check: checkScenario,
  checkEdits,
};

Comlink.expose(simulator);
