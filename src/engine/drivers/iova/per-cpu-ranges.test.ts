import { describe, expect, it } from 'vitest';
import { costsWith } from './costs';
import { silentMeter } from './meter';
import { PerCpuRanges } from './per-cpu-ranges';
import { SimulatedCpus } from './simulated-cpus';

const base = 0x10_0000;
const limit = 2 ** 36 - 1;

/** Chunks of 8 pages, and room for `chunks` of them above 4 GiB. */
function divided(chunks: number): PerCpuRanges {
  return new PerCpuRanges(silentMeter, { chunkPages: 8, lastPage: base + chunks * 8 - 1 });
}

const owners = (ranges: PerCpuRanges): number[] => ranges.subRanges.map((range) => range.owner);

describe('per-CPU sub-ranges', () => {
  it('take from their own, then get a new one, then take from those of others', () => {
    const ranges = divided(3);
    expect([ranges.allocate(8, limit, 0), ranges.allocate(5, limit, 1)]).toEqual([base, base + 8]);
    expect(ranges.allocate(3, limit, 1)).toBe(base + 13);
    expect(ranges.allocate(1, limit, 0)).toBe(base + 16);
    expect(owners(ranges)).toEqual([-1, 0, 1, 0]);
    ranges.free(base + 8, 5, 1);
    ranges.allocate(7, limit, 0);
    expect(ranges.allocate(5, limit, 0)).toBe(base + 8);
    expect(owners(ranges)).toEqual([-1, 0, 1, 0]);
    expect(ranges.allocate(1, limit, 2)).toBe(-1);
  });

  it('go round inside a sub-range before they use again what was freed', () => {
    const ranges = divided(1);
    const first = ranges.allocate(2, limit, 0);
    ranges.free(first, 2, 0);
    expect([2, 2, 2, 2].map((pages) => ranges.allocate(pages, limit, 0))).toEqual(
      [2, 4, 6, 0].map((offset) => base + offset),
    );
  });

  it('have one for all devices that reach no further than 4 GiB', () => {
    const ranges = divided(3);
    expect([ranges.allocate(1, base - 1, 0), ranges.allocate(1, base - 1, 1)]).toEqual([1, 2]);
    expect(owners(ranges)).toEqual([-1]);
    expect(ranges.allocate(1, base, 0)).toBe(base);
  });

  it('get no new one that begins above the limit, and take from others instead', () => {
    const ranges = divided(4);
    ranges.allocate(3, limit, 0);
    expect([ranges.allocate(5, base + 7, 1), ranges.allocate(1, base + 7, 1)]).toEqual([base + 3, -1]);
    expect(owners(ranges)).toEqual([-1, 0]);
  });

  it('give a range larger than a chunk as many chunks as it needs', () => {
    const ranges = divided(4);
    const first = ranges.allocate(20, limit, 0);
    expect([first, ranges.subRanges.at(-1)?.pages, ranges.allocate(4, limit, 0)]).toEqual([
      base,
      24,
      base + 20,
    ]);
    ranges.free(first, 20, 1);
    expect(ranges.ranges()).toEqual([{ first: base + 20, pages: 4, state: 'live' }]);
  });

  it('let no lock leave its CPU while each CPU frees what it took', () => {
    const meter = new SimulatedCpus(4, costsWith());
    const ranges = new PerCpuRanges(meter);
    const transfers = (): number => meter.counts.reduce((sum, counts) => sum + counts.lineTransfers, 0);
    for (let cpu = 0; cpu < 4; cpu++) ranges.allocate(1, limit, cpu);
    const before = transfers();
    for (let round = 0; round < 20; round++)
      for (let cpu = 0; cpu < 4; cpu++) ranges.free(ranges.allocate(2, limit, cpu), 2, cpu);
    expect(transfers()).toBe(before);
    ranges.free(ranges.allocate(2, limit, 0), 2, 1);
    expect(transfers()).toBeGreaterThan(before);
  });

  it('ignore the end of a range that nobody has', () => {
    const ranges = divided(1);
    ranges.free(base + 100, 1, 0);
    ranges.allocate(8, limit, 0);
    ranges.free(base + 1, 1, 0);
    expect(ranges.allocate(1, limit, 0)).toBe(-1);
  });
});
