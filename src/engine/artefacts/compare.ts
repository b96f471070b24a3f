import { hexAddress, hexWord, parseWord } from '../bits/hex';
import type { Expectation, Step } from '../scenario/schema';
import type { StepResult } from '../step-runner';

/** One field in which a recorded answer and ours differ, as text. */
export interface Difference {
  readonly field: string;
  readonly expected: string;
  readonly got: string;
}

/** The fields that the step's expectation states and the result does not meet; none when nothing is expected. */
export function differences(step: Step, result: StepResult): readonly Difference[] {
  const expect = step.do === 'dma' || step.do === 'command' ? step.expect : undefined;
  if (expect === undefined) return [];
  const found: Difference[] = [];
  if (result.problem !== undefined) {
    found.push({ field: 'step', expected: 'a step that can be done', got: result.problem.message });
  }
  if (step.do === 'dma') found.push(...answerDifferences(expect, result));
  for (const [address, expected] of Object.entries({ ...expect.memory, ...expect.memoryAfter })) {
    const [low, high] = result.memory[address] ?? [0, 0];
    add(found, `memory ${address}`, plainHex(expected), hexWord(low, high));
  }
  return found;
}

function answerDifferences(expect: Expectation, result: StepResult): Difference[] {
  const found: Difference[] = [];
  const { answer } = result;
  if (answer === undefined) return [{ field: 'answer', expected: 'an answer', got: 'none' }];
  if (expect.ok !== undefined && expect.ok !== answer.ok) {
    const reason = `refused, reason 0x${answer.reason.toString(16)}`;
    const got = answer.ok ? hexAddress(answer.page, answer.offset) : reason;
    return [{ field: 'ok', expected: expect.ok ? `answered ${expect.pa ?? ''}` : 'refused', got }];
  }
  if (expect.pa !== undefined) add(found, 'pa', plainHex(expect.pa), hexAddress(answer.page, answer.offset));
  if (expect.pageSize !== undefined && answer.size < 64) {
    add(found, 'pageSize', plainHex(expect.pageSize), `0x${(2 ** answer.size).toString(16)}`);
  }
  for (const [name, expected] of Object.entries(expect.fault ?? {})) {
    const keep = keptBits[name] ?? ((text) => text);
    add(found, `fault.${name}`, keep(faultText(expected)), keep(faultText(answer.fault[name] ?? 'none')));
  }
  for (const group of ['pbmt', 'response', 'perm', 'mrif']) {
    const stated = (expect as Readonly<Record<string, unknown>>)[group];
    if (stated === undefined) continue;
    const parts = typeof stated === 'object' && stated !== null ? Object.entries(stated) : [['', stated]];
    for (const [part, expected] of parts) {
      const name = part === '' ? group : `${group}.${String(part)}`;
      add(found, name, faultText(expected as number | string), faultText(answer.said[name] ?? 'none'));
    }
  }
  return found;
}

/** Page offsets of these fields may be reported as 0 (RISC-V IOMMU 4.2); the two lowest bits of iotval2 say how. */
const keptBits: Readonly<Record<string, (text: string) => string>> = {
  iotval: (text) => masked(text, 0),
  iotval2: (text) => masked(text, 3),
};

function masked(text: string, kept: number): string {
  const word = parseWord(text);
  return word === undefined ? text : hexWord(((word.low & ~0xfff) | (word.low & kept)) >>> 0, word.high);
}

function add(found: Difference[], field: string, expected: string, got: string): void {
  if (expected !== got) found.push({ field, expected, got });
}

function faultText(value: number | boolean | string | readonly string[]): string {
  if (typeof value === 'object') return value.map(plainHex).join(' ');
  if (typeof value === 'number') return `0x${value.toString(16)}`;
  return typeof value === 'string' ? plainHex(value) : String(value);
}

function plainHex(text: string): string {
  const word = parseWord(text);
  return word === undefined ? text : hexWord(word.low, word.high);
}
