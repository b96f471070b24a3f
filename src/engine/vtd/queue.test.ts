import { describe, expect, it } from 'vitest';
import { readField } from '../bits/access';
import { fieldOf, type Layout } from '../bits/layout';
import { type BenchOptions, ringPage, VtdBench } from '../test-support/vtd-bench';
import * as descriptors from './layouts/descriptors';
import { completionStatus, faultStatus, queueErrorRecord } from './layouts/registers';
import { register } from './registers';

const host = 1;
const statusPage = 0x70;
const { waitDescriptor, iotlbDescriptor, descriptorOfType } = descriptors;

function bench(options: Partial<BenchOptions> = {}): VtdBench {
  return new VtdBench({ mode: 1, ...options });
}

/** Queues a wait that writes `data` to the word at byte `offset` of the status page. */
function wait(unit: VtdBench, data: number, offset = 0): void {
  unit.queue(waitDescriptor, 5, { SW: 1, SD: data, SAH: statusPage, SAL: offset / 4 });
}

function status({ memory }: VtdBench, offset = 0): number {
  return offset % 8 === 0 ? memory.low(statusPage, offset) : memory.high(statusPage, offset - 4);
}

/** Whether the queue has stopped, why (IQEI), and at which byte. */
function stopped({ iommu }: VtdBench): readonly [isStopped: boolean, code: number, head: number] {
  const { registers } = iommu;
  const isStopped = readField(fieldOf(faultStatus, 'IQE'), [registers.low(register.FSTS), 0]) === 1;
  const code = readField(fieldOf(queueErrorRecord, 'IQEI'), [registers.low(register.IQERCD), 0]);
  return [isStopped, code, registers.low(register.IQH)];
}

describe('a wait descriptor', () => {
  it('writes its data to the half of the word that its address names, and leaves the other half', () => {
    const unit = bench();
    unit.memory.write(statusPage, 8, 0x1111, 0x2222);
    wait(unit, 0xabcd, 8);
    expect([status(unit, 8), status(unit, 12)]).toEqual([0xabcd, 0x2222]);
    wait(unit, 0xffff_ffff, 12);
    expect([status(unit, 8), status(unit, 12)]).toEqual([0xabcd, 0xffff_ffff]);
  });

  it('with IF sets IWC and writes nothing', () => {
    const unit = bench();
    unit.queue(waitDescriptor, 5, { IF: 1, SD: 5, SAH: statusPage });
    const words = [unit.iommu.registers.low(register.ICS), 0];
    expect([readField(fieldOf(completionStatus, 'IWC'), words), status(unit)]).toEqual([1, 0]);
  });

  it('writes after the descriptors before it have dropped their entries', () => {
    const unit = bench({ mode: 0 }).draw(`
      root-entry     0x1[0]     P CTP=0x2
      context-entry  0x2[0x18]  P AW=1 SSPTPTR=0x10 DID=7
      ss-1g          0x10[0]    R W PS`);
    unit.ask({});
    unit.queue(iotlbDescriptor, 2, { G: 1 });
    wait(unit, 1);
    const kinds = unit.events().map(({ kind }) => kind);
    expect(kinds.lastIndexOf('drop')).toBeGreaterThan(kinds.indexOf('result'));
    expect(kinds.lastIndexOf('store')).toBeGreaterThan(kinds.lastIndexOf('drop'));
  });

  it('that asks for neither a write nor an interrupt stops the queue', () => {
    const unit = bench();
    unit.queue(waitDescriptor, 5, { FN: 1 });
    expect(stopped(unit)[0]).toBe(true);
  });
});

