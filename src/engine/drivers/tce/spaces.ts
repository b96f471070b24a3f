import type { Problem } from '../../scenario/problem';
import type { Space } from '../../scenario/schema';
import type { PageWriter } from '../shared/page-writer';
import { type TablePlace, tablePlaceOf } from '../shared/table-place';
import type { Room } from './room';
import { TceTable } from './table';
import { indexBitsFor, type WindowShape, windowBits } from './windows';

/** A LIOBN is 0x80000000, the number of the host bridge times 256, and the window (PAPR as in QEMU spapr_pci.c). */
const firstHandle = 0x8000_0000;
const handlesPerSpace = 256;
const mostLevels = 5;

interface Known {
  readonly space: Space;
  readonly place: TablePlace;
  table: TceTable | undefined;
}

/**
 * The spaces of a scenario as windows. A space is the 32-bit or the 64-bit window from the first address that is mapped
 * in it. Bound before that, it is the 32-bit window of its PE, and the 64-bit one when the PE has that already.
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

  /** Takes a space of stage 2: with one level it is one flat TCE table. */
  add(space: Space): Problem | undefined {
    if (this.#known.some((known) => known.space.id === space.id))
      return { path: '.id', message: `There are two spaces called ${space.id}.` };
    if (space.stage !== 2) return { path: '.stage', message: 'A window has stage 2: POWER has no other.' };
    if (space.over !== undefined) return { path: '.over', message: 'A window lies over no other space.' };
    if (space.levels > mostLevels)
      return { path: '.levels', message: `TCE tables have 1 to ${mostLevels} levels.` };
    const place = tablePlaceOf(space);
    if ('message' in place) return place;
    this.#known.push({ space, place, table: undefined });
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
    const { space, place } = known;
    if (indexBitsFor(window, space.levels) * space.levels + window.pageShift > windowBits) {
      return {
        path: '',
        message: `${space.levels} levels of TCE tables reach beyond the ${window.name} of ${space.id}: give the space fewer.`,
      };
    }
    const table = new TceTable(space.id, window, space.levels, this.#writer, this.#room, place);
    const problem = table.open();
    if (problem !== undefined) return problem;
    known.table = table;
    return table;
  }
}
