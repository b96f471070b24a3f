/** A run of equal pages: `count` pages of 2^`bits` small pages. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly bits: number;
  readonly count: number;
}

/** Page numbers are up to 2^52: too wide for bit operators. */
function trailingZeros(page: number): number {
  if (page === 0) return 52;
  let zeros = 0;
  for (let rest = page; rest % 2 === 0; rest /= 2) zeros += 1;
  return zeros;
}

/**
 * Cuts a mapping into pages of the sizes that a machine has (Linux iommu_pgsize): the largest size to which both
 * addresses are aligned and which fits; as many of them as lead to the next larger one, or to the end. `sizes` are powers
 * of two of small pages, smallest first; the smallest is 0.
 */
export function* cut(from: number, to: number, count: number, sizes: readonly number[]): Generator<Piece> {
  for (let done = 0; done < count; ) {
    const piece = next(from + done, to + done, count - done, sizes);
    yield piece;
    done += piece.count * 2 ** piece.bits;
  }
}

function next(from: number, to: number, left: number, sizes: readonly number[]): Piece {
  const aligned = Math.min(trailingZeros(from), trailingZeros(to));
  const fits = sizes.filter((bits) => bits <= aligned && 2 ** bits <= left);
  const bits = fits.at(-1) ?? 0;
  const larger = sizes.find((size) => size > bits);
  let within = left;
  if (larger !== undefined) {
    const pages = 2 ** larger;
    const offset = pages - (from % pages);
    // Only where both addresses come to a boundary of the larger size at once, and enough is left behind it.
    if (from % pages === to % pages && offset + pages <= left) within = offset;
  }
  return { from, to, bits, count: Math.floor(within / 2 ** bits) };
}
