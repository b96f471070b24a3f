import { choice, type Field, flag, frame, ignored, reserved } from '../../bits/field';
import { type Layout, layout } from '../../bits/layout';

const section = 'RISC-V privileged 12.3 to 12.6, 18.5';
const lower = (what: string): readonly Field[] => [
  ignored(9, 8, 'Free for software.'),
  flag('D', 'dirty', 7, 'Written through since it was last cleared.'),
  flag('A', 'accessed', 6, 'Used since it was last cleared.'),
  flag('G', 'global', 5, 'Holds for every process.'),
  flag('U', 'user', 4, `User requests may use the ${what}.`),
  flag('X', 'execute', 3, 'May be executed from.'),
  flag('W', 'write', 2, 'May be written.'),
  flag('R', 'read', 1, 'May be read; with X = 0 and R = 0 the entry leads to a table.'),
  flag('V', 'valid', 0, 'The entry is in use.'),
];

function entry(id: string, name: string, meaning: string): Layout {
  return layout(id, name, 64, section, [
    flag('N', 'contiguous', 63, 'One of 16 alike entries for 64 KiB.'),
    choice(
      'PBMT',
      'memory type',
      62,
      61,
      { 0: 'as attributes', 1: 'not cached', 2: 'I/O' },
      'How memory is reached.',
    ),
    ignored(60, 59, 'Free for software with Svrsw60t59b, otherwise zero.'),
    reserved(58, 54),
    frame('PPN', 'page', 53, 10, meaning),
    ...lower('page'),
  ]);
}

export const firstTable = entry(
  's1-table',
  'First-stage entry, to a table',
  'Next table; a guest page under a second stage.',
);
export const firstLeaf = entry(
  's1-leaf',
  'First-stage entry, page',
  'The page; a guest page under a second stage.',
);
export const secondTable = entry('s2-table', 'Second-stage entry, to a table', 'Next table.');
export const secondLeaf = entry('s2-leaf', 'Second-stage entry, page', 'The page.');

/** Sv32: the words of 32 bits stand two in a 64-bit word; the upper half is the neighbour. */
function narrow(id: string, name: string): Layout {
  return layout(id, name, 64, section, [
    ignored(63, 32, 'The next entry.'),
    frame('PPN', 'page', 31, 10, 'The page or next table.'),
    ...lower('page'),
  ]);
}

export const narrowFirst = narrow('s1-narrow', 'First-stage entry, Sv32');
export const narrowSecond = narrow('s2-narrow', 'Second-stage entry, Sv32x4');
