import { type Difference, differences } from '../engine/artefacts/compare';
import { openVectors, type VectorCase } from '../engine/artefacts/vectors';
import { run } from '../engine/run';
import { readJson } from './read-file';

/** Runs every case of the files and prints one line for each; the exit code. */
export function vectors(paths: readonly string[], print: (line: string) => void): number {
  let passed = 0;
  let failed = 0;
  for (const path of paths) {
    const opened = openVectors(readJson(path));
    if (!opened.ok) {
      const [problem] = opened.problems;
      throw new Error(`${path}: ${problem?.path === '' ? '' : `${problem?.path}: `}${problem?.message}`);
    }
    const failures = opened.value.cases.flatMap((entry) => {
      const lines = failuresOf(entry);
      return lines.length === 0 ? [] : [{ entry, lines }];
    });
    const count = opened.value.cases.length;
    passed += count - failures.length;
    failed += failures.length;
    print(`${path}: ${count - failures.length} passed, ${failures.length} failed`);
    for (const { entry, lines } of failures) {
      print(`  ${entry.id}${entry.note === '' ? '' : ` (${entry.note})`}`);
      for (const line of lines) print(`    ${line}`);
    }
  }
  print(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function failuresOf(entry: VectorCase): string[] {
  const result = run(entry.scenario, false);
  if (!result.ok) return result.problems.map(({ path, message }) => `${path}: ${message}`);
  return result.value.steps.flatMap((step, index) =>
    differences(entry.scenario.steps[index] as VectorCase['scenario']['steps'][number], step).map(
      (difference) => `step ${index}: ${differenceText(difference)}`,
    ),
  );
}

function differenceText({ field, expected, got }: Difference): string {
  return `${field}: expected ${expected}, got ${got}`;
}
