import { guestPage, guestTable, hostPage, hostTable } from '../../amdvi/layouts/paging';
import { encode, readField, readPage } from '../../bits/access';
import { fieldOf } from '../../bits/layout';
import { withFields } from '../shared/entry-words';
import { bitOf, type PagingDialect } from '../shared/paging-dialect';

const levelBits = 9;
const ownSize = 7;
const topOfLarge = 3;
/** Every power of two below 512 GiB, which hardware gets wrong. */
const hostSizes = Array.from({ length: 3 * levelBits }, (_, bits) => bits);

function hostBits(permissions: string): Record<string, number> {
  return { PR: 1, IR: bitOf(permissions, 'r'), IW: bitOf(permissions, 'w') };
}

/** How many ones the page number ends with. */
function trailingOnes(page: number): number {
  let ones = 0;
  for (let rest = page; rest % 2 === 1; rest = Math.floor(rest / 2)) ones += 1;
  return ones;
}

/** Host entries, version 1 (AMD IOMMU 2.2.3): a size between two levels is told by trailing ones. */
export const hostDialect: PagingDialect = {
  sizes: hostSizes,
  topBits: 0,
  isSigned: false,
  table: (next, level) => encode(hostTable, { PR: 1, IR: 1, IW: 1, Next: next, NextLevel: level }),
  page: (to, _, bits, permissions) => {
    const isOwn = bits % levelBits !== 0;
    const page = isOwn ? to + 2 ** (bits - 1) - 1 : to;
    return encode(hostPage, { ...hostBits(permissions), Page: page, NextLevel: isOwn ? ownSize : 0 });
  },
  permit: (words, _, permissions) => withFields(hostPage, words, hostBits(permissions)),
  read: (words, level) => {
    if (readField(fieldOf(hostTable, 'PR'), words) === 0) return { kind: 'none' };
    const next = readPage(fieldOf(hostTable, 'Next'), words);
    const kind = readField(fieldOf(hostTable, 'NextLevel'), words);
    if (kind === 0) return { kind: 'page', page: next, bits: level * levelBits };
    if (kind !== ownSize) return { kind: 'table', next };
    const bits = trailingOnes(next) + 1;
    return { kind: 'page', page: next - (next % 2 ** bits), bits };
  },
};

function guestBits(permissions: string): Record<string, number> {
  return {
    P: bitOf(permissions, 'r'),
    'R/W': bitOf(permissions, 'w'),
    'U/S': 1 - bitOf(permissions, 's'),
    NX: 1 - bitOf(permissions, 'x'),
  };
}

/** Guest entries, version 2: the processor's own (AMD64 volume 2, 5.3). */
export const guestDialect: PagingDialect = {
  sizes: [0, levelBits, 2 * levelBits],
  topBits: 0,
  isSigned: true,
  table: (next) => encode(guestTable, { P: 1, 'R/W': 1, 'U/S': 1, Page: next }),
  page: (to, level, _, permissions) =>
    encode(guestPage, { ...guestBits(permissions), Page: to, PS: level > 0 ? 1 : 0 }),
  permit: (words, _, permissions) => withFields(guestPage, words, guestBits(permissions)),
  read: (words, level) => {
    if (readField(fieldOf(guestPage, 'P'), words) === 0) return { kind: 'none' };
    const page = readPage(fieldOf(guestPage, 'Page'), words);
    const isLarge = level < topOfLarge && readField(fieldOf(guestPage, 'PS'), words) === 1;
    return level > 0 && !isLarge
      ? { kind: 'table', next: page }
      : { kind: 'page', page, bits: level * levelBits };
  },
};
