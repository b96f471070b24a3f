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

/** No page can be written and not read: one for writing is for reading, too. Without permissions it is not valid. */
function newBits(permissions: string, isUser: boolean): Record<string, number> {
  const isWritten = bitOf(permissions, 'w');
  return {
    V: permissions === '' ? 0 : 1,
    R: Math.max(isWritten, bitOf(permissions, 'r')),
    W: isWritten,
    X: bitOf(permissions, 'x'),
    U: isUser ? 1 : 0,
  };
}

/** A page that may not be read can only be executed: with R, W and X clear the entry would lead to a table. */
function changedBits(permissions: string, isUser: boolean): Record<string, number> {
  const isRead = bitOf(permissions, 'r');
  return {
    R: isRead,
    W: isRead * bitOf(permissions, 'w'),
    X: Math.max(1 - isRead, bitOf(permissions, 'x')),
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
      encode(leaf, { PPN: to, A: 1, D: 1, ...newBits(permissions, isUser(permissions)) }),
    permit: (words, _, permissions) => withFields(leaf, words, changedBits(permissions, isUser(permissions))),
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
