import { encode, readField, readPage } from '../../bits/access';
import { fieldOf, type Layout } from '../../bits/layout';
import { firstLeaf, secondLeaf, tableDescriptor } from '../../smmuv3/layouts/paging';
import { withFields } from '../shared/entry-words';
import { bitOf, type EntryMeaning, type PagingDialect } from '../shared/paging-dialect';

const levelBits = 9;
/** Levels that may hold blocks: 2 MiB and 1 GiB. */
const largestLeaf = 2;
const block = 1;
const tableOrPage = 3;
const innerShareable = 3;
const writeBack = 0xf;
const noExecution = 2;

function meaningOf(words: readonly number[], level: number): EntryMeaning {
  const kind = readField(fieldOf(tableDescriptor, 'Kind'), words);
  const page = readPage(fieldOf(tableDescriptor, 'Next'), words);
  if (level > 0 && kind === tableOrPage) return { kind: 'table', next: page };
  const isLeaf = level === 0 ? kind === tableOrPage : kind === block && level <= largestLeaf;
  return isLeaf ? { kind: 'page', page, bits: level * levelBits } : { kind: 'none' };
}

/** Reads always work in a first stage; without any permission the descriptor is invalid. */
function firstBits(permissions: string, level: number): Record<string, number> {
  const isUsed = bitOf(permissions, 'r') + bitOf(permissions, 'w') > 0;
  const execute = 1 - bitOf(permissions, 'x');
  return {
    Kind: isUsed ? (level === 0 ? tableOrPage : block) : 0,
    AP: 1 - bitOf(permissions, 's') + 2 * (1 - bitOf(permissions, 'w')),
    UXN: execute,
    PXN: execute,
  };
}

function secondBits(permissions: string, level: number): Record<string, number> {
  const allowed = bitOf(permissions, 'r') + 2 * bitOf(permissions, 'w');
  return {
    Kind: level === 0 ? tableOrPage : block,
    S2AP: allowed,
    XN: bitOf(permissions, 'x') === 1 ? 0 : noExecution,
  };
}

function dialect(
  leaf: Layout,
  always: Readonly<Record<string, number>>,
  bits: (permissions: string, level: number) => Record<string, number>,
): PagingDialect {
  return {
    sizes: [0, levelBits, 2 * levelBits],
    topBits: 0,
    isSigned: false,
    table: (next) => encode(tableDescriptor, { Next: next, Kind: tableOrPage }),
    page: (to, level, _, permissions) =>
      encode(leaf, { Page: to, AF: 1, SH: innerShareable, ...always, ...bits(permissions, level) }),
    permit: (words, level, permissions) => withFields(leaf, words, bits(permissions, level)),
    read: meaningOf,
  };
}

/** First-stage descriptors of the 4 KiB granule (Arm D8.3). */
export const firstStageDialect = dialect(firstLeaf, { nG: 1 }, firstBits);
/** Second-stage descriptors of the 4 KiB granule (Arm D8.3). */
export const secondStageDialect = dialect(secondLeaf, { MemAttr: writeBack }, secondBits);
