import { describe, expect, it } from 'vitest';
import { readField } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { VtdBench } from '../test-support/vtd-bench';
import { faultRecord, faultStatus } from './layouts/registers';
import { register } from './registers';

const host = 1;

/** Devices 0x10 to 0x1f have a domain in which nothing is mapped. */
const emptyDomain = ['root-entry 0x1[0] P CTP=0x2']
  .concat(Array.from({ length: 16 }, (_, n) => `context-entry 0x2[${0x10 + n}] P AW=2 SSPTPTR=0x10 DID=7`))
  .join('\n');

const scalable = `
  scalable-root-entry     0x1[0]     LP LCTP=0x2
  scalable-context-entry  0x2[0x18]  P PASIDDIRPTR=0x3 PASIDE DTE
  pasid-directory-entry   0x3[0]     P SMPTBLPTR=0x4
  pasid-entry             0x4[5]     P PGTT=2 AW=2 SSPTPTR=0x10 ERE SRE`;

function status({ iommu }: VtdBench, name: string): number {
  return readField(fieldOf(faultStatus, name), [iommu.registers.low(register.FSTS), 0]);
}

function record({ iommu }: VtdBench, slot: number, ...names: string[]): Record<string, number> {
  const words = iommu.faults.words(slot);
  return Object.fromEntries(names.map((name) => [name, readField(fieldOf(faultRecord, name), words)]));
}

/** Sends a refused read from each device; the record that each one got. */
function refuse(bench: VtdBench, ...devices: number[]): number[] {
  return devices.map((device) => bench.ask({ device, page: 0x123 }).record);
}

describe('a fault record', () => {
  const all = ['F', 'T1', 'T2', 'AT', 'PV', 'FR', 'PP', 'EXE', 'PRIV', 'SID', 'FI'];
  const none = { F: 1, T1: 0, T2: 0, AT: 0, PV: 0, PP: 0, EXE: 0, PRIV: 0, SID: 0x18 };

  it.each([
    ['a write', { access: 'w', page: 0x1_2345_6789 }, { FR: 0x5 }],
    ['a read', { access: 'r', page: 0x1_2345_6789 }, { FR: 0x6, T1: 1 }],
    ['a request of another bus', { access: 'w', device: 0x1ff, page: 0x5 }, { FR: 0x1, SID: 0x1ff }],
  ] as const)('of %s in legacy mode has its device, page and type', (_, asked, fields) => {
    const bench = new VtdBench({ mode: 0 }).draw(emptyDomain);
    bench.ask({ ...asked, offset: 0x678 });
    expect(record(bench, 0, ...all)).toEqual({ ...none, FI: asked.page, ...fields });
  });

  it.each([
    ['a write', { access: 'w' }, { FR: 0x79 }],
    ['an execute request', { access: 'x' }, { FR: 0x79, T1: 1, EXE: 1 }],
    ['a privileged read', { access: 'r', privileged: true }, { FR: 0x79, T1: 1, PRIV: 1 }],
    ['a translation request', { pasid: 9, type: 2 }, { FR: 0x59, PV: 9, T1: 1, AT: 1 }],
  ] as const)('of %s with PASID has the PASID and what is asked', (_, asked, fields) => {
    const bench = new VtdBench({ mode: 1 }).draw(scalable);
    bench.ask({ pasid: 5, page: 0x123, ...asked });
    expect(record(bench, 0, ...all)).toEqual({ ...none, PP: 1, PV: 5, FI: 0x123, ...fields });
  });

  it('of a request without PASID leaves PASID, EXE and PRIV at zero', () => {
    const bench = new VtdBench({ mode: 1 }).draw(scalable);
    bench.ask({ access: 'x', privileged: true, page: 0x123 });
    expect(record(bench, 0, ...all)).toEqual({ ...none, T1: 1, FR: 0x59, FI: 0x123 });
  });

  it('of a translated request says so', () => {
    const bench = new VtdBench({ mode: 0 }).draw(emptyDomain);
    bench.ask({ type: 1, page: 0x123 });
    expect(record(bench, 0, 'FR', 'AT')).toEqual({ FR: 0xd, AT: 2 });
  });
});

