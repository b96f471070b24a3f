import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MappingList } from './mapping-list';
import { status } from './status';

/** Units of the standard's examples are pages here. */
type Units = readonly [first: number, last: number];

function listOf(units: readonly Units[]): MappingList {
  const list = new MappingList();
  units.forEach(([first, last], serial) => {
    list.add({ serial, first, last, to: 0x900, canRead: true, canWrite: true });
  });
  return list;
}

const bytesOf = ([first, last]: Units) => ({
  start: { page: first, offset: 0 },
  end: { page: last, offset: 0xfff },
});

/** What is left after an unmap, or that it is refused. */
function leftAfter(units: readonly Units[], unmapped: Units): readonly Units[] | 'RANGE' {
  const list = listOf(units);
  const removed = list.remove(bytesOf(unmapped));
  const left = list.all.map(({ first, last }): Units => [first, last]);
  if (removed !== status.range) return left;
  expect(left).toEqual(units);
  return 'RANGE';
}

describe('an UNMAP takes whole mappings only (virtio 1.2, 5.13.6.6, its seven examples)', () => {
  it.each<readonly [readonly Units[], Units, readonly Units[] | 'RANGE']>([
    [[], [0, 4], []],
    [[[0, 9]], [0, 9], []],
    [
      [
        [0, 4],
        [5, 9],
      ],
      [0, 9],
      [],
    ],
    [[[0, 9]], [0, 4], 'RANGE'],
    [
      [
        [0, 4],
        [5, 9],
      ],
      [0, 4],
      [[5, 9]],
    ],
    [[[0, 4]], [0, 9], []],
    [
      [
        [0, 4],
        [10, 14],
      ],
      [0, 14],
      [],
    ],
  ])('%j without %j leaves %j', (mapped, unmapped, left) => {
    expect(leftAfter(mapped, unmapped)).toEqual(left);
  });

  it('refuses a range that lacks the last byte of a mapping, or its first', () => {
    const list = listOf([[3, 4]]);
    expect(list.remove({ start: { page: 3, offset: 0 }, end: { page: 4, offset: 0xffe } })).toBe(
      status.range,
    );
    expect(list.remove({ start: { page: 3, offset: 1 }, end: { page: 4, offset: 0xfff } })).toBe(
      status.range,
    );
    expect(list.all).toHaveLength(1);
  });

  it('refuses all when the last of several would be cut', () => {
    const [one, two]: Units[] = [
      [0, 4],
      [5, 9],
    ];
    expect(leftAfter([one as Units, two as Units], [0, 7])).toBe('RANGE');
  });
});

it('agrees with a list of bytes that says for each which MAP it came from', () => {
  const units = fc.tuple(fc.nat(23), fc.nat(5)).map(([first, more]): Units => [first, first + more]);
  const byte = fc.tuple(fc.nat(30), fc.constantFrom(0, 1, 0xffe, 0xfff));
  fc.assert(
    fc.property(
      fc.array(units, { maxLength: 8 }),
      fc.array(fc.tuple(byte, byte), { maxLength: 6 }),
      (maps, unmaps) => {
        const list = new MappingList();
        let owners: number[] = new Array<number>(32).fill(-1);
        maps.forEach(([first, last], serial) => {
          const isTaken = owners.slice(first, last + 1).some((owner) => owner >= 0);
          expect(list.overlaps(first, last)).toBe(isTaken);
          if (isTaken) return;
          list.add({ serial, first, last, to: 0, canRead: true, canWrite: true });
          owners.fill(serial, first, last + 1);
        });
        for (const [a, b] of unmaps) {
          const [from, to] = [a[0] * 4096 + a[1], b[0] * 4096 + b[1]].sort((x, y) => x - y) as [
            number,
            number,
          ];
          const isInside = (page: number): boolean => page * 4096 >= from && page * 4096 + 4095 <= to;
          const isTouched = (page: number): boolean => page * 4096 <= to && page * 4096 + 4095 >= from;
          const touched = new Set(owners.filter((owner, page) => owner >= 0 && isTouched(page)));
          const isCut = owners.some((owner, page) => touched.has(owner) && !isInside(page));
          const range = {
            start: { page: Math.floor(from / 4096), offset: from % 4096 },
            end: { page: Math.floor(to / 4096), offset: to % 4096 },
          };
          expect(list.remove(range) === status.range).toBe(isCut);
          if (!isCut) owners = owners.map((owner) => (touched.has(owner) ? -1 : owner));
          expect(owners.map((_, page) => list.find(page)?.serial ?? -1)).toEqual(owners);
        }
      },
    ),
    { numRuns: 300 },
  );
});
