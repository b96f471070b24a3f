import { parseWord, splitAddress } from '../../bits/hex';
import { mostPages } from '../../memory/memory';
import type { Problem } from '../../scenario/problem';
import type { Space } from '../../scenario/schema';
import type { PageWriter } from '../shared/page-writer';
import type { Room } from './room';
import { TceTable } from './table';
import type { WindowShape } from './windows';

/** A LIOBN is 0x80000000, the number of the host bridge times 256, and the window (PAPR as in QEMU spapr_pci.c). */
const firstHandle = 0x8000_0000;
const handlesPerSpace = 256;
/** A scenario's space has 3 to 5 levels; TCE tables have two less. */
const fewerLevels = 2;

interface Known {
  readonly space: Space;
  readonly first: number;
  readonly spread: number;
  table: TceTable | undefined;
}

/** The number of a page, of an address that is a multiple of 0x1000. */
export function pageOf(text: string): number | undefined {
  const word = parseWord(text);
  if (word === undefined) return undefined;
  const { page, offset } = splitAddress(word);
  return offset === 0 ? page : undefined;
}

/**
 * The spaces of a scenario as windows. A space is the 32-bit or the 64-bit window from the first address that is mapped
 * in it, and the 32-bit one when it is bound or called before that.
 */
export class WindowSpaces {
  readonly #windows: readonly [WindowShape, WindowShape];
  readonly #writer: PageWriter;
  readonly #room: Room;
  readonly #known: Known[] = [];

  constructor(windows: readonly [WindowShape, WindowShape], writer: PageWriter, room: Room) {
    this.#windows = windows;
    this.#writer = writer;
    this.#room = room;
  }

  /** Takes a space of stage 2: 3 levels are one flat TCE table, 4 are two levels, 5 are three. */
  add(space: Space): Problem | undefined {
    if (this.#known.some((known) => known.space.id === space.id))
      return { path: '.id', message: `There are two spaces called ${space.id}.` };
    if (space.stage !== 2) return { path: '.stage', message: 'A window has stage 2: POWER has no other.' };
    if (space.over !== undefined) return { path: '.over', message: 'A window lies over no other space.' };
    const first = pageOf(space.tables);
    const spread = space.spread === undefined ? 1 : pageOf(space.spread);
    if (first === undefined)
      return { path: '.tables', message: 'The address of the tables is a multiple of 0x1000.' };
    if (first >= mostPages) return { path: '.tables', message: 'Physical addresses have at most 56 bits.' };
    if (spread === undefined || spread < 1)
      return { path: '.spread', message: 'The spread is a multiple of 0x1000.' };
    this.#known.push({ space, first, spread, table: undefined });
    return undefined;
  }

  /** The table of a space. A page of the bus that is mapped in it says which window it is, if nothing has yet. */
  tableOf(id: string, page = 0): TceTable | Problem {
    const known = this.#known.find(({ space }) => space.id === id);
    if (known === undefined) return { path: '.space', message: `There is no space ${id}.` };
    const [low, high] = this.#windows;
    return known.table ?? this.#open(known, page >= high.firstPage ? high : low);
  }

  /** The table of a LIOBN. */
  tableOfHandle(handle: number): TceTable | undefined {
    const known = this.#known[Math.floor((handle - firstHandle) / handlesPerSpace)];
    const window = this.#windows.find(({ number }) => number === handle % handlesPerSpace);
    if (known === undefined || window === undefined) return undefined;
    const table = known.table ?? this.#open(known, window);
    return 'message' in table || table.window.number !== window.number ? undefined : table;
  }

  #open(known: Known, window: WindowShape): TceTable | Problem {
    const { space, first, spread } = known;
    const levels = space.levels - fewerLevels;
    const table = new TceTable(space.id, window, levels, this.#writer, this.#room, first, spread);
    const problem = table.open();
    if (problem !== undefined) return problem;
    known.table = table;
    return table;
  }
}
