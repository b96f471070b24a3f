import { describe, expect, it } from 'vitest';
import { FlushQueue, ringEntries } from './flush-queue';
import { flushTimeout } from './flush-timer';
import { silentMeter } from './meter';

const usable = ringEntries - 1;

interface Bench {
  readonly policy: FlushQueue;
  readonly released: number[];
  /** CPUs that flushed. */
  readonly flushed: number[];
  /** What other CPUs do while the IOMMU is at it. */
  duringFlush: (() => void) | undefined;
}

function bench(): Bench {
  const released: number[] = [];
  const flushed: number[] = [];
  const made: Bench = {
    released,
    flushed,
    duringFlush: undefined,
    policy: new FlushQueue(
      {
        flushRange: (range) => expect.unreachable(`a flush of ${range.first} alone`),
        flushAll: (cpu) => {
          flushed.push(cpu);
          made.duringFlush?.();
        },
        release: (range) => released.push(range.first),
      },
      silentMeter,
    ),
  };
  return made;
}

const unmap = (policy: FlushQueue, first: number, cpu: number, now = 0): void =>
  policy.unmapped({ first, pages: 1, unit: 0 }, cpu, now);

describe('the flush queue', () => {
  it('holds 255 entries for each CPU and flushes when one more comes', () => {
    const { policy, released, flushed } = bench();
    for (let first = 0; first < usable; first++) {
      unmap(policy, first, 0);
      unmap(policy, 1000 + first, 1);
    }
    expect([flushed, policy.lengths]).toEqual([[], [255, 255]]);
    unmap(policy, 500, 0);
    expect(flushed).toEqual([0]);
    expect(released).toEqual(Array.from({ length: usable }, (_, first) => first));
    expect(policy.lengths).toEqual([1, 255]);
  });

  it("lets a CPU release its entries after another CPU's flush, without one of its own", () => {
    const { policy, released, flushed } = bench();
    unmap(policy, 1, 1);
    for (let first = 0; first <= usable; first++) unmap(policy, 100 + first, 0);
    expect(released).not.toContain(1);
    unmap(policy, 2, 1);
    expect([released.at(-1), flushed, policy.lengths]).toEqual([1, [0], [1, 1]]);
  });

  it('flushes 10 ms after the first entry and empties the rings of all CPUs', () => {
    const { policy, released, flushed } = bench();
    unmap(policy, 1, 1, 500);
    unmap(policy, 2, 0, 700);
    policy.tick(flushTimeout + 499);
    expect(flushed).toEqual([]);
    policy.tick(flushTimeout + 500);
    expect([flushed, released, policy.waiting]).toEqual([[1], [2, 1], []]);
    policy.tick(5 * flushTimeout);
    expect([flushed, policy.flushes]).toEqual([[1], { started: 1, finished: 1 }]);
  });

  it('keeps what is queued while a flush goes on until a later flush', () => {
    const made = bench();
    const { policy, released } = made;
    unmap(policy, 1, 0);
    made.duringFlush = () => unmap(policy, 2, 1, flushTimeout);
    policy.tick(flushTimeout);
    made.duringFlush = undefined;
    expect([released, policy.waiting.map((range) => range.first)]).toEqual([[1], [2]]);
    policy.tick(2 * flushTimeout);
    expect(released).toEqual([1, 2]);
  });

  it('counts flushes that started and that finished', () => {
    const made = bench();
    const seen: unknown[] = [];
    made.duringFlush = () => seen.push(made.policy.flushes);
    unmap(made.policy, 1, 0);
    made.policy.tick(flushTimeout);
    expect([...seen, made.policy.flushes]).toEqual([
      { started: 1, finished: 0 },
      { started: 1, finished: 1 },
    ]);
  });
});
