import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UnmappedRange } from './flush-actions';
import { createFlushPolicy, type FlushPolicyKind } from './flush-policy';
import { flushTimeout } from './flush-timer';
import { silentMeter } from './meter';

type Act =
  | { readonly kind: 'unmap'; readonly cpu: number; readonly count: number }
  | { readonly kind: 'wait'; readonly nanoseconds: number }
  | { readonly kind: 'commit' };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('unmap'), cpu: fc.nat(2), count: fc.nat(150) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait'), nanoseconds: fc.nat(flushTimeout * 2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('commit') }) },
);

/**
 * Drives a policy and notes at which event each range was unmapped, flushes started and finished, and each range
 * was released. With `isBusy`, other CPUs go on unmapping while a flush is under way.
 */
class Journal {
  readonly unmappedAt = new Map<number, number>();
  readonly releasedAt = new Map<number, number>();
  readonly flushes: { readonly started: number; finished: number }[] = [];
  readonly #policy;
  readonly #isBusy: boolean;
  #events = 0;
  #depth = 0;
  #nextPage = 1;
  now = 0;

  constructor(kind: FlushPolicyKind, isBusy: boolean) {
    this.#isBusy = isBusy;
    this.#policy = createFlushPolicy(kind, {
      meter: silentMeter,
      takeFlush: () => false,
      actions: {
        flushRange: () => undefined,
        flushAll: (cpu) => this.#flush(cpu),
        release: (range) => this.#release(range),
      },
    });
  }

  get waiting(): number {
    return this.#policy.waiting.length;
  }

  perform(what: Act): void {
    switch (what.kind) {
      case 'unmap':
        for (let count = 0; count < what.count; count++) this.#unmap(what.cpu);
        return;
      case 'wait':
        this.now += what.nanoseconds;
        this.#policy.tick(this.now);
        return;
      case 'commit':
        this.#policy.commit(0);
        return;
    }
  }

  #unmap(cpu: number): void {
    const first = this.#nextPage++;
    this.unmappedAt.set(first, this.#events++);
    this.#policy.unmapped({ first, pages: 1, unit: 0 }, cpu, this.now);
  }

  #flush(cpu: number): void {
    const flush = { started: this.#events++, finished: Number.POSITIVE_INFINITY };
    this.flushes.push(flush);
    this.#depth += 1;
    // Each CPU holds the lock of its ring while it flushes: only CPUs that do not flush can unmap.
    if (this.#isBusy && this.#depth === 1) for (let count = 0; count < 3; count++) this.#unmap((cpu + 1) % 3);
    this.#depth -= 1;
    flush.finished = this.#events++;
  }

  #release(range: UnmappedRange): void {
    expect(this.releasedAt.has(range.first)).toBe(false);
    this.releasedAt.set(range.first, this.#events++);
  }
}

/** Every released range has a flush that started after its unmap and finished before its release. */
function expectFlushedBetween(journal: Journal): void {
  for (const [first, released] of journal.releasedAt) {
    const unmapped = journal.unmappedAt.get(first) as number;
    expect(journal.flushes.some(({ started, finished }) => started > unmapped && finished < released)).toBe(
      true,
    );
  }
}

describe.each([
  ['batched', false],
  ['flush-queue', false],
  ['flush-queue', true],
  ['commit', false],
] as const)('%s (others unmap during a flush: %s)', (kind, isBusy) => {
  it('never releases addresses before a flush that started after they were unmapped', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
        const journal = new Journal(kind, isBusy);
        for (const what of acts) journal.perform(what);
        expectFlushedBetween(journal);
      }),
    );
  });

  it('releases every range once, and loses none', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 15 }), (acts) => {
        const journal = new Journal(kind, isBusy);
        for (const what of acts) {
          journal.perform(what);
          expect(journal.releasedAt.size + journal.waiting).toBe(journal.unmappedAt.size);
        }
        if (isBusy) return;
        journal.perform({ kind: 'wait', nanoseconds: flushTimeout });
        journal.perform({ kind: 'commit' });
        expect([journal.waiting, journal.releasedAt.size]).toEqual([0, journal.unmappedAt.size]);
      }),
    );
  });
});
