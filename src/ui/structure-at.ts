import type { Layout } from '../engine/bits/layout';
import type { Moment } from '../engine/moment';
import { eventAt, kindAt } from '../engine/trace/trace';

const known = new WeakMap<Moment['view'], Map<number, Layout>>();
const wordsPerPage = 512;

/** The structure of the word at a place, as hardware or the device tables have it; undefined when nothing reads it. */
export function structureAt(moment: Moment, page: number, offset: number): Layout | undefined {
  const read = readStructures(moment).get(page * wordsPerPage + offset / 8);
  if (read !== undefined) return read;
  const { architecture, scenario } = moment.view;
  for (const table of architecture.survey(moment.reader, moment.state.registers, scenario.machine)) {
    if (table.page === page) return table.structure;
  }
  return samePage(moment, page);
}

/** The byte offset at which the structure that covers `offset` begins. */
export function entryStart(structure: Layout, offset: number): number {
  const bytes = structure.bits / 8;
  return offset - (offset % bytes);
}

function readStructures({ view }: Moment): Map<number, Layout> {
  const before = known.get(view);
  if (before !== undefined) return before;
  const found = new Map<number, Layout>();
  for (let n = 0; n < view.trace.length; n++) {
    if (kindAt(view.trace, n) !== 'fetch') continue;
    const event = eventAt(view.trace, n);
    if (event.kind !== 'fetch') continue;
    const structure = view.architecture.structures[event.structure];
    if (structure === undefined) continue;
    for (let at = 0; at < structure.bits / 64; at++) {
      found.set(event.page * wordsPerPage + event.offset / 8 + at, structure);
    }
  }
  known.set(view, found);
  return found;
}

/** Another entry of the same table says what a page holds. */
function samePage(moment: Moment, page: number): Layout | undefined {
  for (const [key, structure] of readStructures(moment)) {
    if (Math.floor(key / wordsPerPage) === page) return structure;
  }
  return undefined;
}