describe('the fault recording registers', () => {
  const four = (): VtdBench => new VtdBench({ mode: 0, cap: { NFR: 3 } }).draw(emptyDomain);

  it('keep one pending fault of each device', () => {
    const bench = four();
    expect(refuse(bench, 0x10, 0x10, 0x11, 0x10)).toEqual([0, -1, 1, -1]);
    expect(status(bench, 'PFO')).toBe(0);
  });

  it('overflow when all are pending, and record nothing until software clears the overflow', () => {
    const bench = four();
    expect(refuse(bench, 0x10, 0x11, 0x12, 0x13, 0x14)).toEqual([0, 1, 2, 3, -1]);
    expect([status(bench, 'PFO'), status(bench, 'PPF'), status(bench, 'FRI')]).toEqual([1, 1, 0]);
    bench.iommu.acknowledgeFaults(host);
    expect([status(bench, 'PFO'), status(bench, 'PPF')]).toEqual([0, 0]);
    expect(refuse(bench, 0x14)).toEqual([0]);
  });

  it('drop faults while PFO is set even when a record is free', () => {
    const bench = four();
    refuse(bench, 0x10, 0x11, 0x12, 0x13, 0x14);
    const high = register.record + 1;
    bench.iommu.registers.set(host, high, 0, 0);
    expect(refuse(bench, 0x15)).toEqual([-1]);
    bench.iommu.writeRegister(host, register.FSTS, 1, 0);
    expect(refuse(bench, 0x15)).toEqual([0]);
  });

  it('are filled in a ring, and FRI names the first pending one', () => {
    const bench = four();
    refuse(bench, 0x10, 0x11, 0x12);
    bench.iommu.acknowledgeFaults(host);
    expect(refuse(bench, 0x13, 0x14)).toEqual([3, 0]);
    expect(status(bench, 'FRI')).toBe(3);
    expect(record(bench, 0, 'SID', 'F')).toEqual({ SID: 0x14, F: 1 });
  });

  it('keep what a freed record says, with F = 0', () => {
    const bench = four();
    refuse(bench, 0x10);
    bench.iommu.acknowledgeFaults(host);
    expect(record(bench, 0, 'F', 'FR', 'SID', 'FI')).toEqual({ F: 0, FR: 0x6, SID: 0x10, FI: 0x123 });
  });
});

describe('FPD', () => {
  const entry = 'scalable-context-entry 0x2[0x18] PASIDDIRPTR=0x3 PASIDE';
  const interrupts = { gsts: { IRES: 1 }, irta: { low: 0x5000, high: 0 } };
  const message = { page: 0xfee00, offset: 0x30, access: 'w' } as const;

  it.each([
    ['a legacy context entry', 0, emptyDomain, 'context-entry 0x2[0x18] P FPD AW=2 SSPTPTR=0x10', -1, 0x6],
    ['a context entry that is not present', 0, emptyDomain, 'context-entry 0x2[0x18] FPD', -1, 0x2],
    ['a scalable-mode context entry', 1, scalable, `${entry} P FPD`, 5, 0x79],
    ['a scalable-mode context entry that is not present', 1, scalable, `${entry} FPD`, 5, 0x41],
    ['a PASID directory entry', 1, scalable, 'pasid-directory-entry 0x3[0] P FPD SMPTBLPTR=0x4', 5, 0x79],
    ['a PASID directory entry that is not present', 1, scalable, 'pasid-directory-entry 0x3[0] FPD', 5, 0x51],
    ['a PASID entry', 1, scalable, 'pasid-entry 0x4[5] P FPD PGTT=2 AW=2 SSPTPTR=0x10', 5, 0x79],
    ['a PASID entry that is not present', 1, scalable, 'pasid-entry 0x4[5] FPD', 5, 0x59],
  ] as const)('of %s keeps a fault unrecorded, cold and from the cache', (_, mode, drawn, but, pasid, reason) => {
    const bench = new VtdBench({ mode }).draw(drawn).draw(but);
    const asked = [bench.ask({ pasid, page: 0x123 }), bench.ask({ pasid, page: 0x123 })];
    expect(asked.map((one) => [one.ok, one.reason, one.record])).toEqual([
      [false, reason, -1],
      [false, reason, -1],
    ]);
    expect(bench.iommu.registers.low(register.FSTS)).toBe(0);
  });

  it('of a context entry does not hide the unqualified fault of an unreadable PASID directory', () => {
    const drawn = scalable.replace(/pasid-dir.*/, `${entry} P FPD`);
    const bench = new VtdBench({ mode: 1 }).draw(drawn).draw('unreadable 0x3');
    expect(bench.ask({ pasid: 5 })).toMatchObject({ reason: 0x50, record: 0 });
  });

  it.each([
    ['not present', 'FPD', 0x22],
    ['broken', 'P FPD +24', 0x24],
    ['of another device', 'P FPD SVT=1 SID=0x19', 0x26],
  ])('of an interrupt entry that is %s keeps the fault unrecorded', (_, fields, reason) => {
    const bench = new VtdBench({ mode: 0, ...interrupts }).draw(`irte 0x5[1] ${fields}`);
    expect(bench.ask(message)).toMatchObject({ ok: false, reason, record: -1 });
  });

  it('of one device does not hide the faults of another', () => {
    const bench = new VtdBench({ mode: 0 }).draw(emptyDomain).draw('context-entry 0x2[0x18] P FPD AW=2');
    expect(refuse(bench, 0x18, 0x19)).toEqual([-1, 0]);
  });
});