describe.each([
  ['128', false, 16],
  ['256', true, 32],
] as const)('a queue of %s-bit descriptors', (_, isWide, bytes) => {
  it('takes each descriptor once and goes round its ring', () => {
    const unit = bench({ isWide });
    const size = 4096 / bytes;
    for (let n = 1; n <= size + 3; n++) {
      wait(unit, n);
      expect([status(unit), unit.iommu.registers.low(register.IQH)]).toEqual([n, (n % size) * bytes]);
    }
    expect(stopped(unit)[0]).toBe(false);
  });

  it('takes everything up to the tail at once when the tail jumps', () => {
    const unit = bench({ isWide });
    unit.iommu.writeRegister(host, register.GSTS, 0x8000_0000, 0);
    for (const offset of [0, 4, 8]) wait(unit, 7, offset);
    expect(unit.iommu.registers.low(register.IQH)).toBe(0);
    expect([0, 4, 8].map((offset) => status(unit, offset))).toEqual([0, 0, 0]);
    unit.iommu.writeRegister(host, register.GSTS, 0x8400_0000, 0);
    unit.iommu.writeRegister(host, register.IQT, 3 * bytes, 0);
    expect([0, 4, 8].map((offset) => status(unit, offset))).toEqual([7, 7, 7]);
    expect(unit.iommu.registers.low(register.IQH)).toBe(3 * bytes);
  });

  it('stays at a bad descriptor until software clears the error, and then goes on', () => {
    const unit = bench({ isWide });
    wait(unit, 1);
    unit.queue(waitDescriptor, 0xf, {});
    wait(unit, 3);
    expect([status(unit), stopped(unit)]).toEqual([1, [true, 3, bytes]]);
    unit.iommu.writeRegister(host, register.FSTS, 0x10, 0);
    expect([status(unit), stopped(unit)]).toEqual([1, [true, 3, bytes]]);
    unit.memory.write(ringPage, bytes, 0x35, 0x2);
    unit.memory.write(ringPage, bytes + 8, statusPage * 4096 + 8, 0);
    unit.iommu.writeRegister(host, register.FSTS, 0x10, 0);
    expect([status(unit), status(unit, 8), stopped(unit)]).toEqual([3, 2, [false, 0, 3 * bytes]]);
  });

  it('is stopped by a tail outside the ring, and has read nothing', () => {
    const unit = bench({ isWide });
    unit.iommu.writeRegister(host, register.IQT, 4096, 0);
    expect(stopped(unit)).toEqual([true, 1, 0]);
    expect(unit.events().some(({ kind }) => kind === 'command')).toBe(false);
  });

  it('is stopped by a ring that memory does not answer', () => {
    const unit = bench({ isWide });
    unit.memory.markUnreadable(ringPage);
    wait(unit, 1);
    expect(stopped(unit)).toEqual([true, 2, 0]);
  });

  it('is stopped by types that do not exist', () => {
    for (const type of [0, 10, 11, 12, 13, 14, 15]) {
      const unit = bench({ isWide });
      unit.queue(waitDescriptor, type, { SW: 1, SAH: statusPage });
      expect(stopped(unit)).toEqual([true, 3, 0]);
    }
  });

  it('is stopped by an upper type bit', () => {
    const unit = bench({ isWide });
    unit.queue(waitDescriptor, 5, { SW: 1, SAH: statusPage, TYPEH: 1 });
    expect(stopped(unit)).toEqual([true, 3, 0]);
  });
});

it('a tail in the middle of a 256-bit descriptor stops the queue', () => {
  const unit = bench({ isWide: true });
  unit.iommu.writeRegister(host, register.IQT, 16, 0);
  expect(stopped(unit)).toEqual([true, 6, 0]);
});

it('descriptors of scalable mode stop a queue of 128-bit descriptors', () => {
  for (const type of [6, 7, 8, 9]) {
    const unit = bench({ isWide: false });
    unit.queue(descriptorOfType[type] as Layout, type, plain[type] ?? {});
    expect(stopped(unit)).toEqual([true, 3, 0]);
  }
});

/** Fields that make a descriptor of each type one that can be done. */
const plain: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  1: { G: 1 },
  2: { G: 1 },
  5: { IF: 1 },
  6: { G: 2 },
  7: { G: 3 },
};

describe.each(
  Object.entries(descriptorOfType).map(([type, structure]) => [structure.name, Number(type)] as const),
)('%s', (_, type) => {
  const structure = descriptorOfType[type] as Layout;

  it('is taken when its reserved bits are zero', () => {
    const unit = bench();
    unit.queue(structure, type, plain[type] ?? {});
    expect(stopped(unit)).toEqual([false, 0, 32]);
  });

  it('stops the queue for every reserved bit, and for every bit of the upper half', () => {
    const reserved = structure.fields.filter(({ kind }) => kind === 'reserved');
    const bits = reserved.flatMap(({ low, high }) =>
      Array.from({ length: high - low + 1 }, (_bit, n) => low + n),
    );
    for (const bit of [...bits, 128, 191, 192, 255]) {
      const unit = bench();
      unit.queue(structure, type, plain[type] ?? {}, bit);
      expect([bit, ...stopped(unit)]).toEqual([bit, true, 4, 0]);
    }
  });
});

it.each([
  ['context-cache granularity 0', 1, { G: 0 }],
  ['IOTLB granularity 0', 2, { G: 0 }],
  ['PASID-based IOTLB granularity 0', 6, { G: 0 }],
  ['PASID-based IOTLB granularity 1', 6, { G: 1 }],
  ['PASID-cache granularity 2', 7, { G: 2 }],
  ['an address mask above MAMV', 2, { G: 3, AM: 63 }],
  ['an address mask above MAMV of a PASID', 6, { G: 3, AM: 63 }],
] as const)('%s stops the queue', (_, type, fields) => {
  const unit = bench();
  unit.queue(descriptorOfType[type] as Layout, type, fields);
  expect(stopped(unit)[0]).toBe(true);
});
