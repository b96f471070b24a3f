import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlushActions, FlushPolicy, UnmappedRange } from './flush-actions';
import { createFlushPolicy, type FlushPolicyKind } from './flush-policy';
import { flushTimeout } from './flush-timer';
import { silentMeter } from './meter';
import { aperturePages, RoundRobinBitmap } from './round-robin-bitmap';

const rangeAt = (first: number, unit = 0): UnmappedRange => ({ first, pages: 1, unit });

/** A policy and what it did, in words. */
function told(kind: FlushPolicyKind): { readonly policy: FlushPolicy; readonly done: string[] } {
  const done: string[] = [];
  const actions: FlushActions = {
    flushRange: (range) => done.push(`flush ${range.first}`),
    flushAll: (cpu, unit) => done.push(`flush all of unit ${unit} on CPU ${cpu}`),
    release: (range) => done.push(`release ${range.first}`),
  };
  return { policy: createFlushPolicy(kind, { actions, meter: silentMeter, takeFlush: () => false }), done };
}

describe('flush policies', () => {
  it.each(['strict', 'unmap-flush'] as const)('%s flushes a range before it is released', (kind) => {
    const { policy, done } = told(kind);
    policy.unmapped(rangeAt(5), 0, 0);
    expect(done).toEqual(['flush 5', 'release 5']);
  });

  it('none releases and never flushes', () => {
    const { policy, done } = told('none');
    policy.unmapped(rangeAt(5), 0, 0);
    policy.tick(2 * flushTimeout);
    policy.commit(0);
    expect(done).toEqual(['release 5']);
  });

  it('commit does nothing until the caller commits, then flushes once', () => {
    const { policy, done } = told('commit');
    for (const first of [1, 2, 3]) policy.unmapped(rangeAt(first), 0, 0);
    policy.tick(2 * flushTimeout);
    expect([done, policy.waiting.length]).toEqual([[], 3]);
    policy.commit(1);
    expect(done).toEqual(['flush all of unit 0 on CPU 1', 'release 1', 'release 2', 'release 3']);
    policy.commit(1);
    expect([done.length, policy.waiting.length]).toEqual([4, 0]);
  });
});

describe('flush on wrap', () => {
  /** The bitmap with its policy; `stale` has the pages that a device may still reach. */
  function bitmapWithPolicy() {
    const bitmap = new RoundRobinBitmap(silentMeter);
    const stale = new Set<number>();
    const flushes: string[] = [];
    const pagesOf = (range: UnmappedRange): number[] =>
      Array.from({ length: range.pages }, (_, index) => range.first + index);
    const policy = createFlushPolicy('round-robin', {
      meter: silentMeter,
      takeFlush: () => bitmap.takeFlush(),
      actions: {
        flushRange: (range) => {
          flushes.push('range');
          for (const page of pagesOf(range)) stale.delete(page);
        },
        flushAll: () => {
          flushes.push('all');
          stale.clear();
        },
        release: (range, cpu) => {
          for (const page of pagesOf(range)) stale.add(page);
          bitmap.free(range.first, range.pages, cpu);
        },
      },
    });
    return { bitmap, policy, stale, flushes, pagesOf };
  }

  it('flushes the domain when a map wraps, and only then', () => {
    const { bitmap, policy, stale, flushes } = bitmapWithPolicy();
    for (let count = 0; count < 3; count++) {
      const first = bitmap.allocate(10_000, 2 ** 20, 0);
      policy.mapped(0);
      policy.unmapped({ first, pages: 10_000, unit: 0 }, 0, 0);
    }
    expect([flushes, stale.size]).toEqual([[], 30_000]);
    bitmap.allocate(10_000, 2 ** 20, 0);
    policy.mapped(0);
    expect([flushes, stale.size]).toEqual([['all'], 0]);
  });

  it('flushes the range when an unmap frees what is still ahead', () => {
    const { bitmap, policy, flushes } = bitmapWithPolicy();
    const low = bitmap.allocate(aperturePages - 10, 2 ** 20, 0);
    const high = bitmap.allocate(9, 2 ** 20, 0);
    policy.unmapped({ first: low, pages: aperturePages - 10, unit: 0 }, 0, 0);
    bitmap.allocate(1, 2 ** 20, 0);
    policy.mapped(0);
    policy.unmapped({ first: high, pages: 9, unit: 0 }, 0, 0);
    expect(flushes).toEqual(['all', 'range']);
  });

  it('never lets a map use a page that may still be cached', () => {
    const sizes = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 9000 }), fc.nat(1000)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(sizes, (all) => {
        const { bitmap, policy, stale, pagesOf } = bitmapWithPolicy();
        const mapped: UnmappedRange[] = [];
        for (const [isMap, pages, pick] of all) {
          if (isMap) {
            const range = { first: bitmap.allocate(pages, 2 ** 20 - 1, 0), pages, unit: 0 };
            policy.mapped(0);
            expect(pagesOf(range).some((page) => stale.has(page))).toBe(false);
            mapped.push(range);
          } else {
            const [range] = mapped.splice(pick % Math.max(1, mapped.length), 1);
            if (range !== undefined) policy.unmapped(range, 0, 0);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
