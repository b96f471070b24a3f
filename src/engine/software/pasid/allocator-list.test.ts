import { describe, expect, it } from 'vitest';
import { AllocatorList, defaultUnit, standings } from './allocator-list';
import type { Kernel } from './setting';

const [vtd0, vtd1, virtio] = [0, 1, 2];

function listOf(kernel: Kernel, ...units: readonly number[]): AllocatorList {
  const list = new AllocatorList(kernel);
  for (const unit of units) list.register(unit, unit === virtio ? 'virtio' : 'vcmd');
  return list;
}

function standing(list: AllocatorList): readonly string[] {
  return list
    .places()
    .filter(({ unit }) => unit !== defaultUnit)
    .map((place) => `${place.unit}: ${standings[place.standing]}`);
}

const number = { unit: vtd0, bound: 0 };

describe('the allocator list', () => {
  it('takes one allocator as posted, and answers -EBUSY to the second', () => {
    const list = listOf('posted', vtd0);
    expect(list.register(virtio, 'virtio')).toBe(-16);
    expect(standing(list)).toEqual(['0: active']);
  });

  it('as posted goes on calling a unit that is gone', () => {
    const list = listOf('posted', vtd0);
    list.remove(vtd0);
    expect([list.active, list.isOrphaned]).toEqual([vtd0, true]);
  });

  it('in the reply keeps the second one waiting and lets it take over, with the same numbers', () => {
    const list = listOf('reply', vtd0, virtio);
    list.numbers.set(7, number);
    expect(standing(list)).toEqual(['0: active', '2: waiting']);
    list.remove(vtd0);
    expect(list.active).toBe(virtio);
    expect(list.numbers.has(7)).toBe(true);
  });

  it('in the reply lets the first one wait when it comes back', () => {
    const list = listOf('reply', vtd0, virtio);
    list.remove(vtd0);
    list.register(vtd0, 'vcmd');
    expect(standing(list)).toEqual(['2: active', '0: waiting']);
  });

  it('as merged forgets the numbers of an allocator with its entry', () => {
    const list = listOf('merged', vtd0, virtio);
    list.numbers.set(7, number);
    list.remove(vtd0);
    expect(list.active).toBe(virtio);
    expect(list.numbers.has(7)).toBe(false);
  });

  it('as merged lets units with the same functions share one entry and its numbers', () => {
    const list = listOf('merged', vtd0, vtd1);
    list.numbers.set(7, number);
    list.remove(vtd1);
    expect(standing(list)).toEqual(['0: active']);
    expect(list.numbers.has(7)).toBe(true);
  });

  it('as merged keeps calling the first sharer after it is gone', () => {
    const list = listOf('merged', vtd0, vtd1);
    list.remove(vtd0);
    expect(standing(list)).toEqual(['0: active, but its unit is gone', '1: shares an entry']);
    expect(list.isOrphaned).toBe(true);
  });

  it('as merged refuses the same allocator twice, and any while default numbers are in use', () => {
    expect(listOf('merged', vtd0).register(vtd0, 'vcmd')).toBe(-17);
    const early = listOf('merged');
    early.numbers.set(1, { unit: defaultUnit, bound: 0 });
    expect(early.register(vtd0, 'vcmd')).toBe(-11);
  });

  it('as merged goes back to the default allocator when the last one leaves', () => {
    const list = listOf('merged', vtd0);
    list.remove(vtd0);
    expect(list.active).toBe(defaultUnit);
  });
});
