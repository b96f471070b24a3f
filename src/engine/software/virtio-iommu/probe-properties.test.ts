import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { propertyWords, regionsIn } from './probe-properties';

const msi = [0x0014_0001, 1, 0xfee0_0000, 0, 0xfeef_ffff, 0];
const window = { subtype: 1, first: 0xfee00, last: 0xfeeff };

describe('a driver that reads properties', () => {
  it('stops at type 0', () => {
    expect(regionsIn([...msi, 0, ...msi])).toEqual([window]);
  });

  it('skips a type that it does not know by its length', () => {
    expect(regionsIn([0x0008_0002, 7, 7, ...msi])).toEqual([window]);
  });

  it('skips a property whose reserved bits are set', () => {
    expect(regionsIn([0x0014_1001, ...msi.slice(1), ...msi])).toEqual([window]);
  });

  it('takes a subtype that it does not know as RESERVED', () => {
    expect(regionsIn([0x0014_0001, 9, ...msi.slice(2)])).toEqual([{ ...window, subtype: 0 }]);
  });

  it('does not read past the end', () => {
    expect(regionsIn(msi.slice(0, 5))).toEqual([]);
  });
});

it('every region that fits is found again, and no region is written where they do not fit', () => {
  const region = fc
    .record({ subtype: fc.constantFrom(0, 1), first: fc.nat(2 ** 31 - 1), more: fc.nat(2 ** 20) })
    .map(({ subtype, first, more }) => ({ subtype, first, last: first + more }));
  fc.assert(
    fc.property(fc.array(region, { maxLength: 5 }), fc.nat(40), (regions, count) => {
      const words = propertyWords(regions, count * 4);
      if (words === undefined) expect(regions.length * 24).toBeGreaterThan(count * 4);
      else {
        expect(words).toHaveLength(count);
        expect(regionsIn(words)).toEqual(regions);
      }
    }),
  );
});
