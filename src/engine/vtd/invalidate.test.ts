import { describe, expect, it } from 'vitest';
import { VtdBench } from '../test-support/vtd-bench';
import { cacheIndex } from './caches';
import * as descriptors from './layouts/descriptors';
import { register } from './registers';

const { contextCacheDescriptor, iotlbDescriptor, pasidCacheDescriptor, pasidIotlbDescriptor } = descriptors;
const host = 1;
const large = (ways: number) => ({ sets: 1, ways, replacement: 'lru' }) as const;
const caches = {
  context: large(8),
  pasid: large(8),
  iotlb: large(32),
  'first-walk': large(32),
  'second-walk': large(32),
};

/** PASIDs 5 and 6 have the first stage, 7 and 9 the second, 8 both; 5, 6 and 7 are of domain 7. */
const scalable = `
  scalable-root-entry     0x1[0]     LP LCTP=0x2
  scalable-context-entry  0x2[0x18]  P PASIDDIRPTR=0x3 PASIDE
  scalable-context-entry  0x2[0x19]  P PASIDDIRPTR=0x5 PASIDE
  pasid-directory-entry   0x3[0]     P SMPTBLPTR=0x4
  pasid-directory-entry   0x5[0]     P SMPTBLPTR=0x6
  pasid-entry  0x4[5]  P PGTT=1 DID=7 FSPTPTR=0x20
  pasid-entry  0x4[6]  P PGTT=1 DID=7 FSPTPTR=0x20
  pasid-entry  0x4[7]  P PGTT=2 DID=7 AW=1 SSPTPTR=0x11
  pasid-entry  0x4[8]  P PGTT=3 DID=8 AW=1 SSPTPTR=0x11 FSPTPTR=0x20
  pasid-entry  0x4[9]  P PGTT=2 DID=8 AW=1 SSPTPTR=0x11
  pasid-entry  0x6[5]  P PGTT=1 DID=9 FSPTPTR=0x20
  fs-top    0x20[0]  P R/W U/S ADDR=0x21
  fs-table  0x21[0]  P R/W U/S ADDR=0x22
  fs-table  0x22[0]  P R/W U/S ADDR=0x23
  fs-2m     0x22[1]  P R/W U/S PS
  fs-4k     0x23[0]  P R/W U/S ADDR=0x20
  fs-4k     0x23[3]  P R/W U/S ADDR=0x20
  ss-table  0x11[0]  R W ADDR=0x12
  ss-table  0x12[0]  R W ADDR=0x13
  ss-2m     0x12[1]  R W PS
  ss-table  0x12[2]  R W ADDR=0x13
  ss-4k     0x13[0]  R W ADDR=0xaaa
  ss-4k     0x13[1]  R W ADDR=0xaab
  ss-4k     0x13[3]  R W ADDR=0xaac
  ${[0x20, 0x21, 0x22, 0x23].map((page) => `ss-4k 0x13[${page}] R W ADDR=${page}`).join('\n')}`;

const asked = [
  [5, 0x0],
  [5, 0x3],
  [5, 0x200],
  [6, 0x0],
  [7, 0x0],
  [7, 0x1],
  [7, 0x3],
  [7, 0x200],
  [8, 0x0],
  [9, 0x0],
] as const;

function warm(): VtdBench {
  const unit = new VtdBench({ mode: 1, caches }).draw(scalable);
  for (const [pasid, page] of asked) expect(unit.ask({ pasid, page }).ok).toBe(true);
  expect(unit.ask({ device: 0x19, pasid: 5 }).ok).toBe(true);
  return unit;
}

/** The entries of a cache: `DID/PASID first page`, with the level for a walk cache. */
function entries(unit: VtdBench, which: 'iotlb' | 'firstWalk' | 'secondWalk'): string[] {
  return rows(unit, cacheIndex[which]).map(([domain, pasid = 0, prefix = 0, last = 0]) => {
    const pages = which === 'iotlb' ? 2 ** (last - 12) : 512 ** (last + 1);
    const level = which === 'iotlb' ? '' : ` level ${last}`;
    return `${domain}/${pasid < 0 ? '-' : pasid} 0x${(prefix * pages).toString(16)}${level}`;
  });
}

function rows(unit: VtdBench, index: number): number[][] {
  const cache = unit.iommu.caches[index];
  if (cache === undefined) throw new Error(`there is no cache ${index}`);
  return Array.from({ length: cache.size }, (_, slot) => slot)
    .filter((slot) => !cache.isVacant(slot))
    .map((slot) => [...cache.rows.subarray(slot * cache.width, (slot + 1) * cache.width)]);
}

