import { parseWord, splitAddress } from '../bits/hex';
import { checkScenario } from '../scenario/parse';
import { failed, type Parsed, type Problem } from '../scenario/problem';
import { type Scenario, scenarioFormat } from '../scenario/schema';

/** A file of recorded answers (`iommu-vectors/1`), opened. */
export interface VectorFile {
  readonly arch: string;
  readonly source: string;
  readonly notes: readonly string[];
  readonly cases: readonly VectorCase[];
}

export interface VectorCase {
  readonly id: string;
  readonly note: string;
  /** The case as a scenario: a request's recorded answer is the step's expectation. */
  readonly scenario: Scenario;
}

type Loose = Readonly<Record<string, unknown>>;

/** Whether the value says that it is a vector file. */
export function isVectorFile(value: unknown): boolean {
  return isObject(value) && value['format'] === 'iommu-vectors/1';
}

/** Opens a vector file. The first case that cannot be read stops it, with the place and the reason. */
export function openVectors(value: unknown): Parsed<VectorFile> {
  if (!isObject(value)) return failed('', 'A vector file is a JSON object.');
  const arch = value['arch'];
  if (typeof arch !== 'string') return failed('arch', 'The file does not say which architecture it is for.');
  if (!Array.isArray(value['cases'])) return failed('cases', 'The file has no list of cases.');
  const cases: VectorCase[] = [];
  for (const [index, entry] of value['cases'].entries()) {
    const opened = openCase(entry, arch);
    if (!opened.ok) {
      return {
        ok: false,
        problems: opened.problems.map(({ path, message }) => ({ path: `cases[${index}].${path}`, message })),
      };
    }
    cases.push(opened.value);
  }
  if (cases.length === 0) return failed('cases', 'The file has no cases.');
  const notes = Array.isArray(value['notes']) ? value['notes'].map(String) : [];
  return { ok: true, value: { arch, source: String(value['source'] ?? ''), notes, cases } };
}

function openCase(entry: unknown, arch: string): Parsed<VectorCase> {
  if (!isObject(entry)) return failed('', 'A case is a JSON object.');
  const { config, memory, steps } = entry;
  if (!isObject(config)) return failed('config', 'The case has no registers.');
  if (!isObject(memory)) return failed('memory', 'The case has no memory.');
  if (!Array.isArray(steps)) return failed('steps', 'The case has no list of steps.');
  const id = typeof entry['id'] === 'string' ? entry['id'] : 'case';
  const note = typeof entry['note'] === 'string' ? entry['note'] : '';
  const converted: unknown[] = [];
  for (const [index, step] of steps.entries()) {
    const result = convertStep(step);
    if ('message' in result) return failed(`steps[${index}]${result.path}`, result.message);
    converted.push(result.step);
  }
  const scenario = checkScenario({
    format: scenarioFormat,
    name: slug(id),
    title: id,
    machine: {
      arch,
      config: arch === 'vtd' ? { ...config, ...queueSettings(steps) } : config,
      tables: freeAddress(memory),
      faults: 'acknowledge',
    },
    memory,
    steps: converted,
  });
  return scenario.ok ? { ok: true, value: { id, note, scenario: scenario.value } } : scenario;
}

function convertStep(step: unknown): { step: unknown } | Problem {
  if (!isObject(step)) return { path: '', message: 'A step is a JSON object.' };
  switch (step['op']) {
    case 'request': {
      const { device, pasid, access, privileged, type, iova, expect } = step;
      return {
        step: {
          do: 'dma',
          device,
          ...(pasid === null || pasid === undefined ? {} : { pasid }),
          access,
          at: iova,
          ...(privileged === true ? { privileged } : {}),
          ...(type === undefined || type === 'untranslated' ? {} : { type }),
          ...(expect === undefined ? {} : { expect }),
        },
      };
    }
    case 'write64':
      return { step: { do: 'write', at: step['addr'], words: [step['value']] } };
    case 'command': {
      const { words, expect } = step;
      return { step: { do: 'command', words, ...(expect === undefined ? {} : { expect }) } };
    }
  }
  return {
    path: '.op',
    message: `There is no step ${JSON.stringify(step['op'])}; there are request, write64 and command.`,
  };
}

/** VT-d: the width of the queue's descriptors shows in the commands. */
function queueSettings(steps: readonly unknown[]): Loose {
  const command = steps.find((step) => isObject(step) && step['op'] === 'command');
  if (!isObject(command) || !Array.isArray(command['words'])) return {};
  return { width: command['words'].length === 4 ? 256 : 128 };
}

/** An address below which nothing of the image lies: software's own pages (the queue) go there. */
function freeAddress(memory: Loose): string {
  const used = new Set<number>();
  for (const address of Object.keys(memory)) {
    const word = parseWord(address);
    if (word !== undefined) used.add(splitAddress(word).page);
  }
  let page = 1;
  while (used.has(page) || used.has(page + 1)) page += 1;
  return `0x${(page * 4096).toString(16)}`;
}

function slug(id: string): string {
  const plain = id
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 60);
  return plain === '' ? 'case' : plain;
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
