import { describe, expect, it } from 'vitest';
import { bufferSizes } from './buffer-sizes';

function drawn(seed: number, count: number): number[] {
  const sizes = bufferSizes(seed);
  return Array.from({ length: count }, () => sizes.next().value);
}

describe('the sizes of buffers', () => {
  it('are the same from the same seed, and others from another', () => {
    expect(drawn(5, 50)).toEqual(drawn(5, 50));
    expect(drawn(5, 50)).not.toEqual(drawn(6, 50));
  });

  it('are mostly one page, seldom more than a magazine keeps', () => {
    const sizes = drawn(1, 4000);
    const share = (isMeant: (size: number) => boolean): number => sizes.filter(isMeant).length / sizes.length;
    expect(share((size) => size === 1)).toBeGreaterThan(0.6);
    expect(share((size) => size > 32)).toBeLessThan(0.05);
    expect([...new Set(sizes)].sort((one, other) => one - other)).toEqual([1, 2, 3, 4, 16, 64]);
  });
});
