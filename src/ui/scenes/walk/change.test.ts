import { describe, expect, it } from 'vitest';
import { hexAddress, hexWord } from '../../../engine/bits/hex';
import { momentAt } from '../../../engine/moment';
import { afterStep, lesson, viewOfRun } from '../../test-support/lab';
import type { WalkPicture } from './picture';
import { project } from './project';

/** The words that a step changed: who, where, what, from, to. */
function changesIn(picture: WalkPicture): readonly string[] {
  if (picture.kind !== 'change') return [`a picture of ${picture.kind}`];
  return picture.changes.map(({ page, offset, by, before, after, structure = '?' }) =>
    [by, hexAddress(page, offset), structure, `${hexWord(...before)} → ${hexWord(...after)}`].join(' '),
  );
}

const walk = viewOfRun(lesson('first-walk'));

describe('a step that changes tables', () => {
  it('shows the entry that the driver clears', () => {
    expect(changesIn(project(afterStep(walk, 7)))).toEqual(['host 0x52220c48 ss-4k 0xabcde003 → 0x0']);
  });

  it('shows the entries down to the new page', () => {
    expect(changesIn(project(afterStep(viewOfRun(lesson('msi-bound')), 6)))).toEqual([
      'host 0x104f31d040 ss-table 0x0 → 0x104f479003',
      'host 0x104f479200 ss-table 0x0 → 0x104f496003',
      'host 0x104f496480 ss-4k 0x0 → 0xbe110002',
    ]);
  });

  it('shows nothing changed before its first write', () => {
    const start = walk.spans[6]?.from ?? 0;
    expect(changesIn(project(momentAt(walk, start + 1)))).toEqual([]);
  });
});

describe('a command', () => {
  it('shows its two words in the queue, which no table entry is', () => {
    expect(changesIn(project(afterStep(walk, 9)))).toEqual([
      'host 0x40001000 ? 0x0 → 0x10032',
      'host 0x40001008 ? 0x0 → 0x123456789040',
    ]);
  });

  it('tells which cache entry it takes away', () => {
    const picture = project(afterStep(walk, 9));
    const lines = picture.kind === 'change' ? picture.lines : [];
    expect(lines.filter((line) => line.includes('slot 4'))).toEqual([expect.stringContaining('0x123456789')]);
  });

  it('shows the word with which hardware says that it is done', () => {
    expect(changesIn(project(afterStep(walk, 10))).at(-1)).toBe('hardware 0x5afe0000 ? 0x0 → 0x1');
  });
});