const ofFirst7 = ['7/5 0x0', '7/5 0x3', '7/5 0x200', '7/6 0x0'];
const ofSecond7 = ['7/- 0x0', '7/- 0x1', '7/- 0x3', '7/- 0x200'];
const ofOthers = ['8/8 0x0', '8/- 0x0', '9/5 0x0'];

describe('an IOTLB invalidation', () => {
  it.each([
    ['global', { G: 1 }, [...ofFirst7, ...ofSecond7, ...ofOthers]],
    ['of a domain', { G: 2, DID: 7 }, [...ofFirst7, ...ofSecond7]],
    ['of a domain that has nothing', { G: 2, DID: 6 }, []],
    ['of one page', { G: 3, DID: 7, ADDR: 1 }, [...ofFirst7, '7/- 0x1']],
    ['of a page that is not kept', { G: 3, DID: 7, ADDR: 0x1234 }, ofFirst7],
    ['of two pages', { G: 3, DID: 7, AM: 1 }, [...ofFirst7, '7/- 0x0', '7/- 0x1']],
    ['of the page before one that is kept', { G: 3, DID: 7, ADDR: 2 }, ofFirst7],
    ['of the last page of its range', { G: 3, DID: 7, ADDR: 1, AM: 1 }, [...ofFirst7, '7/- 0x0', '7/- 0x1']],
    ['of a page of a large page', { G: 3, DID: 7, ADDR: 0x2a5 }, [...ofFirst7, '7/- 0x200']],
    ['of 1024 pages', { G: 3, DID: 7, AM: 10 }, [...ofFirst7, ...ofSecond7]],
    ['of a page under a nested domain', { G: 3, DID: 8, ADDR: 0x55 }, ['8/8 0x0']],
  ])('%s drops what the manual says from the IOTLB, and nothing else', (_, fields, dropped) => {
    const unit = warm();
    const before = entries(unit, 'iotlb');
    unit.queue(iotlbDescriptor, 2, fields);
    const left = entries(unit, 'iotlb');
    expect(before.filter((entry) => !left.includes(entry)).sort()).toEqual([...dropped].sort());
  });

  it('of a page drops the tables on the way to it, and with IH keeps them', () => {
    const before = ['7/- 0x0 level 0', '7/- 0x0 level 1', '7/- 0x400 level 0'];
    for (const [IH, left] of [
      [0, ['7/- 0x0 level 0']],
      [1, before],
    ] as const) {
      const unit = new VtdBench({ mode: 1, caches }).draw(scalable);
      for (const page of [0, 0x400]) unit.ask({ pasid: 7, page });
      expect(entries(unit, 'secondWalk').sort()).toEqual(before);
      unit.queue(iotlbDescriptor, 2, { G: 3, DID: 7, ADDR: 0x400, IH });
      expect(entries(unit, 'secondWalk').sort()).toEqual(left);
    }
  });

  it('of a domain drops its walk caches of both stages and keeps those of other domains', () => {
    const unit = warm();
    unit.queue(iotlbDescriptor, 2, { G: 2, DID: 8 });
    const left = [...entries(unit, 'firstWalk'), ...entries(unit, 'secondWalk')];
    expect(new Set(left.map((entry) => entry.slice(0, 3)))).toEqual(new Set(['7/5', '7/6', '9/5', '7/-']));
  });

  it('leaves the context cache and the PASID cache', () => {
    const unit = warm();
    unit.queue(iotlbDescriptor, 2, { G: 1 });
    expect(unit.ask({ pasid: 7, page: 0 }).reads).toBe(3);
  });
});

describe('a PASID-based IOTLB invalidation', () => {
  it.each([
    ['of a PASID', { G: 2, DID: 7, PASID: 5 }, ['7/5 0x0', '7/5 0x3', '7/5 0x200']],
    ['of a nested PASID', { G: 2, DID: 8, PASID: 8 }, ['8/8 0x0']],
    ['of the PASID in another domain', { G: 2, DID: 8, PASID: 5 }, []],
    ['of a second-stage PASID', { G: 2, DID: 7, PASID: 7 }, []],
    ['of one page', { G: 3, DID: 7, PASID: 5 }, ['7/5 0x0']],
    ['of four pages', { G: 3, DID: 7, PASID: 5, ADDR: 1, AM: 2 }, ['7/5 0x0', '7/5 0x3']],
    ['of a page of a large page', { G: 3, DID: 7, PASID: 5, ADDR: 0x2ff }, ['7/5 0x200']],
  ])('%s drops what the manual says from the IOTLB, and nothing else', (_, fields, dropped) => {
    const unit = warm();
    const before = entries(unit, 'iotlb');
    unit.queue(pasidIotlbDescriptor, 6, fields);
    const left = entries(unit, 'iotlb');
    expect(before.filter((entry) => !left.includes(entry)).sort()).toEqual([...dropped].sort());
  });

  it('drops the tables of its PASID, and with IH keeps them', () => {
    const unit = warm();
    const before = entries(unit, 'firstWalk');
    unit.queue(pasidIotlbDescriptor, 6, { G: 3, DID: 7, PASID: 5, IH: 1 });
    expect(entries(unit, 'firstWalk')).toEqual(before);
    unit.queue(pasidIotlbDescriptor, 6, { G: 3, DID: 7, PASID: 5 });
    expect(entries(unit, 'firstWalk')).toEqual(before.filter((entry) => !entry.startsWith('7/5')));
  });
});

