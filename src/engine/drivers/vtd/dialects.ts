import { encode, readField, writeField } from '../../bits/access';
import { fieldOf, type Layout } from '../../bits/layout';
import * as paging from '../../vtd/layouts/paging-entries';
import { withFields } from '../shared/entry-words';
import { bitOf, type EntryMeaning, type PagingDialect } from '../shared/paging-dialect';

const levelBits = 9;
const topOfLarge = 3;
const sizesOf = (allows1G: boolean): readonly number[] => (allows1G ? [0, 9, 18] : [0, 9]);

/** Both stages' entries agree in where the page number and PS stand. */
function meaningOf(words: readonly number[], level: number, isUsed: boolean): EntryMeaning {
  if (!isUsed) return { kind: 'none' };
  const next = readField(fieldOf(paging.secondStage4K, 'ADDR'), words);
  const isLarge = level < topOfLarge && readField(fieldOf(paging.secondStage2M, 'PS'), words) === 1;
  if (level > 0 && !isLarge) return { kind: 'table', next };
  const bits = level * levelBits;
  return { kind: 'page', page: next - (next % 2 ** bits), bits };
}

function pageWords(leaf: Layout, to: number, level: number, fields: Record<string, number>): number[] {
  const words = encode(leaf, level > 0 ? { ...fields, PS: 1 } : fields);
  writeField(fieldOf(paging.secondStage4K, 'ADDR'), words, 0, to);
  return words;
}

const firstLeaves: readonly Layout[] = [paging.firstStage4K, paging.firstStage2M, paging.firstStage1G];
const secondLeaves: readonly Layout[] = [paging.secondStage4K, paging.secondStage2M, paging.secondStage1G];

function firstBits(permissions: string): Record<string, number> {
  return {
    P: bitOf(permissions, 'r'),
    'R/W': bitOf(permissions, 'w'),
    'U/S': 1 - bitOf(permissions, 's'),
    XD: 1 - bitOf(permissions, 'x'),
  };
}

function secondBits(permissions: string): Record<string, number> {
  return { R: bitOf(permissions, 'r'), W: bitOf(permissions, 'w') };
}

/** First-stage entries (VT-d 9.7). */
export function firstStageDialect(allows1G: boolean): PagingDialect {
  return {
    sizes: sizesOf(allows1G),
    topBits: 0,
    isSigned: true,
    table: (next, level) =>
      encode(level > 2 ? paging.firstStageTop : paging.firstStageTable, {
        P: 1,
        'R/W': 1,
        'U/S': 1,
        ADDR: next,
      }),
    page: (to, level, _, permissions) =>
      pageWords(firstLeaves[level] as Layout, to, level, firstBits(permissions)),
    permit: (words, level, permissions) =>
      withFields(firstLeaves[level] as Layout, words, firstBits(permissions)),
    read: (words, level) =>
      meaningOf(words, level, readField(fieldOf(paging.firstStage4K, 'P'), words) === 1),
  };
}

/** Second-stage entries (VT-d 9.8). */
export function secondStageDialect(allows1G: boolean): PagingDialect {
  const isUsed = (words: readonly number[]): boolean =>
    ['R', 'W'].some((name) => readField(fieldOf(paging.secondStage4K, name), words) === 1);
  return {
    sizes: sizesOf(allows1G),
    topBits: 0,
    isSigned: false,
    table: (next, level) =>
      encode(level > 2 ? paging.secondStageTop : paging.secondStageTable, { R: 1, W: 1, ADDR: next }),
    page: (to, level, _, permissions) =>
      pageWords(secondLeaves[level] as Layout, to, level, secondBits(permissions)),
    permit: (words, level, permissions) =>
      withFields(secondLeaves[level] as Layout, words, secondBits(permissions)),
    read: (words, level) => meaningOf(words, level, isUsed(words)),
  };
}
