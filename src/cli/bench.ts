import { architectureOf } from '../engine/architectures';
import { openWorkloads, type Workload, type WorkloadFile } from '../engine/artefacts/workload';
import type { Iommu } from '../engine/iommu';
import { prepare } from '../engine/run';
import type { MachineSpec } from '../engine/scenario/schema';
import { emptyOutcome, emptyRequest } from '../engine/step-runner';
import { machineWorkloads } from './machine-workloads';
import { readJson } from './read-file';

const runs = 7;
const secondsEach = 0.4;

/** One workload measured. */
interface Figure {
  readonly name: string;
  readonly translationsPerSecond: number;
  readonly runs: readonly number[];
  readonly readsPerTranslation: number;
  readonly requests: number;
}

/**
 * Measures the workloads of a file, or those made for the machine of that id, and prints JSON. Throws when an answer is
 * wrong. One machine for each process: the compiler fits the walk to the entries that it has seen.
 */
export function bench(what: string, print: (line: string) => void): number {
  const files = architectureOf(what) === undefined ? [opened(what)] : machineWorkloads(what);
  const figures: Figure[] = [];
  for (const file of files) {
    for (const workload of file.workloads) figures.push(measure(file, workload));
  }
  print(JSON.stringify({ of: what, workloads: figures }, null, 2));
  return 0;
}

function opened(path: string): WorkloadFile {
  const file = openWorkloads(readJson(path));
  if (file.ok) return file.value;
  throw new Error(
    `${path}: ${file.problems.map((problem) => `${problem.path}: ${problem.message}`).join('; ')}`,
  );
}

function measure({ scenario }: WorkloadFile, workload: Workload): Figure {
  const machine: MachineSpec = { ...scenario.machine, caches: smallCaches(scenario.machine.arch) };
  const prepared = prepare({ ...scenario, machine });
  if (!prepared.ok)
    throw new Error(prepared.problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
  const { iommu } = prepared.value.machine;
  const used = workload.temperature === 'warm' ? hitting(iommu, workload) : workload;
  const reads = check(iommu, used);
  const rates = Array.from({ length: runs }, () => rate(iommu, used)).sort((a, b) => a - b);
  return {
    name: workload.name,
    translationsPerSecond: Math.round(rates[Math.floor(runs / 2)] as number),
    runs: rates.map(Math.round),
    readsPerTranslation: reads / used.pages.length,
    requests: used.pages.length,
  };
}

/** Two entries for contexts and translations, as the reference model has them, and no walk caches. */
function smallCaches(arch: string): NonNullable<MachineSpec['caches']> {
  const shapes = architectureOf(arch)?.caches ?? [];
  return Object.fromEntries(
    shapes.map(({ id, tags }) => [
      id,
      tags[3] === 'level' ? ('off' as const) : { sets: 1, ways: 2, replacement: 'lru' as const },
    ]),
  );
}

/** The first pages of a warm workload that the IOTLB can hold together, again and again. */
function hitting(iommu: Iommu, workload: Workload): Workload {
  const distinct = [...new Set(workload.pages)].slice(0, 2);
  const index = distinct.map((page) => workload.pages.indexOf(page));
  const length = Math.min(10_000, Math.max(workload.pages.length, 1_000));
  iommu.dropCaches();
  return {
    ...workload,
    pages: Float64Array.from({ length }, (_, n) => distinct[n % distinct.length] as number),
    answers: Float64Array.from(
      { length },
      (_, n) => workload.answers[index[n % index.length] as number] as number,
    ),
  };
}

/** Asks every request once and compares; the memory reads that they took. Throws when an answer is wrong. */
function check(iommu: Iommu, workload: Workload): number {
  let reads = 0;
  const outcome = emptyOutcome();
  const request = requestOf(workload);
  for (const [n, page] of workload.pages.entries()) {
    if (workload.temperature === 'cold') iommu.dropCaches();
    request.page = page;
    iommu.translate(request, outcome);
    const expected = workload.answers[n] as number;
    if (!outcome.ok || (expected >= 0 && outcome.page !== expected)) {
      throw new Error(`${workload.name}: request ${n} has the wrong answer`);
    }
    reads += outcome.reads;
  }
  return reads;
}

/** Translations a second of processor time, which other programs on the machine disturb less than the clock. */
function rate(iommu: Iommu, workload: Workload): number {
  const microseconds = (): number => process.cpuUsage().user;
  const started = microseconds();
  let done = 0;
  while (microseconds() - started < secondsEach * 1e6) {
    pass(iommu, workload);
    done += workload.pages.length;
  }
  return (done * 1e6) / (microseconds() - started);
}

function pass(iommu: Iommu, workload: Workload): void {
  const { pages } = workload;
  const outcome = emptyOutcome();
  const request = requestOf(workload);
  const isCold = workload.temperature === 'cold';
  for (let n = 0; n < pages.length; n++) {
    if (isCold) iommu.dropCaches();
    request.page = pages[n] as number;
    iommu.translate(request, outcome);
  }
}

function requestOf({ device, pasid, access, privileged }: Workload) {
  return { ...emptyRequest(), device, pasid, access, privileged };
}