describe('a PASID-cache invalidation', () => {
  it.each([
    ['global', { G: 3 }, ['18/5', '18/6', '18/7', '18/8', '18/9', '19/5']],
    ['of a domain', { G: 0, DID: 8 }, ['18/8', '18/9']],
    ['of a PASID in a domain', { G: 1, DID: 7, PASID: 5 }, ['18/5']],
    ['of the same PASID in another domain', { G: 1, DID: 9, PASID: 5 }, ['19/5']],
    ['of a PASID that is in another domain', { G: 1, DID: 8, PASID: 5 }, []],
  ])('%s drops what the manual says, and no translation', (_, fields, dropped) => {
    const unit = warm();
    const kept = () =>
      rows(unit, cacheIndex.pasid).map(([device = 0, , pasid]) => `${device.toString(16)}/${pasid}`);
    const before = kept();
    const translations = entries(unit, 'iotlb');
    unit.queue(pasidCacheDescriptor, 7, fields);
    expect(before.filter((entry) => !kept().includes(entry)).sort()).toEqual(dropped);
    expect(entries(unit, 'iotlb')).toEqual(translations);
  });
});

describe('a context-cache invalidation', () => {
  const devices = [0x18, 0x19, 0x1c, 0x1e, 0x20];
  const drawn = ['root-entry 0x1[0] P CTP=0x2', 'ss-1g 0x10[0] R W PS']
    .concat(devices.map((one) => `context-entry 0x2[${one}] P AW=1 SSPTPTR=0x10 DID=${one === 0x19 ? 8 : 7}`))
    .join('\n');

  it.each([
    ['global', { G: 1 }, devices],
    ['of a domain', { G: 2, DID: 7 }, [0x18, 0x1c, 0x1e, 0x20]],
    ['of a device', { G: 3, SID: 0x18 }, [0x18]],
    ['of a device, whatever function bit 2', { G: 3, SID: 0x1c, FM: 1 }, [0x18, 0x1c]],
    ['of a device, whatever function bits 2:1', { G: 3, SID: 0x18, FM: 2 }, [0x18, 0x1c, 0x1e]],
    ['of a device, whatever its function', { G: 3, SID: 0x1f, FM: 3 }, [0x18, 0x19, 0x1c, 0x1e]],
  ])('%s drops what the manual says, and no translation', (_, fields, dropped) => {
    const unit = new VtdBench({ mode: 0, caches }).draw(drawn);
    for (const device of devices) unit.ask({ device });
    const translations = entries(unit, 'iotlb');
    unit.queue(contextCacheDescriptor, 1, fields);
    const left = rows(unit, cacheIndex.context).map(([device]) => device);
    expect(devices.filter((device) => !left.includes(device))).toEqual(dropped);
    expect(entries(unit, 'iotlb')).toEqual(translations);
  });
});

it.each([
  ['device TLB', 3, descriptors.deviceTlbDescriptor],
  ['interrupt entry cache', 4, descriptors.interruptCacheDescriptor],
  ['PASID-based device TLB', 8, descriptors.pasidDeviceTlbDescriptor],
  ['page group response', 9, descriptors.pageResponseDescriptor],
])('%s descriptors leave every cache of the unit', (_, type, structure) => {
  const unit = warm();
  const all = () => unit.iommu.caches.map((_cache, index) => rows(unit, index));
  const before = all();
  unit.queue(structure, type, {});
  expect(all()).toEqual(before);
});

it('a new root table pointer empties every cache of a unit with ESRTPS, and none of another', () => {
  for (const ESRTPS of [0, 1]) {
    const unit = new VtdBench({ mode: 1, caches, cap: { ESRTPS } }).draw(scalable);
    unit.ask({ pasid: 8 });
    unit.iommu.writeRegister(host, register.RTADDR, 0x1400, 0);
    expect(unit.iommu.caches.every(({ used }) => used === 0)).toBe(ESRTPS === 1);
    expect(unit.ask({ pasid: 8 }).reads === 0).toBe(ESRTPS === 0);
  }
});
