import { describe, expect, it } from 'vitest';
import { VtdBench } from '../test-support/vtd-bench';
import { iotlbDescriptor, pasidIotlbDescriptor } from './layouts/descriptors';

/** Page 0x0 of each leads to 0xaaa, page 0x1 is not mapped, and the page at 0x200 is of 2 MiB. */
const secondStage = `
  ss-top    0x10[0]  R W ADDR=0x11
  ss-table  0x11[0]  R W ADDR=0x12
  ss-table  0x12[0]  R W ADDR=0x13
  ss-2m     0x12[1]  R W PS ADDR=1
  ss-4k     0x13[0]  R W ADDR=0xaaa`;
const firstStage = `
  fs-top    0x20[0]  P R/W U/S ADDR=0x21
  fs-table  0x21[0]  P R/W U/S ADDR=0x22
  fs-table  0x22[0]  P R/W U/S ADDR=0x23
  fs-2m     0x22[1]  P R/W U/S PS ADDR=1
  fs-4k     0x23[0]  P R/W U/S ADDR=0xaaa`;
/** Guest page 0xaaa lies at host page 0xbbb; the guest's tables lie where the guest sees them. */
const underGuest = `
  ss-top    0x10[0]  R W ADDR=0x11
  ss-table  0x11[0]  R W ADDR=0x12
  ss-table  0x12[0]  R W ADDR=0x13
  ss-table  0x12[1]  R W ADDR=0x14
  ss-table  0x12[5]  R W ADDR=0x15
  ss-4k     0x13[0x20]  R W ADDR=0x20
  ss-4k     0x13[0x21]  R W ADDR=0x21
  ss-4k     0x13[0x22]  R W ADDR=0x22
  ss-4k     0x13[0x23]  R W ADDR=0x23
  ss-4k     0x14[0x3]   R W ADDR=0xccc
  ss-4k     0x15[0xaa]  R W ADDR=0xbbb`;

function scalable(pasidEntry: string): string {
  return `
    scalable-root-entry     0x1[0]     LP LCTP=0x2
    scalable-context-entry  0x2[0x18]  P PASIDDIRPTR=0x3 PASIDE
    pasid-directory-entry   0x3[0]     P SMPTBLPTR=0x4
    pasid-entry             0x4[5]     P DID=7 AW=2 SSPTPTR=0x10 FSPTPTR=0x20 ${pasidEntry}`;
}

const machines = [
  {
    kind: 'legacy',
    mode: 0,
    pasid: -1,
    reads: 6,
    leaf: 'ss-4k 0x13[0]',
    tables: `root-entry 0x1[0] P CTP=0x2
             context-entry 0x2[0x18] P AW=2 SSPTPTR=0x10 DID=7 ${secondStage}`,
  },
  {
    kind: 'second-stage',
    mode: 1,
    pasid: 5,
    reads: 8,
    leaf: 'ss-4k 0x13[0]',
    tables: scalable('PGTT=2') + secondStage,
  },
  {
    kind: 'first-stage',
    mode: 1,
    pasid: 5,
    reads: 8,
    leaf: 'fs-4k 0x23[0]',
    tables: scalable('PGTT=1') + firstStage,
  },
  {
    kind: 'nested',
    mode: 1,
    pasid: 5,
    reads: 28,
    leaf: 'fs-4k 0x23[0]',
    tables: scalable('PGTT=3') + underGuest + firstStage,
  },
] as const;

function bench({ mode, tables }: (typeof machines)[number], caches = {}): VtdBench {
  return new VtdBench({ mode, ...caches }).draw(tables);
}

