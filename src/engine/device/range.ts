/** Pages from `page`; all of them when `count` is infinite. */
export interface PageRange {
  readonly page: number;
  readonly count: number;
}

/** Bits 63:12 of an address, of which bit 63 stays 0 in the largest range. */
const everyBit = 2 ** 51 - 1;

/** The range of an invalidation (PCIe ATS 10.3.1): with S the lowest zero bit of the page number says how large it is. */
export function decodeRange(page: number, hasSize: boolean): PageRange {
  if (!hasSize) return { page, count: 1 };
  if (page >= everyBit) return { page: 0, count: Number.POSITIVE_INFINITY };
  let pages = 2;
  for (let bit = 1; Math.floor(page / bit) % 2 === 1; bit *= 2) pages *= 2;
  return { page: Math.floor(page / pages) * pages, count: pages };
}

/** The page number and S for 2^`bits` pages from `page`, which is a multiple of them; for all pages when `bits` is 52. */
export function encodeRange(
  page: number,
  bits: number,
): { readonly page: number; readonly hasSize: boolean } {
  if (bits === 0) return { page, hasSize: false };
  if (bits >= 52) return { page: everyBit, hasSize: true };
  return { page: page + 2 ** (bits - 1) - 1, hasSize: true };
}
