import { describe, expect, it } from 'vitest';
import { allocatorKinds } from './allocators';
import { costsWith } from './costs';
import { type SweepSettings, sweep, sweepProblem, sweepSteps } from './sweep';

const settings = (changed: Partial<SweepSettings> = {}): SweepSettings => ({
  allocator: 'tree',
  policy: 'flush-queue',
  cpus: [1, 4],
  operationsPerCpu: 600,
  seed: 1,
  costs: costsWith(),
  ...changed,
});

/** How many times the work of one CPU eight CPUs do. */
function gain(changed: Partial<SweepSettings>): number {
  const [one, eight] = sweep(settings({ ...changed, cpus: [1, 8] })).map(
    (point) => point.operationsPerMicrosecond,
  );
  return (eight as number) / (one as number);
}

describe('a sweep', () => {
  it('gives the same from the same seed, and other numbers from another', () => {
    expect(sweep(settings())).toEqual(sweep(settings()));
    expect(sweep(settings())).not.toEqual(sweep(settings({ seed: 2 })));
  });

  it('measures one number of CPUs at a time, so that the caller can stop between them', () => {
    const steps = sweepSteps(settings({ cpus: [2, 1, 4] }));
    expect([steps.next().value?.cpus, steps.next().value?.cpus]).toEqual([2, 1]);
    steps.return();
    expect(steps.next().done).toBe(true);
  });

  it.each(allocatorKinds)('with %s alone on a CPU waits for no lock and moves no line', (allocator) => {
    const [point] = sweep(settings({ allocator, cpus: [1] }));
    expect(point).toMatchObject({ lockWaitShare: 0, lineTransfersPerOperation: 0, failures: 0 });
  });

  it('shows the tree getting slower with more CPUs, and per-CPU sub-ranges faster in proportion', () => {
    expect(gain({ allocator: 'tree' })).toBeLessThan(1);
    expect(gain({ allocator: 'round-robin-bitmap' })).toBeLessThan(3);
    expect(gain({ allocator: 'per-cpu-ranges' })).toBeGreaterThan(7.5);
    expect(gain({ allocator: 'magazines' })).toBeGreaterThan(3);
  });

  it('shows CPUs that wait for the tree most of their time', () => {
    const [four] = sweep(settings({ cpus: [4] }));
    const [sixteen] = sweep(settings({ cpus: [16] }));
    expect(four?.lockWaitShare).toBeGreaterThan(0.5);
    expect(sixteen?.lockWaitShare).toBeGreaterThan(four?.lockWaitShare ?? 1);
    expect(sixteen?.lockWaitShare).toBeLessThan(1);
  });

  it('costs a strict policy one flush for each unmap, half of all operations', () => {
    const points = sweep(settings({ allocator: 'per-cpu-ranges', policy: 'strict' }));
    expect(points.map((point) => point.flushes)).toEqual([300, 1200]);
  });

  it('costs a lazy policy about one flush for 255 unmaps of a CPU', () => {
    const [one] = sweep(settings({ cpus: [1], operationsPerCpu: 5100 }));
    expect(one?.flushes).toBe(10);
  });

  it('lets the timer flush when unmaps are rare', () => {
    // An operation each millisecond: 600 of them take 600 ms, 60 times the timeout.
    const [rare] = sweep(settings({ cpus: [1], costs: costsWith({ otherWork: 1_000_000 }) }));
    expect(rare?.flushes).toBeGreaterThan(45);
    expect(rare?.flushes).toBeLessThanOrEqual(60);
  });

  it('sees the list of batched unmaps pull the locks of sub-ranges from CPU to CPU', () => {
    const transfers = (policy: SweepSettings['policy']): number =>
      sweep(settings({ allocator: 'per-cpu-ranges', policy, cpus: [4] }))[0]?.lineTransfersPerOperation ?? -1;
    expect(transfers('flush-queue')).toBeLessThan(0.1);
    expect(transfers('batched')).toBeGreaterThan(0.5);
  });

  it('lets other CPUs have the lock between two releases of a batch', () => {
    const [four] = sweep(settings({ allocator: 'round-robin-bitmap', policy: 'commit', cpus: [4] }));
    expect(four?.lineTransfersPerOperation).toBeGreaterThan(2.2);
  });

  it('flushes on wrap only when the bitmap comes round', () => {
    const flushesOf = (operationsPerCpu: number): number =>
      sweep(
        settings({ allocator: 'round-robin-bitmap', policy: 'round-robin', cpus: [1], operationsPerCpu }),
      )[0]?.flushes ?? -1;
    expect(flushesOf(600)).toBe(0);
    expect(flushesOf(30_000)).toBeGreaterThan(0);
  });

  it('gets slower when a cost is raised', () => {
    const speed = (costs: SweepSettings['costs']): number =>
      sweep(settings({ cpus: [1], costs }))[0]?.operationsPerMicrosecond ?? -1;
    expect(speed(costsWith({ nodeVisit: 100 }))).toBeLessThan(speed(costsWith()));
  });

  it.each([
    [{ policy: 'round-robin' }, /^flush on wrap needs the round-robin bitmap/],
    [{ cpus: [1, 0] }, /^cpus must be whole numbers from 1 to 256$/],
    [{ operationsPerCpu: 0 }, /^operationsPerCpu must be a whole number from 1$/],
  ] as const)('of %j cannot be run', (changed, message) => {
    expect(sweepProblem(settings(changed))).toMatch(message);
    expect(() => sweep(settings(changed))).toThrow(message);
  });

  it('of flush on wrap with the bitmap can be run', () => {
    expect(
      sweepProblem(settings({ allocator: 'round-robin-bitmap', policy: 'round-robin' })),
    ).toBeUndefined();
  });
});
