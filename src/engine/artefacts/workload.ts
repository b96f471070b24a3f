import { parseWord, splitAddress } from '../bits/hex';
import { accesses } from '../request';
import { checkScenario } from '../scenario/parse';
import { failed, type Parsed } from '../scenario/problem';
import { type Scenario, scenarioFormat } from '../scenario/schema';
import { isVectorFile, openVectors } from './vectors';

/** What is dropped before each request: every cache, or nothing. */
export type Temperature = 'cold' | 'warm';

/** Requests to be measured, as columns. */
export interface Workload {
  readonly name: string;
  readonly temperature: Temperature;
  readonly device: number;
  readonly pasid: number;
  readonly access: number;
  readonly privileged: boolean;
  readonly pages: Float64Array;
  /** The host pages that they must reach; -1 where the file does not say. */
  readonly answers: Float64Array;
}

/** A machine and what to ask it. */
export interface WorkloadFile {
  readonly scenario: Scenario;
  readonly workloads: readonly Workload[];
}

/** Opens `iommu-bench/1`, or the requests of the first case of `iommu-vectors/1` that were answered. */
export function openWorkloads(value: unknown): Parsed<WorkloadFile> {
  if (isVectorFile(value)) return fromVectors(value);
  const file = value as Readonly<Record<string, unknown>> | null;
  if (typeof file !== 'object' || file === null || file['format'] !== 'iommu-bench/1') {
    return failed('format', 'A workload has format iommu-bench/1 or iommu-vectors/1.');
  }
  const scenario = checkScenario({
    format: scenarioFormat,
    name: 'workload',
    title: 'Workload',
    machine: { arch: file['arch'], config: file['config'] },
    memory: file['memory'],
    steps: [],
  });
  if (!scenario.ok) return scenario;
  if (!Array.isArray(file['workloads'])) return failed('workloads', 'The file has no workloads.');
  const workloads: Workload[] = [];
  for (const [index, entry] of file['workloads'].entries()) {
    const opened = fromBench(entry);
    if (!opened.ok) return failed(`workloads[${index}]`, opened.problems[0]?.message ?? '');
    workloads.push(opened.value);
  }
  return { ok: true, value: { scenario: scenario.value, workloads } };
}

function fromBench(value: unknown): Parsed<Workload> {
  if (typeof value !== 'object' || value === null) return failed('', 'A workload is an object.');
  const entry = value as Readonly<Record<string, unknown>>;
  const { name, device, access, iovas, pas, pasid } = entry;
  const source = parseWord(String(device));
  if (source === undefined || !Array.isArray(iovas) || !Array.isArray(pas)) {
    return failed('', 'A workload has a device, iovas and pas.');
  }
  const isCold = name === 'two-stage-walk' || name === 'single-stage-walk';
  return {
    ok: true,
    value: {
      name: String(name),
      temperature: isCold ? 'cold' : 'warm',
      device: source.low,
      pasid: typeof pasid === 'number' ? pasid : -1,
      access: Math.max(0, accesses.indexOf(access as 'r')),
      privileged: false,
      pages: Float64Array.from(iovas, pageOf),
      answers: Float64Array.from(pas, pageOf),
    },
  };
}

function fromVectors(value: unknown): Parsed<WorkloadFile> {
  const file = openVectors(value);
  if (!file.ok) return file;
  const [entry] = file.value.cases;
  if (entry === undefined) return failed('cases', 'The file has no cases.');
  const requests = entry.scenario.steps
    .filter((step) => step.do === 'dma')
    .filter((step) => step.expect?.ok !== false);
  const [first] = requests;
  if (first === undefined) return failed('cases[0].steps', 'The case has no request that is answered.');
  const alike = requests.filter(
    ({ device, pasid, access }) =>
      device === first.device && pasid === first.pasid && access === first.access,
  );
  const shared = {
    device: Number(first.device),
    pasid: first.pasid ?? -1,
    access: accesses.indexOf(first.access),
    privileged: first.privileged ?? false,
    pages: Float64Array.from(alike, ({ at }) => pageOf(at)),
    answers: Float64Array.from(alike, ({ expect }) => (expect?.pa === undefined ? -1 : pageOf(expect.pa))),
  };
  const workloads: Workload[] = [
    { name: 'cold-walk', temperature: 'cold', ...shared },
    { name: 'iotlb-hit', temperature: 'warm', ...shared },
  ];
  return { ok: true, value: { scenario: { ...entry.scenario, steps: [] }, workloads } };
}

function pageOf(text: unknown): number {
  const word = parseWord(String(text));
  return word === undefined ? -1 : splitAddress(word).page;
}
