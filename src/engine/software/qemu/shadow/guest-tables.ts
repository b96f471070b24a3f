import { readField } from '../../../bits/access';
import { fieldOf } from '../../../bits/layout';
import { secondStageDialect } from '../../../drivers/vtd/dialects';
import type { Memory } from '../../../memory/memory';
import { secondStage4K } from '../../../vtd/layouts/paging-entries';
import { pagesPerEntry } from '../../../walk/table-shape';

/** Second-stage tables in memory. */
export interface Tables {
  /** Page of the top table: a guest page where `hostOf` says what guest pages are. */
  readonly root: number;
  readonly levels: number;
  /** The host page of a table; undefined when the guest has no such page. */
  hostOf(table: number): number | undefined;
}

/** One page that tables map. */
export interface MappedPage {
  readonly page: number;
  readonly to: number;
  /** Letters of `rw`. */
  readonly permissions: string;
}

const entries = 512;
const dialect = secondStageDialect(true);
const bits = { r: fieldOf(secondStage4K, 'R'), w: fieldOf(secondStage4K, 'W') };

/** Tables of which every page is a host page. */
export function hostTables(root: number, levels: number): Tables {
  return { root, levels, hostOf: (table) => table };
}

/** What the tables map of `count` pages from `from`, page by page, read from memory (VT-d 3.7, 9.8). */
export function* mappedPages(
  memory: Memory,
  tables: Tables,
  from: number,
  count: number,
): Generator<MappedPage> {
  yield* below(
    memory,
    tables,
    { table: tables.root, level: tables.levels - 1, first: 0, permissions: 'rw' },
    [from, from + count],
  );
}

/** What one page is mapped to. */
export function mappedPage(memory: Memory, tables: Tables, page: number): MappedPage | undefined {
  return mappedPages(memory, tables, page, 1).next().value ?? undefined;
}

interface Place {
  readonly table: number;
  readonly level: number;
  /** The first page that the table can map. */
  readonly first: number;
  /** What the entries on the way allow. */
  readonly permissions: string;
}

type Range = readonly [from: number, end: number];

function* below(memory: Memory, tables: Tables, place: Place, range: Range): Generator<MappedPage> {
  const host = tables.hostOf(place.table);
  if (host === undefined) return;
  const { level } = place;
  const span = pagesPerEntry(level);
  const [from, end] = range;
  const start = Math.max(0, Math.floor((from - place.first) / span));
  const stop = Math.min(entries, Math.ceil((end - place.first) / span));
  for (let index = start; index < stop; index++) {
    const words = [memory.low(host, index * 8), memory.high(host, index * 8)];
    const meaning = dialect.read(words, level);
    if (meaning.kind === 'none') continue;
    const permissions = (['r', 'w'] as const)
      .filter((letter) => place.permissions.includes(letter) && readField(bits[letter], words) === 1)
      .join('');
    if (permissions === '') continue;
    const first = place.first + index * span;
    if (meaning.kind === 'table') {
      yield* below(memory, tables, { table: meaning.next, level: level - 1, first, permissions }, range);
      continue;
    }
    for (let page = Math.max(first, from); page < Math.min(first + span, end); page++)
      yield { page, to: meaning.page + (page - first), permissions };
  }
}
