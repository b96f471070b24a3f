import * as Comlink from 'comlink';
import { run } from '../engine/run';
import { checkEdits, checkScenario } from '../engine/scenario/parse';
import { open } from './open';
import type { Simulator } from './protocol';

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
  open,
  check: checkScenario,
  checkEdits,
};

Comlink.expose(simulator);
