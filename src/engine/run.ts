import type { Architecture, Machine } from './architecture';
import { architectureOf } from './architectures';
import { parseWord, splitAddress, type Word64 } from './bits/hex';
import { Devices } from './device/devices';
import { PageWriter } from './drivers/shared/page-writer';
import { type ImageColumns, imageOf } from './memory/image';
import { Memory, mostPages } from './memory/memory';
import { failed, type Parsed, type Problem } from './scenario/problem';
import type { Scenario } from './scenario/schema';
import { type BuiltSoftware, buildSoftware } from './software/build';
import type { Rows } from './software/ledgers';
import type { Hands } from './software/model';
import { type StepResult, StepRunner } from './step-runner';
import { type Trace, TraceWriter } from './trace/trace';

/** A scenario's whole run. */
export interface Run {
  readonly trace: Trace;
  readonly steps: readonly StepResult[];
  /** Memory and registers before the first step. */
  readonly image: ImageColumns;
  readonly registers: Uint32Array;
  /** What software keeps before the first step. */
  readonly ledgers: readonly (readonly Rows[])[];
  /** The machine as the last step left it. */
  readonly machine: Machine;
  readonly devices: Devices;
  readonly memory: Memory;
  readonly architecture: Architecture;
  readonly software: BuiltSoftware;
}

/** A machine before its first step. */
export interface Prepared {
  readonly architecture: Architecture;
  readonly machine: Machine;
  readonly devices: Devices;
  readonly memory: Memory;
  readonly trace: TraceWriter;
  readonly software: BuiltSoftware;
}

/** Runs a scenario from its cold start. Problems with the set-up stop it; a problem of a step is kept with that step. */
export function run(scenario: Scenario, isTraced = true): Parsed<Run> {
  const prepared = prepare(scenario);
  if (!prepared.ok) return prepared;
  const { architecture, machine, devices, memory, trace, software } = prepared.value;
  const ledgers = software.ledgers.copy();
  const image = imageOf(memory);
  const registers = machine.iommu.registers.words.slice();
  trace.isOn = isTraced;
  const runner = new StepRunner(scenario, prepared.value);
  const steps = scenario.steps.map((step, index) => runner.perform(step, index));
  return {
    ok: true,
    value: {
      trace: trace.finish(),
      steps,
      image,
      registers,
      ledgers,
      machine,
      devices,
      memory,
      architecture,
      software,
    },
  };
}

/** Builds the machine, its memory and its tables, and takes no step. */
export function prepare(scenario: Scenario): Parsed<Prepared> {
  const architecture = architectureOf(scenario.machine.arch);
  if (architecture === undefined)
    return failed('machine.arch', `There is no machine called ${scenario.machine.arch}.`);
  const memory = new Memory();
  const inMemory = fillMemory(memory, scenario);
  if (inMemory !== undefined) return { ok: false, problems: [inMemory] };
  const trace = new TraceWriter(false);
  const machine = architecture.build(scenario.machine, memory, trace);
  if (!('iommu' in machine)) return { ok: false, problems: machine };
  const devices = new Devices(scenario, machine.iommu, trace);
  machine.iommu.connect(devices);
  const problems = setUp(machine, scenario);
  if (problems.length > 0) return { ok: false, problems };
  const writer = new PageWriter(memory, trace, 0);
  const hands: Hands = {
    tables: machine.software,
    iommu: machine.iommu,
    memory,
    write: (by, page, offset, words) => writer.write(by, page, offset, words),
  };
  const software = buildSoftware(scenario, hands, trace);
  if (!('models' in software)) return { ok: false, problems: software };
  return { ok: true, value: { architecture, machine, devices, memory, trace, software } };
}

function fillMemory(memory: Memory, scenario: Scenario): Problem | undefined {
  for (const [address, value] of Object.entries(scenario.memory ?? {})) {
    const at = parseWord(address);
    const word = parseWord(value);
    if (at === undefined || at.low % 8 !== 0) {
      return {
        path: `memory.${address}`,
        message: 'The address of a 64-bit word is hexadecimal and a multiple of 8.',
      };
    }
    if (word === undefined)
      return { path: `memory.${address}`, message: `${value} is not a 64-bit hexadecimal number.` };
    if (splitAddress(at).page >= mostPages)
      return { path: `memory.${address}`, message: 'Physical addresses have at most 56 bits.' };
    writeWord(memory, at, word);
  }
  return undefined;
}

function writeWord(memory: Memory, at: Word64, word: Word64): void {
  const { page, offset } = splitAddress(at);
  memory.write(page, offset, word.low, word.high);
}

function setUp(machine: Machine, scenario: Scenario): readonly Problem[] {
  const problems: Problem[] = [];
  const note = (path: string, problem: Problem | undefined): void => {
    if (problem !== undefined) problems.push({ path: `${path}${problem.path}`, message: problem.message });
  };
  (scenario.devices ?? []).forEach(({ id, ats }, index) => {
    if (ats !== undefined)
      note(`devices[${index}]`, machine.software.allowAts(id, ats.pageRequests !== undefined));
  });
  const spaces = scenario.spaces ?? [];
  spaces.forEach((space, index) => {
    note(`spaces[${index}]`, machine.software.addSpace(space));
  });
  spaces.forEach((space, index) => {
    (space.maps ?? []).forEach((mapping, at) => {
      note(`spaces[${index}].maps[${at}]`, machine.software.map(space.id, mapping));
    });
  });
  (scenario.bindings ?? []).forEach((binding, index) => {
    note(`bindings[${index}]`, machine.software.bind(binding));
  });
  return problems;
}
