import { describe, expect, it } from 'vitest';
import type { RowPicture } from './project';
import { projectTies } from './ties';

const row = (change: RowPicture['change'], ...cells: readonly string[]): RowPicture => ({
  key: 0,
  cells,
  change,
});

describe('who has what', () => {
  const picture = projectTies(
    [1, 0, 2],
    ['page', 'owner', 'held by'],
    [
      row('none', '0x1', 'guest', 'driver, emulator'),
      row('new', '0x2', 'guest', 'nobody'),
      row('gone', '0x3', 'other', 'driver'),
    ],
  );

  it('is one box for each name, and none for what is gone or nobody’s', () => {
    expect(picture.nodes.map(({ column, text }) => `${column} ${text}`)).toEqual([
      '0 guest',
      '1 0x1',
      '2 driver',
      '2 emulator',
      '1 0x2',
    ]);
    expect(picture.titles).toEqual(['owner', 'page', 'held by']);
    expect(picture.height).toBe(2);
  });

  it('ties the boxes of a row from left to right', () => {
    expect(
      picture.lines.map(({ from, to, isNew }) => `${from.text}-${to.text}${isNew ? ' new' : ''}`),
    ).toEqual(['guest-0x1', '0x1-driver', '0x1-emulator', 'guest-0x2 new']);
  });
});
