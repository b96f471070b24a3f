import { type Difference, differences } from '../engine/artefacts/compare';
import { disputeOf } from '../engine/artefacts/disputes';
import { openVectors, type VectorCase } from '../engine/artefacts/vectors';
import { run } from '../engine/run';
import type { Step } from '../engine/scenario/schema';
import { readJson } from './read-file';

type Verdict = 'passed' | 'failed' | 'disputed';

interface Checked {
  readonly entry: VectorCase;
  readonly verdict: Verdict;
  readonly lines: readonly string[];
}

/** Runs every case of the files and prints one line for each file; the exit code. */
export function vectors(paths: readonly string[], print: (line: string) => void): number {
  const all: Checked[] = [];
  for (const path of paths) {
    const opened = openVectors(readJson(path));
    if (!opened.ok) {
      const [problem] = opened.problems;
      throw new Error(`${path}: ${problem?.path === '' ? '' : `${problem?.path}: `}${problem?.message}`);
    }
    const checked = opened.value.cases.map((entry) => check(entry, opened.value.arch));
    print(`${path}: ${tally(checked)}`);
    for (const { entry, verdict, lines } of checked) {
      if (verdict === 'passed') continue;
      print(`  ${verdict}: ${entry.id}${entry.note === '' ? '' : ` (${entry.note})`}`);
      for (const line of lines) print(`    ${line}`);
    }
    all.push(...checked);
  }
  const disputed = count(all, 'disputed');
  if (disputed > 0) print(`${disputed} disputed: the manual and the recording differ, see docs/disputed.md`);
  print(`${count(all, 'passed')} passed, ${count(all, 'failed')} failed`);
  return count(all, 'failed') === 0 ? 0 : 1;
}

function tally(checked: readonly Checked[]): string {
  const disputed = count(checked, 'disputed');
  const plain = `${count(checked, 'passed')} passed, ${count(checked, 'failed')} failed`;
  return disputed === 0 ? plain : `${plain}, ${disputed} disputed`;
}

function count(checked: readonly Checked[], wanted: Verdict): number {
  return checked.filter(({ verdict }) => verdict === wanted).length;
}

/** A case is disputed when every difference is. */
function check(entry: VectorCase, arch: string): Checked {
  const result = run(entry.scenario, false);
  if (!result.ok) {
    return {
      entry,
      verdict: 'failed',
      lines: result.problems.map(({ path, message }) => `${path}: ${message}`),
    };
  }
  const found = result.value.steps.flatMap((step, index) =>
    differences(entry.scenario.steps[index] as Step, step).map((difference) => ({ index, difference })),
  );
  const lines = found.map(({ index, difference }) => `step ${index}: ${differenceText(difference, arch)}`);
  if (found.length === 0) return { entry, verdict: 'passed', lines };
  const areDisputed = found.every(({ difference }) => disputeOf(arch, difference) !== undefined);
  return { entry, verdict: areDisputed ? 'disputed' : 'failed', lines };
}

function differenceText(difference: Difference, arch: string): string {
  const dispute = disputeOf(arch, difference);
  const { field, expected, got } = difference;
  const because = dispute === undefined ? '' : ` (${dispute.section})`;
  return `${field}: expected ${expected}, got ${got}${because}`;
}
