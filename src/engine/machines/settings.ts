import { parseWord, type Word64 } from '../bits/hex';
import type { CacheShape } from '../cache/cache';
import { type Geometry, geometryProblem } from '../cache/geometry';
import type { Problem } from '../scenario/problem';
import type { MachineSpec } from '../scenario/schema';

/** The caches' geometries: the machine's own, changed as the scenario says. Problems name the cache. */
export function geometriesOf(
  spec: MachineSpec,
  shapes: readonly CacheShape[],
  standard: Readonly<Record<string, Geometry | undefined>>,
  problems: Problem[],
): Record<string, Geometry | undefined> {
  const geometries: Record<string, Geometry | undefined> = { ...standard };
  for (const [id, geometry] of Object.entries(spec.caches ?? {})) {
    if (!shapes.some((shape) => shape.id === id)) {
      problems.push({
        path: `machine.caches.${id}`,
        message: `There is no cache ${id}; there are ${shapes.map((shape) => shape.id).join(', ')}.`,
      });
      continue;
    }
    const problem = geometry === 'off' ? undefined : geometryProblem(geometry);
    if (problem !== undefined) problems.push({ path: `machine.caches.${id}`, message: problem });
    geometries[id] = geometry === 'off' ? undefined : geometry;
  }
  return geometries;
}

/** Settings that the machine does not have. */
export function unknownSettings(spec: MachineSpec, machine: string, known: readonly string[]): Problem[] {
  return Object.keys(spec.config)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: `machine.config.${name}`,
      message: `${machine} has no setting ${name}; it has ${known.join(', ')}.`,
    }));
}

/** A register's value as the scenario gives it; what is no number is a problem. */
export function wordSetting(spec: MachineSpec, name: string, problems: Problem[]): Word64 | undefined {
  const text = spec.config[name];
  if (text === undefined) return undefined;
  const parsed = parseWord(String(text));
  if (parsed === undefined)
    problems.push({ path: `machine.config.${name}`, message: 'is not a 64-bit hexadecimal number' });
  return parsed;
}
