import { isVectorFile, openVectors } from '../engine/artefacts/vectors';
import { hexAddress, hexWord } from '../engine/bits/hex';
import { cacheBookOf } from '../engine/cache-book';
import { imageOf } from '../engine/memory/image';
import { run } from '../engine/run';
import { applyEdits } from '../engine/scenario/edit';
import { checkScenario } from '../engine/scenario/parse';
import type { Parsed } from '../engine/scenario/problem';
import type { Scenario } from '../engine/scenario/schema';
import { printCounts, printRegisters, printTrace } from '../engine/trace/print';
import { readJson } from './read-file';

export const printable = ['trace', 'state', 'counts'] as const;
export type Printable = (typeof printable)[number];

/** Runs a scenario, a lesson, or each case of a vector file, and prints it as text, on another machine if one is named; the exit code. */
export function runFile(
  path: string,
  what: Printable,
  machine: string | undefined,
  print: (line: string) => void,
): number {
  const opened = scenariosOf(readJson(path));
  if (!opened.ok) return report(path, opened.problems, print);
  let code = 0;
  for (const given of opened.value) {
    const scenario = machine === undefined ? given : applyEdits(given, [{ kind: 'machine', arch: machine }]);
    const result = run(scenario);
    if (!result.ok) {
      code = report(path, result.problems, print);
      continue;
    }
    for (const line of linesOf(scenario, what, result.value)) print(line);
    if (result.value.steps.some(({ problem }) => problem !== undefined)) code = 1;
  }
  return code;
}

function linesOf(
  scenario: Scenario,
  what: Printable,
  result: Extract<ReturnType<typeof run>, { ok: true }>['value'],
) {
  switch (what) {
    case 'trace':
      return printTrace(scenario, result, result.architecture);
    case 'counts':
      return printCounts(scenario, result);
    case 'state':
      return [
        ...printRegisters(scenario, result.machine.iommu.registers.words, result.architecture),
        ...memoryLines(result),
        ...cacheLines(scenario, result),
      ];
  }
}

function memoryLines({ memory }: { memory: Parameters<typeof imageOf>[0] }): string[] {
  const { pages, words } = imageOf(memory);
  const lines: string[] = [];
  pages.forEach((page, index) => {
    for (let offset = 0; offset < 4096; offset += 8) {
      const at = index * 1024 + offset / 4;
      const low = words[at] as number;
      const high = words[at + 1] as number;
      if (low !== 0 || high !== 0) lines.push(`${hexAddress(page, offset)}: ${hexWord(low, high)}`);
    }
  });
  return lines;
}

function cacheLines(
  scenario: Scenario,
  { machine, devices, architecture }: Extract<ReturnType<typeof run>, { ok: true }>['value'],
): string[] {
  const book = cacheBookOf(architecture, scenario);
  return [...machine.iommu.caches, ...devices.caches].flatMap((cache, index) => {
    const lines = [`${cache.shape.name}: ${cache.used} of ${cache.size}`];
    const names = [...cache.shape.tags, ...cache.shape.data];
    for (let slot = 0; slot < cache.size; slot++) {
      if (cache.isVacant(slot)) continue;
      const row = names.map((_, column) => cache.get(slot, column));
      const cells = names.flatMap((name, column) => {
        const text = book.text(index, column, row);
        return name === '' || text === '' ? [] : [`${name} ${text}`];
      });
      lines.push(`  slot ${slot}: ${cells.join(', ')}`);
    }
    return lines;
  });
}

function scenariosOf(value: unknown): Parsed<readonly Scenario[]> {
  if (isVectorFile(value)) {
    const file = openVectors(value);
    return file.ok ? { ok: true, value: file.value.cases.map(({ scenario }) => scenario) } : file;
  }
  const scenario = checkScenario(value);
  return scenario.ok ? { ok: true, value: [scenario.value] } : scenario;
}

function report(
  path: string,
  problems: readonly { path: string; message: string }[],
  print: (line: string) => void,
): number {
  for (const problem of problems)
    print(`${path}: ${problem.path === '' ? '' : `${problem.path}: `}${problem.message}`);
  return 1;
}