describe.each(machines)('a $kind translation', (machine) => {
  const { pasid, reads, leaf, kind } = machine;
  const answer = kind === 'nested' ? 0xbbb : 0xaaa;
  const change = (unit: VtdBench): VtdBench => unit.draw(leaf);

  it(`takes ${reads} reads the first time and none the second time`, () => {
    const unit = bench(machine);
    const asked = [unit.ask({ pasid }), unit.ask({ pasid })];
    expect(asked.map((one) => [one.ok, one.page, one.reads])).toEqual([
      [true, answer, reads],
      [true, answer, 0],
    ]);
  });

  it('stays in use after its leaf entry is cleared, until the domain is invalidated', () => {
    const unit = bench(machine);
    unit.ask({ pasid });
    change(unit);
    expect(unit.ask({ pasid }).page).toBe(answer);
    unit.queue(iotlbDescriptor, 2, { G: 2, DID: 8 });
    expect(unit.ask({ pasid }).ok).toBe(true);
    unit.queue(iotlbDescriptor, 2, { G: 2, DID: 7 });
    expect(unit.ask({ pasid }).ok).toBe(false);
  });

  it('reads its tables again every time when every cache is off', () => {
    const unit = bench(machine, { caches: {} });
    const asked = [unit.ask({ pasid }), unit.ask({ pasid })];
    expect(asked.map((one) => [one.page, one.reads])).toEqual([
      [answer, reads],
      [answer, reads],
    ]);
  });

  it('sees a new mapping of a page that was refused, without any invalidation', () => {
    const unit = bench(machine);
    const page = 1;
    expect(unit.ask({ pasid, page }).ok).toBe(false);
    unit.draw(leaf.replace('[0]', '[1]').replace(/$/, kind === 'legacy' ? ' R W ADDR=0xddd' : added(kind)));
    expect(unit.ask({ pasid, page }).page).toBe(kind === 'nested' ? 0xccc : 0xddd);
  });
});

function added(kind: string): string {
  if (kind === 'second-stage') return ' R W ADDR=0xddd';
  return ` P R/W U/S ADDR=${kind === 'nested' ? 0x203 : 0xddd}`;
}

it.each(
  machines.filter(({ kind }) => kind !== 'nested'),
)('a $kind translation of one page of a large mapping serves its other pages without a read', (machine) => {
  const unit = bench(machine);
  unit.ask({ pasid: machine.pasid, page: 0x200 });
  const other = unit.ask({ pasid: machine.pasid, page: 0x203 });
  expect([other.page, other.size, other.reads]).toEqual([0x203, 21, 0]);
});

it('a large guest page on a small host page is kept as a small page', () => {
  const [, , , nested] = machines;
  const unit = bench(nested);
  const { pasid } = nested;
  const asked = [
    unit.ask({ pasid, page: 0x203 }),
    unit.ask({ pasid, page: 0x203 }),
    unit.ask({ pasid, page: 0x204 }),
  ];
  expect(asked.map(({ ok, page, size, reads }) => (ok ? [page, size, reads] : 'refused'))).toEqual([
    [0xccc, 12, 23],
    [0xccc, 12, 0],
    'refused',
  ]);
});

describe('a first-stage translation', () => {
  const [, , machine] = machines;
  const { pasid } = machine;

  it('is walked again by the first write, which sets the dirty bit, and by no later one', () => {
    const unit = bench(machine);
    unit.ask({ pasid });
    const dirty = 0x40;
    expect(unit.memory.low(0x23, 0) & dirty).toBe(0);
    const writes = [unit.ask({ pasid, access: 'w' }), unit.ask({ pasid, access: 'w' })];
    expect(writes.map(({ reads }) => reads)).toEqual([1, 0]);
    expect(unit.memory.low(0x23, 0) & dirty).toBe(dirty);
  });

  it('goes with the invalidation of its PASID, not with that of another', () => {
    const unit = bench(machine);
    unit.ask({ pasid });
    unit.queue(pasidIotlbDescriptor, 6, { G: 2, DID: 7, PASID: 6 });
    expect(unit.ask({ pasid }).reads).toBe(0);
    unit.queue(pasidIotlbDescriptor, 6, { G: 2, DID: 7, PASID: 5 });
    expect(unit.ask({ pasid }).reads).toBe(4);
  });
});
