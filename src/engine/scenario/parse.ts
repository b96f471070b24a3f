import * as v from 'valibot';
import type { Edit } from './edit';
import { failed, type Parsed, type Problem } from './problem';
import { editsSchema, type Scenario, type Step, scenarioFormat, scenarioSchema, stepSchema } from './schema';

/** Reads a scenario from the text of a file. Problems say where and what. */
export function parseScenario(source: string): Parsed<Scenario> {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    return failed('', `This is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return checkScenario(value);
}

/** Checks a value that claims to be a scenario. */
export function checkScenario(value: unknown): Parsed<Scenario> {
  const format =
    typeof value === 'object' && value !== null ? (value as { format?: unknown }).format : undefined;
  if (typeof format === 'string' && format !== scenarioFormat && format.startsWith('iommuscope/')) {
    return failed(
      'format',
      `The scenario has format ${format}; this program reads ${scenarioFormat}. Open it with a newer version.`,
    );
  }
  return checked(scenarioSchema, value);
}

/** Checks a value that claims to be a step. */
export function checkStep(value: unknown): Parsed<Step> {
  return checked(stepSchema, value);
}

/** Checks a list that claims to be edits. */
export function checkEdits(value: unknown): Parsed<readonly Edit[]> {
  return checked(editsSchema, value);
}

function checked<S extends v.GenericSchema>(schema: S, value: unknown): Parsed<v.InferOutput<S>> {
  const result = v.safeParse(schema, value);
  return result.success
    ? { ok: true, value: result.output }
    : { ok: false, problems: result.issues.map((issue) => problemOf(issue)) };
}

function problemOf(issue: v.BaseIssue<unknown>): Problem {
  const path = (issue.path ?? [])
    .map(({ key }, index) =>
      typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`,
    )
    .join('');
  return { path, message: issue.message };
}
