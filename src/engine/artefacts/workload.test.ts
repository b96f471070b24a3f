import { describe, expect, it } from 'vitest';
import { prepare } from '../run';
import type { Parsed } from '../scenario/problem';
import { openWorkloads } from './workload';

const cold = {
  name: 'two-stage-walk',
  device: '0x18',
  access: 'w',
  pasid: 5,
  iovas: ['0x1000', '0x2345'],
  pas: ['0xa000'],
};
const warm = { name: 'hits', device: '0x19', access: 'r', iovas: [], pas: [] };
const bench = {
  format: 'iommu-bench/1',
  arch: 'vtd',
  config: { rtaddr: '0x1000', gsts: '0x80000000' },
  memory: { '0x1000': '0x2001' },
  workloads: [cold, warm],
};

function lines(parsed: Parsed<unknown>): string[] {
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('a file of format iommu-bench/1', () => {
  const opened = openWorkloads(bench);
  const value = opened.ok ? opened.value : undefined;

  it('opens as columns of pages, with the requests of a walk cold and others warm', () => {
    expect(value?.workloads).toEqual([
      {
        name: 'two-stage-walk',
        temperature: 'cold',
        device: 0x18,
        pasid: 5,
        access: 1,
        privileged: false,
        pages: Float64Array.of(1, 2),
        answers: Float64Array.of(10),
      },
      {
        name: 'hits',
        temperature: 'warm',
        device: 0x19,
        pasid: -1,
        access: 0,
        privileged: false,
        pages: Float64Array.of(),
        answers: Float64Array.of(),
      },
    ]);
  });

  it('has a machine with its registers and memory', () => {
    const prepared = value && prepare(value.scenario);
    if (!prepared?.ok) throw new Error('the machine is not built');
    expect(prepared.value.memory.low(1, 0)).toBe(0x2001);
    expect(prepared.value.machine.iommu.registers.words[4]).toBe(0x1000);
  });

  it.each([
    ['text', 'format: A workload has format iommu-bench/1 or iommu-vectors/1.'],
    [null, 'format: A workload has format iommu-bench/1 or iommu-vectors/1.'],
    [
      { ...bench, format: 'iommu-bench/2' },
      'format: A workload has format iommu-bench/1 or iommu-vectors/1.',
    ],
    [{ ...bench, workloads: undefined }, 'workloads: The file has no workloads.'],
    [
      { ...bench, workloads: [cold, { ...warm, iovas: '0x1000' }] },
      'workloads[1]: A workload has a device, iovas and pas.',
    ],
    [
      { ...bench, workloads: [{ ...cold, device: 'net' }] },
      'workloads[0]: A workload has a device, iovas and pas.',
    ],
  ])('%j is refused with the place and the reason', (wrong, line) => {
    expect(lines(openWorkloads(wrong))).toEqual([line]);
  });

  it.each([
    ['arch', 'machine.arch'],
    ['config', 'machine.config'],
    ['memory', 'memory'],
  ])('without %s is refused at %s', (name, path) => {
    const found = openWorkloads({ ...bench, [name]: undefined });
    expect(found.ok ? [] : found.problems.map((problem) => problem.path)).toEqual([path]);
  });
});

describe('a vector file as a workload', () => {
  const step = {
    op: 'request',
    device: '0x18',
    pasid: null,
    access: 'r',
    iova: '0x1000',
    expect: { ok: true, pa: '0xa000' },
  };
  const file = (...steps: readonly object[]) => ({
    format: 'iommu-vectors/1',
    arch: 'vtd',
    cases: [{ id: 'one', config: { rtaddr: '0x1000' }, memory: { '0x1000': '0x2001' }, steps }],
  });

  it('has the answered requests that are like the first, cold and warm', () => {
    const opened = openWorkloads(
      file(
        { ...step, iova: '0x5000', expect: { ok: false } },
        step,
        { ...step, iova: '0x3000', expect: undefined },
        { ...step, access: 'w' },
      ),
    );
    expect(
      opened.ok &&
        opened.value.workloads.map(({ name, temperature, pages, answers }) => [
          name,
          temperature,
          ...pages,
          ...answers,
        ]),
    ).toEqual([
      ['cold-walk', 'cold', 1, 3, 10, -1],
      ['iotlb-hit', 'warm', 1, 3, 10, -1],
    ]);
  });

  it('without an answered request is refused', () => {
    const line = 'cases[0].steps: The case has no request that is answered.';
    expect(lines(openWorkloads(file({ ...step, expect: { ok: false } })))).toEqual([line]);
    expect(lines(openWorkloads(file({ op: 'write64', addr: '0x0', value: '0x0' })))).toEqual([line]);
  });
});
