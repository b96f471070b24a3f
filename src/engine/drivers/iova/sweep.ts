import type { CpuCounts } from './simulated-cpus';
import { type RunSettings, SweepRun } from './sweep-run';

/** What is swept: the same work for each number of CPUs. */
export interface SweepSettings extends RunSettings {
  readonly cpus: readonly number[];
  /** Maps and unmaps together, for each CPU. */
  readonly operationsPerCpu: number;
}

/** What a number of CPUs came to. */
export interface SweepPoint {
  readonly cpus: number;
  /** Maps and unmaps of all CPUs together, in a microsecond of simulated time. */
  readonly operationsPerMicrosecond: number;
  /** 0 to 1: the part of the CPUs' time that went by waiting for locks. */
  readonly lockWaitShare: number;
  readonly lineTransfersPerOperation: number;
  readonly flushes: number;
  /** Maps that found no room. */
  readonly failures: number;
}

/** Operations of each CPU before anything is counted: its buffers are mapped then, its lists filled once. */
const warmUp = 1000;

/** What is wrong with the settings, in words; undefined when they can be run. */
export function sweepProblem({
  allocator,
  policy,
  cpus,
  operationsPerCpu,
}: SweepSettings): string | undefined {
  if (policy === 'round-robin' && allocator !== 'round-robin-bitmap')
    return 'flush on wrap needs the round-robin bitmap: the others give out again what was freed last';
  if (!cpus.every((count) => Number.isInteger(count) && count >= 1 && count <= 256))
    return 'cpus must be whole numbers from 1 to 256';
  if (!Number.isInteger(operationsPerCpu) || operationsPerCpu < 1)
    return 'operationsPerCpu must be a whole number from 1';
  return undefined;
}

/**
 * Measures one number of CPUs at each step, so that the caller can show what is there or stop (thread 003).
 * Throws a RangeError for settings that cannot be run.
 */
export function* sweepSteps(settings: SweepSettings): Generator<SweepPoint, void> {
  const problem = sweepProblem(settings);
  if (problem !== undefined) throw new RangeError(problem);
  for (const cpus of settings.cpus) yield measure(cpus, settings);
}

/** Measures all numbers of CPUs. Throws a RangeError for settings that cannot be run. */
export function sweep(settings: SweepSettings): readonly SweepPoint[] {
  return [...sweepSteps(settings)];
}

/** What all CPUs did together since the beginning of a run. */
interface Totals {
  readonly time: number;
  readonly waited: number;
  readonly lineTransfers: number;
  readonly flushes: number;
  readonly failures: number;
}

function measure(cpus: number, settings: SweepSettings): SweepPoint {
  const run = new SweepRun(cpus, settings);
  run.runUntil(warmUp);
  const start = run.cpus.align();
  const before = totalsOf(run);
  run.runUntil(warmUp + settings.operationsPerCpu);
  const after = totalsOf(run);
  const end = run.cpus.align();
  const operations = cpus * settings.operationsPerCpu;
  return {
    cpus,
    operationsPerMicrosecond: (operations * 1000) / (end - start),
    lockWaitShare: (after.waited - before.waited) / (after.time - before.time),
    lineTransfersPerOperation: (after.lineTransfers - before.lineTransfers) / operations,
    flushes: after.flushes - before.flushes,
    failures: after.failures - before.failures,
  };
}

function totalsOf({ cpus, flushes, failures }: SweepRun): Totals {
  const sum = (of: (counts: CpuCounts, cpu: number) => number): number =>
    cpus.counts.reduce((total, counts, cpu) => total + of(counts, cpu), 0);
  return {
    time: sum((_, cpu) => cpus.timeOf(cpu)),
    waited: sum((counts) => counts.waited),
    lineTransfers: sum((counts) => counts.lineTransfers),
    flushes,
    failures,
  };
}
