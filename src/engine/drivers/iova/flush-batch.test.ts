import { describe, expect, it } from 'vitest';
import { batchedUnmaps, FlushBatch } from './flush-batch';
import { flushTimeout } from './flush-timer';
import { silentMeter } from './meter';

function batch(): { readonly policy: FlushBatch; readonly flushed: string[]; readonly released: number[] } {
  const flushed: string[] = [];
  const released: number[] = [];
  const policy = new FlushBatch(
    {
      flushRange: (range) => flushed.push(`range ${range.first}`),
      flushAll: (cpu, unit) => flushed.push(`unit ${unit} on CPU ${cpu}`),
      release: (range) => released.push(range.first),
    },
    silentMeter,
  );
  return { policy, flushed, released };
}

describe('batched unmap', () => {
  it('flushes when 250 wait and one more comes, which waits on', () => {
    const { policy, flushed, released } = batch();
    for (let first = 0; first < batchedUnmaps; first++)
      policy.unmapped({ first, pages: 1, unit: 0 }, first % 2, 0);
    expect([flushed, released.length]).toEqual([[], 0]);
    policy.unmapped({ first: 250, pages: 1, unit: 0 }, 1, 0);
    expect(flushed).toEqual(['unit 0 on CPU 1']);
    expect(released).toEqual(Array.from({ length: batchedUnmaps }, (_, first) => first));
    expect(policy.waiting).toEqual([{ first: 250, pages: 1, unit: 0 }]);
  });

  it('flushes 10 ms after the first unmap, on the CPU that set the timer', () => {
    const { policy, flushed, released } = batch();
    policy.unmapped({ first: 1, pages: 1, unit: 0 }, 3, 1000);
    policy.unmapped({ first: 2, pages: 1, unit: 0 }, 0, 9000);
    policy.tick(1000 + flushTimeout - 1);
    expect(flushed).toEqual([]);
    policy.tick(1000 + flushTimeout);
    expect([flushed, released]).toEqual([['unit 0 on CPU 3'], [1, 2]]);
    policy.tick(1000 + 3 * flushTimeout);
    expect(flushed.length).toBe(1);
  });

  it('sets the timer anew after a flush', () => {
    const { policy, flushed } = batch();
    for (let first = 0; first < batchedUnmaps; first++) policy.unmapped({ first, pages: 1, unit: 0 }, 0, 0);
    policy.unmapped({ first: 250, pages: 1, unit: 0 }, 1, 5000);
    policy.tick(flushTimeout);
    expect(flushed).toEqual(['unit 0 on CPU 1']);
    policy.tick(flushTimeout + 5000);
    expect(flushed).toEqual(['unit 0 on CPU 1', 'unit 0 on CPU 1']);
  });

  it('flushes each unit that has entries once, and no other', () => {
    const { policy, flushed, released } = batch();
    for (const [first, unit] of [
      [1, 2],
      [2, 0],
      [3, 2],
    ] as const)
      policy.unmapped({ first, pages: 1, unit }, 0, 0);
    policy.tick(flushTimeout);
    expect(flushed).toEqual(['unit 2 on CPU 0', 'unit 0 on CPU 0']);
    expect(released).toEqual([1, 3, 2]);
  });
});
