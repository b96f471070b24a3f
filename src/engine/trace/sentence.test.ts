import { describe, expect, it } from 'vitest';
import { flag, ignored, page, pointer, reserved } from '../bits/field';
import { layout } from '../bits/layout';
import { lead } from './sentence';

const entry = layout('entry', 'Entry', 128, 'nowhere', [
  ignored(127, 120),
  page('Root', 'root', 119, 76, 'Page of the root.'),
  ignored(75, 56),
  pointer('Table', 'table', 55, 6, 'Address of a table, in 64 bytes.'),
  reserved(5, 1),
  flag('V', 'valid', 0, 'The entry is in use.'),
]);

describe('what an entry leads to', () => {
  it.each([
    [[0, 0, 0, 0], 'it is empty'],
    [[1, 0, 0, 0], 'it points nowhere'],
    [[0x4f203001, 0x10, 0, 0], 'it points to 0x104f203000'],
    [[0x4f2035c1, 0x10, 0, 0], 'it points to 0x104f2035c0'],
    [[0x4f203001, 0x10, 0x51a07000, 0], 'it points to 0x51a07000 (root) and 0x104f203000 (table)'],
  ])('%j: %s', (words, said) => {
    expect(lead(entry, words)).toBe(said);
  });
});
