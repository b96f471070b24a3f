/** The smallest aligned range of 2^`bits` pages that covers `count` pages from `from`. */
export function coveringRange(from: number, count: number): { readonly from: number; readonly bits: number } {
  let bits = 0;
  while (Math.floor(from / 2 ** bits) !== Math.floor((from + count - 1) / 2 ** bits)) bits += 1;
  return { from: from - (from % 2 ** bits), bits };
}
