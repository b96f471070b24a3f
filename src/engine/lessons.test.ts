import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from './run';
import { applyEdits } from './scenario/edit';
import { parseScenario } from './scenario/parse';
import type { Scenario } from './scenario/schema';
import { printTrace } from './trace/print';

interface Index {
  readonly lessons: readonly {
    readonly name: string;
    readonly title: string;
    readonly needs: readonly string[];
  }[];
}

const index = JSON.parse(readFileSync('public/lessons/index.json', 'utf8')) as Index;

function lesson(name: string): Scenario {
  const parsed = parseScenario(readFileSync(`public/lessons/${name}.json`, 'utf8'));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

const machines = index.lessons.flatMap(({ name }) =>
  (lesson(name).machines ?? []).map((arch) => ({ name, arch })),
);

describe.each(machines)('the lesson $name on $arch', ({ name, arch }) => {
  const scenario = applyEdits(lesson(name), [{ kind: 'machine', arch }]);
  const result = run(scenario);

  it('runs without a problem, with something said at every step', () => {
    expect(result.ok && result.value.steps.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(scenario.steps.filter(({ say }) => say === undefined)).toEqual([]);
  });

  it('leaves the trace that is kept with it', async () => {
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    const text = `${printTrace(scenario, result.value, result.value.architecture).join('\n')}\n`;
    await expect(text).toMatchFileSnapshot(`golden/${name}.${arch}.txt`);
  });
});

describe.each(index.lessons)('the lesson $name', ({ name, title, needs }) => {
  const scenario = lesson(name);
  const result = run(scenario);

  it('has the name and title that the index says, and needs only lessons that exist', () => {
    expect([scenario.name, scenario.title]).toEqual([name, title]);
    expect(needs.filter((needed) => !index.lessons.some((other) => other.name === needed))).toEqual([]);
  });

  it('cites by subject and a date that sorts', () => {
    for (const { subject, date } of scenario.cites ?? []) {
      expect(subject).toBeTruthy();
      expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    }
  });

  it('runs without a problem', () => {
    expect(result.ok && result.value.steps.filter(({ problem }) => problem !== undefined)).toEqual([]);
  });

  it('says something at every step, asks at least once, and ends with something to try', () => {
    expect(
      scenario.steps.filter(({ say, title: heading }) => say === undefined || heading === undefined),
    ).toEqual([]);
    expect(scenario.steps.some(({ question }) => question !== undefined)).toBe(true);
    expect(
      scenario.steps.every(
        ({ question }) => question === undefined || question.answer < question.choices.length,
      ),
    ).toBe(true);
    expect(scenario.tryThis).toBeTruthy();
  });

  it('leaves the trace that is kept with it', async () => {
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    const text = `${printTrace(scenario, result.value, result.value.architecture).join('\n')}\n`;
    await expect(text).toMatchFileSnapshot(`golden/${name}.txt`);
  });
});

it('counts 28 reads for the first nested walk', () => {
  const result = run(lesson('nested-walk'));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const [first] = result.value.steps.flatMap(({ answer }) => (answer === undefined ? [] : [answer]));
  expect(first?.reads).toBe(28);
});
