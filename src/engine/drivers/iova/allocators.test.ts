import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { first64BitPage, type IovaAllocator } from './allocator';
import { allocatorKinds, createAllocator } from './allocators';
import type { Lock, Meter } from './meter';
import { silentMeter } from './meter';
import { PerCpuRanges } from './per-cpu-ranges';

const cpus = 3;

/** Counts the locks that are held, and fails when one is taken twice or given back by another CPU. */
function watchedLocks(): { readonly meter: Meter; held(): number } {
  const holders = new Map<Lock, number>();
  const acquire = (lock: Lock, cpu: number): void => {
    expect(holders.has(lock)).toBe(false);
    holders.set(lock, cpu);
  };
  const release = (lock: Lock, cpu: number): void => {
    expect(holders.get(lock)).toBe(cpu);
    holders.delete(lock);
  };
  return { meter: { ...silentMeter, acquire, release }, held: () => holders.size };
}

type Make = (meter: Meter) => IovaAllocator;
const makers: readonly (readonly [string, Make])[] = [
  ...allocatorKinds.map((kind) => [kind, (meter: Meter) => createAllocator(kind, cpus, meter)] as const),
  [
    'per-cpu-ranges with few and small chunks',
    (meter) => new PerCpuRanges(meter, { chunkPages: 32, lastPage: first64BitPage + 127 }),
  ],
];

interface Act {
  readonly isMap: boolean;
  readonly pages: number;
  readonly limit: number;
  readonly cpu: number;
  readonly pick: number;
}

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.record({
    isMap: fc.boolean(),
    pages: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 })),
    limit: fc.constantFrom(20, 200, first64BitPage - 1, first64BitPage, first64BitPage + 70, 2 ** 36 - 1),
    cpu: fc.nat(cpus - 1),
    pick: fc.nat(1000),
  }),
  { maxLength: 80 },
);

interface Buffer {
  readonly first: number;
  readonly pages: number;
}

function expectApart(allocator: IovaAllocator): void {
  let end = 1;
  for (const range of allocator.ranges()) {
    expect(range.first).toBeGreaterThanOrEqual(end);
    end = range.first + range.pages;
  }
}

/** Does the acts and checks after each; what is live at the end. */
function live(allocator: IovaAllocator, all: readonly Act[]): Buffer[] {
  const buffers: Buffer[] = [];
  for (const { isMap, pages, limit, cpu, pick } of all) {
    if (isMap) {
      const first = allocator.allocate(pages, limit, cpu);
      if (first >= 0) {
        expect(first + pages - 1).toBeLessThanOrEqual(limit);
        for (const other of buffers)
          expect(first + pages <= other.first || other.first + other.pages <= first).toBe(true);
        buffers.push({ first, pages });
      }
    } else {
      const [buffer] = buffers.splice(pick % Math.max(1, buffers.length), 1);
      if (buffer !== undefined) allocator.free(buffer.first, buffer.pages, cpu);
    }
    expectApart(allocator);
    const liveFirsts = allocator.ranges().filter((range) => range.state === 'live');
    expect(liveFirsts.map((range) => range.first)).toEqual(
      buffers.map((buffer) => buffer.first).sort((one, other) => one - other),
    );
  }
  return buffers;
}

describe.each(makers)('%s', (_, make) => {
  it('never gives out a page that is live, nor page 0, nor one above the limit', () => {
    fc.assert(
      fc.property(acts, (all) => {
        const locks = watchedLocks();
        live(make(locks.meter), all);
        expect(locks.held()).toBe(0);
      }),
    );
  });

  it('can give out every page again when all are freed', () => {
    fc.assert(
      fc.property(acts, fc.nat(cpus - 1), (all, cpu) => {
        const allocator = make(silentMeter);
        for (const { first, pages } of live(allocator, all)) allocator.free(first, pages, cpu);
        expect(allocator.ranges().filter((range) => range.state === 'live')).toEqual([]);
        const pages = Array.from({ length: 200 }, () => allocator.allocate(1, 200, cpu));
        expect(pages.sort((one, other) => one - other)).toEqual(
          Array.from({ length: 200 }, (_, at) => at + 1),
        );
        expect(allocator.allocate(1, 200, cpu)).toBe(-1);
      }),
      { numRuns: 40 },
    );
  });

  it('does the same again from the beginning', () => {
    const all = fc.sample(acts, { numRuns: 5, seed: 7 });
    for (const some of all) expect(live(make(silentMeter), some)).toEqual(live(make(silentMeter), some));
  });
});
