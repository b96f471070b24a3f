import type { RowPicture } from './project';

/** A box of a drawing of who has what. */
export interface TieNode {
  readonly id: string;
  readonly text: string;
  readonly column: number;
  readonly row: number;
  readonly isNew: boolean;
}

export interface TieLine {
  readonly from: TieNode;
  readonly to: TieNode;
  readonly isNew: boolean;
}

export interface TiesPicture {
  /** What stands in each column, from left to right. */
  readonly titles: readonly string[];
  readonly nodes: readonly TieNode[];
  readonly lines: readonly TieLine[];
  /** Boxes of the longest column. */
  readonly height: number;
}

/** Texts that say that nobody has it. */
const nobody: ReadonlySet<string> = new Set(['', 'none', 'nobody']);

/**
 * Draws the rows of a ledger as boxes and lines: `ties` are the columns of its table to draw, from left to right (0 is the
 * key). A cell with several names is several boxes; equal names are one.
 */
export function projectTies(
  ties: readonly number[],
  titles: readonly string[],
  rows: readonly RowPicture[],
): TiesPicture {
  const nodes = new Map<string, TieNode>();
  const counts = ties.map(() => 0);
  const lines: TieLine[] = [];
  const seen = new Set<string>();
  const nodeOf = (column: number, text: string, isNew: boolean): TieNode => {
    const id = `${column} ${text}`;
    const known = nodes.get(id);
    if (known !== undefined) return known;
    const node = { id, text, column, row: counts[column] as number, isNew };
    counts[column] = node.row + 1;
    nodes.set(id, node);
    return node;
  };
  for (const { cells, change } of rows) {
    if (change === 'gone') continue;
    const isNew = change === 'new';
    let before: readonly TieNode[] = [];
    ties.forEach((cell, column) => {
      const here = namesIn(cells[cell] ?? '').map((text) => nodeOf(column, text, isNew));
      for (const from of before)
        for (const to of here) {
          if (seen.has(`${from.id}>${to.id}`)) continue;
          seen.add(`${from.id}>${to.id}`);
          lines.push({ from, to, isNew });
        }
      before = here;
    });
  }
  return {
    titles: ties.map((cell) => titles[cell] ?? ''),
    nodes: [...nodes.values()],
    lines,
    height: Math.max(0, ...counts),
  };
}

function namesIn(text: string): readonly string[] {
  return text.split(/, | and /).filter((name) => !nobody.has(name));
}
