import { describe, expect, it } from 'vitest';
import { costsWith } from './costs';
import { Line, Lock } from './meter';
import { SimulatedCpus } from './simulated-cpus';

const costs = costsWith({
  lock: 20,
  lineHit: 1,
  lineTransfer: 100,
  nodeVisit: 3,
  bitmapWord: 2,
});
const three = (): SimulatedCpus => new SimulatedCpus(3, costs);

/** What `act` costs a CPU, in nanoseconds. */
function costOf(cpus: SimulatedCpus, cpu: number, act: () => void): number {
  const before = cpus.timeOf(cpu);
  act();
  return cpus.timeOf(cpu) - before;
}

describe('a cache line', () => {
  it('stays with the CPU that wrote it until another one touches it', () => {
    const cpus = three();
    const line = new Line();
    expect([0, 0, 1, 1, 0].map((cpu) => costOf(cpus, cpu, () => cpus.write(line, cpu)))).toEqual([
      1, 1, 100, 1, 100,
    ]);
    expect(cpus.counts.map((counts) => counts.lineTransfers)).toEqual([1, 1, 0]);
  });

  it('can be read by many CPUs, each of which fetches it once', () => {
    const cpus = three();
    const line = new Line();
    cpus.write(line, 0);
    expect([0, 1, 2, 1, 2, 0].map((cpu) => costOf(cpus, cpu, () => cpus.read(line, cpu)))).toEqual([
      1, 100, 100, 1, 1, 1,
    ]);
  });

  it('must be taken back from those that read it before it is written', () => {
    const cpus = three();
    const line = new Line();
    cpus.write(line, 0);
    cpus.read(line, 1);
    expect([0, 0].map((cpu) => costOf(cpus, cpu, () => cpus.write(line, cpu)))).toEqual([100, 1]);
    expect(costOf(cpus, 1, () => cpus.read(line, 1))).toBe(100);
  });

  it('belongs to the CPU that touches it first, even to read', () => {
    const cpus = three();
    const line = new Line();
    expect(costOf(cpus, 1, () => cpus.read(line, 1))).toBe(1);
    expect(costOf(cpus, 0, () => cpus.read(line, 0))).toBe(100);
  });
});

describe('a lock', () => {
  it('lets a CPU that comes before it is free wait until then', () => {
    const cpus = three();
    const lock = new Lock();
    cpus.acquire(lock, 0);
    cpus.spend(500, 0);
    cpus.release(lock, 0);
    cpus.acquire(lock, 1);
    expect([cpus.timeOf(0), cpus.timeOf(1)]).toEqual([521, 641]);
    expect(cpus.counts[1]).toMatchObject({ acquisitions: 1, waits: 1, waited: 521 });
  });

  it('lets a CPU that comes later pass', () => {
    const cpus = three();
    const lock = new Lock();
    cpus.acquire(lock, 0);
    cpus.release(lock, 0);
    cpus.spend(21, 1);
    cpus.acquire(lock, 1);
    expect(cpus.counts[1]).toMatchObject({ acquisitions: 1, waits: 0, waited: 0 });
    expect(cpus.timeOf(1)).toBe(141);
  });
});

describe('simulated CPUs', () => {
  it('pay for a node and its line, and for each word', () => {
    const cpus = three();
    const line = new Line();
    expect(costOf(cpus, 0, () => cpus.visitNode(line, 0))).toBe(4);
    expect(costOf(cpus, 1, () => cpus.visitNode(line, 1))).toBe(103);
    expect(costOf(cpus, 0, () => cpus.scanWords(5, 0))).toBe(10);
    expect(cpus.counts[0]).toMatchObject({ nodeVisits: 1, words: 5 });
  });

  it('meet at the clock that is furthest ahead', () => {
    const cpus = three();
    cpus.spend(70, 1);
    expect(cpus.align()).toBe(70);
    expect([0, 1, 2].map((cpu) => cpus.timeOf(cpu))).toEqual([70, 70, 70]);
  });
});
