import { readField, readPage } from '../../bits/access';
import { fieldOf } from '../../bits/layout';
import type { Problem } from '../../scenario/problem';
import { putTceIndirect, stuffTce } from '../../tce/layouts/calls';
import type { PageWriter } from '../shared/page-writer';
import type { Call } from './decode-call';
import type { Endpoints } from './endpoints';
import type { WindowSpaces } from './spaces';
import type { TceTable } from './table';

/** What one call may write: a scenario is looked at, and a link to one must not keep the page busy. */
const mostPuts = 2 ** 18;
/** TCEs that a list of H_PUT_TCE_INDIRECT holds at most. */
const mostOfList = 512;
/** 32-bit words of a TCE, and where the call has it. */
const tceWords = 2;
const tceAt = 4;

/** The hypercalls by which a guest changes its windows (PAPR, rules as in QEMU spapr_iommu.c). */
export class Hypercalls {
  readonly #spaces: WindowSpaces;
  readonly #endpoints: Endpoints;
  readonly #writer: PageWriter;

  constructor(spaces: WindowSpaces, endpoints: Endpoints, writer: PageWriter) {
    this.#spaces = spaces;
    this.#endpoints = endpoints;
    this.#writer = writer;
  }

  /** Performs a call: TCEs are written and killed. What PAPR answers with H_PARAMETER is a problem. */
  perform({ structure, words }: Call): Problem | undefined {
    const read = (name: string): number => readField(fieldOf(structure, name), words);
    const table = this.#spaces.tableOfHandle(read('LIOBN'));
    if (table === undefined) return refused('there is no TCE table of that LIOBN');
    const first = indexOf(table, readPage(fieldOf(structure, 'IOBA'), words));
    const tce = words.slice(tceAt, tceAt + tceWords);
    switch (structure) {
      case stuffTce:
        return this.#write(table, first, read('N'), () => tce);
      case putTceIndirect: {
        const list = readPage(fieldOf(structure, 'LIST'), words);
        if (read('N') > mostOfList) return refused(`a list holds at most ${mostOfList} TCEs`);
        return this.#write(table, first, read('N'), (n) => this.#writer.read(list, n * 8, tceWords));
      }
    }
    return this.#write(table, first, 1, () => tce);
  }

  #write(
    table: TceTable,
    first: number,
    count: number,
    tceOf: (n: number) => readonly number[],
  ): Problem | undefined {
    if (first < 0 || first + count > table.size)
      return refused(`the ${table.window.name} has ${table.size} TCEs`);
    if (count > mostPuts) return { path: '', message: `A call takes at most ${mostPuts} TCEs here.` };
    for (let n = 0; n < count; n++) {
      const problem = table.put(first + n, tceOf(n));
      if (problem !== undefined) return problem;
    }
    this.#endpoints.kill(table, first, count);
    return undefined;
  }
}

/** The TCE of a page of the bus: addresses are rounded down. */
function indexOf({ window, pagesPerEntry }: TceTable, page: number): number {
  return Math.floor((page - window.firstPage) / pagesPerEntry);
}

function refused(why: string): Problem {
  return { path: '', message: `The call answers H_PARAMETER: ${why}.` };
}
