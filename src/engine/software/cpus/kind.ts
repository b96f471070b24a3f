import { allocatorKinds } from '../../drivers/iova/allocators';
import { costsWith } from '../../drivers/iova/costs';
import { flushPolicies } from '../../drivers/iova/flush-policy';
import { sweepProblem, sweepSteps } from '../../drivers/iova/sweep';
import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import { Arguments } from '../arguments';
import type { Description, SoftwareKind, Teller } from '../model';
import { allocatorNames } from './names';

const mostCpus = 64;
const mostOperations = 5000;
const seed = 7;
const results = 0;
const measureVerb = 0;
/** Keys of results: the allocator, then the number of CPUs. */
const keysPerAllocator = 1000;

const fixed = (name: string, digits: number, unit = '') => ({
  name,
  text: (value: number): string => `${value.toFixed(digits)}${unit}`,
});

function describe(): Description {
  return {
    ledgers: [
      {
        id: 'throughput',
        name: 'Throughput',
        about:
          'Maps and unmaps of all CPUs together, in simulated time; costs of locks and cache lines are listed with the curves.',
        key: {
          name: 'allocator, CPUs',
          text: (value) =>
            `${allocatorNames[Math.floor(value / keysPerAllocator)] ?? ''}, ${value % keysPerAllocator}`,
        },
        curve: {
          series: (key) => allocatorNames[Math.floor(key / keysPerAllocator)] ?? '',
          x: (key) => key % keysPerAllocator,
          xName: 'CPUs',
          yName: 'operations per µs',
        },
        columns: [
          fixed('operations per µs', 2),
          fixed('time spent waiting for locks', 0, ' %'),
          fixed('cache lines moved per operation', 2),
          fixed('flushes', 0),
        ],
      },
    ],
    verbs: [
      {
        name: 'measure',
        say: ([allocator = 0, cpus = 0, operations = 0]) =>
          `${cpus === 1 ? '1 CPU maps and unmaps' : `${cpus} CPUs map and unmap`} ${operations.toLocaleString('en')} buffers each: ${allocatorNames[allocator] ?? ''}.`,
      },
    ],
  };
}

/** The same work on more and more CPUs (thread 003: a single spinlock that all CPUs bash on). */
class Cpus {
  readonly #tell: Teller;

  constructor(tell: Teller) {
    this.#tell = tell;
  }

  call(step: StepOf<'call'>): Problem | undefined {
    if (step.op !== 'measure') return { path: '.op', message: 'The only operation is measure.' };
    const given = new Arguments(step);
    const allocator = given.choice('allocator', allocatorKinds);
    const policy = given.choice('policy', flushPolicies, flushPolicies.indexOf('flush-queue'));
    const cpus = given.number('cpus', 1, mostCpus);
    const operations = given.number('operations', 1, mostOperations, 200);
    const problem = given.end();
    if (problem !== undefined) return problem;
    const settings = {
      allocator: allocatorKinds[allocator] as (typeof allocatorKinds)[number],
      policy: flushPolicies[policy] as (typeof flushPolicies)[number],
      cpus: [cpus],
      operationsPerCpu: operations,
      seed,
      costs: costsWith(),
    };
    const wrong = sweepProblem(settings);
    if (wrong !== undefined) return { path: '.with', message: wrong };
    this.#tell.act(measureVerb, 0, allocator, cpus, operations);
    for (const point of sweepSteps(settings))
      this.#tell.set(
        results,
        allocator * keysPerAllocator + cpus,
        point.operationsPerMicrosecond,
        point.lockWaitShare * 100,
        point.lineTransfersPerOperation,
        point.flushes,
      );
    return undefined;
  }
}

export const cpus: SoftwareKind = {
  id: 'cpus',
  name: 'CPUs and locks',
  describe,
  build(spec, _, __, tell) {
    const [unknown] = Object.keys(spec.config ?? {});
    if (unknown !== undefined) return [{ path: `.config.${unknown}`, message: 'The CPUs take no settings.' }];
    return new Cpus(tell);
  },
};
