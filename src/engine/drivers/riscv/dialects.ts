import { encode, readField, readPage } from '../../bits/access';
import { fieldOf, type Layout } from '../../bits/layout';
import { firstLeaf, firstTable, secondLeaf, secondTable } from '../../riscv/layouts/paging';
import { withFields } from '../shared/entry-words';
import { bitOf, type EntryMeaning, type PagingDialect } from '../shared/paging-dialect';

const levelBits = 9;

function meaningOf(words: readonly number[], level: number): EntryMeaning {
  const has = (name: string): boolean => readField(fieldOf(firstLeaf, name), words) === 1;
  if (!has('V')) return { kind: 'none' };
  const page = readPage(fieldOf(firstLeaf, 'PPN'), words);
  return has('R') || has('X')
    ? { kind: 'page', page, bits: level * levelBits }
    : { kind: 'table', next: page };
}

/** An entry without R, W and X would lead to a table: without permissions it is not valid. */
function bitsOf(permissions: string, isUser: boolean): Record<string, number> {
  return {
    V: permissions === '' ? 0 : 1,
    R: bitOf(permissions, 'r'),
    W: bitOf(permissions, 'w'),
    X: bitOf(permissions, 'x'),
    U: isUser ? 1 : 0,
  };
}

function dialect(
  table: Layout,
  leaf: Layout,
  topBits: number,
  isUser: (permissions: string) => boolean,
): PagingDialect {
  return {
    sizes: [0, levelBits, 2 * levelBits],
    topBits,
    isSigned: topBits === 0,
    table: (next) => encode(table, { V: 1, PPN: next }),
    page: (to, _, __, permissions) =>
      encode(leaf, { PPN: to, A: 1, D: 1, ...bitsOf(permissions, isUser(permissions)) }),
    permit: (words, _, permissions) => withFields(leaf, words, bitsOf(permissions, isUser(permissions))),
    read: meaningOf,
  };
}

/** First-stage entries (RISC-V privileged 12.3). */
export const firstStageDialect = dialect(
  firstTable,
  firstLeaf,
  0,
  (permissions) => bitOf(permissions, 's') === 0,
);
/** Second-stage entries: every access is a user's, and the root is four pages (RISC-V privileged 18.5). */
export const secondStageDialect = dialect(secondTable, secondLeaf, 2, () => true);
