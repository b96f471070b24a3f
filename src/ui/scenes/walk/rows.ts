import type { Moment } from '../../../engine/moment';
import { type EventOf, servesData } from '../../../engine/trace/events';
import { levelTitle } from '../../../engine/words';
import { cellOf, type Made, type Read } from './made';
import type { Cell, CellState, Row } from './picture';
import { cutOf, indexIn, indexText, type Shape } from './shape';

/** The rows of a walk's grid: one for each level of the inner stage and one for the data; one stage has one row. */
export function rowsOf(
  moment: Moment,
  made: Made,
  shape: Shape,
  request: EventOf<'request'>,
): readonly Row[] {
  if (shape.first === 0 && shape.second === 0) return [];
  return shape.isNested ? nestedRows(moment, made, shape, request) : [plainRow(moment, made, shape, request)];
}

function plainRow(moment: Moment, made: Made, shape: Shape, request: EventOf<'request'>): Row {
  const levels = Math.max(shape.first, shape.second);
  const { words } = moment.view.architecture;
  const stage = shape.first > 0 ? 1 : 2;
  const reads = made.reads.filter(({ fetch }) => fetch.stage === stage);
  const saved = made.saved.find((lookup) => lookup.stage === stage);
  const leaf = leafLevel(reads, made);
  const cells = Array.from({ length: levels }, (_, n) => {
    const level = levels - 1 - n;
    const read = reads.find(({ fetch }) => fetch.level === level);
    if (read !== undefined) return cellOf(moment, read);
    return blank(
      `plain-${level}`,
      levelTitle(words, stage, level),
      stage,
      stateOfMissing(made, level, saved, leaf),
    );
  });
  return {
    key: 'plain',
    title: words.stages[stage - 1] as string,
    index: cells.map((_, n) => indexText(cutOf(shape, stage, levels - 1 - n), request.page)).join(' '),
    guest: undefined,
    cells,
    last: undefined,
    host: undefined,
    isActive: reads.some(({ isActive }) => isActive),
  };
}

function nestedRows(moment: Moment, made: Made, shape: Shape, request: EventOf<'request'>): readonly Row[] {
  const { words } = moment.view.architecture;
  const first = made.reads.filter(({ fetch }) => fetch.stage === 1);
  const savedFirst = made.saved.find(({ stage }) => stage === 1);
  const leaf = leafLevel(first, made);
  const levels = Array.from({ length: shape.first }, (_, n) => shape.first - 1 - n);
  const rows = levels.map((level): Row => {
    const cut = cutOf(shape, 1, level);
    const read = first.find(({ fetch }) => fetch.level === level);
    const isSaved = savedFirst !== undefined && level >= savedFirst.level;
    const state = stateOfMissing(made, level, savedFirst, leaf);
    const missing = isSaved && state !== 'cached' ? 'cached' : state;
    const last =
      read === undefined
        ? blank(`first-${level}`, 'then read', 1, state)
        : { ...cellOf(moment, read), title: 'then read' };
    return {
      key: `row-${level}`,
      title: levelTitle(words, 1, level),
      index: indexText(cut, request.page),
      guest: guestOf(made, level, (indexIn(cut, request.page) * 8) % 4096),
      cells: stageTwo(moment, made, shape, level, missing),
      last,
      host: last.page >= 0 ? { page: last.page, offset: last.offset } : undefined,
      isActive: isActiveRow(made, level),
    };
  });
  return [...rows, dataRow(moment, made, shape, request)];
}

function dataRow(moment: Moment, made: Made, shape: Shape, request: EventOf<'request'>): Row {
  const missing: CellState = made.isHit ? 'cached' : made.isOver ? 'unused' : 'coming';
  return {
    key: 'row-data',
    title: 'Offset: the data',
    index: request.offset.toString(16).padStart(3, '0'),
    guest: guestOf(made, servesData, request.offset),
    cells: stageTwo(moment, made, shape, servesData, missing),
    last: undefined,
    host: made.answer,
    isActive: isActiveRow(made, servesData),
  };
}

function stageTwo(
  moment: Moment,
  made: Made,
  shape: Shape,
  serves: number,
  missing: CellState,
): readonly Cell[] {
  const reads = made.reads.filter(({ fetch }) => fetch.stage === 2 && fetch.serves === serves);
  const saved = made.saved.find((lookup) => lookup.stage === 2 && lookup.serves === serves);
  const leaf = leafLevel(reads, made);
  return Array.from({ length: shape.second }, (_, n) => {
    const level = shape.second - 1 - n;
    const read = reads.find(({ fetch }) => fetch.level === level);
    if (read !== undefined) return cellOf(moment, read);
    const state = reads.length === 0 ? missing : stateOfMissing(made, level, saved, leaf);
    return blank(`second-${serves}-${level}`, levelTitle(moment.view.architecture.words, 2, level), 2, state);
  });
}

/** Why a read that a full walk has is not there: saved, not needed, or still to come. */
function stateOfMissing(
  made: Made,
  level: number,
  saved: EventOf<'lookup'> | undefined,
  leaf: number,
): CellState {
  if (made.isHit) return 'cached';
  if (saved !== undefined && level > saved.level) return 'cached';
  if (leaf >= 0 && level < leaf) return 'unused';
  return made.isOver ? 'unused' : 'coming';
}

/** The level at which a walk that is over in this stage ended; -1 while it goes on. */
function leafLevel(reads: readonly Read[], made: Made): number {
  const last = reads.at(-1);
  if (last === undefined || !reads.every(({ isDone }) => isDone)) return -1;
  return made.isOver || last.fetch.level > 0 ? last.fetch.level : 0;
}

function guestOf(made: Made, serves: number, offset: number): Row['guest'] {
  const page = made.needs.get(serves);
  return page === undefined ? undefined : { page, offset };
}

function isActiveRow(made: Made, serves: number): boolean {
  return made.reads.some(
    ({ fetch, isActive }) =>
      isActive && (fetch.stage === 2 ? fetch.serves === serves : fetch.stage === 1 && fetch.level === serves),
  );
}

function blank(key: string, title: string, stage: number, state: CellState): Cell {
  return {
    key,
    state,
    ordinal: undefined,
    title,
    index: '',
    page: -1,
    offset: 0,
    stage,
    owner: stage === 1 ? 'guest' : 'host',
    ref: undefined,
  };
}
