import { choice, flag, ignored, page, reserved } from '../../bits/field';
import { layout } from '../../bits/layout';

const nextLevels = {
  0: 'page',
  1: 'level 1',
  2: 'level 2',
  3: 'level 3',
  4: 'level 4',
  5: 'level 5',
  6: 'level 6',
  7: 'page of its own size',
} as const;

export const hostTable = layout('host-table', 'Host entry, to a table', 64, 'AMD IOMMU 2.2.3', [
  ignored(63),
  flag('IW', 'write', 62, 'Writes are allowed below.'),
  flag('IR', 'read', 61, 'Reads are allowed below.'),
  reserved(60, 52),
  page('Next', 'next table', 51, 12, 'The next table.'),
  choice('NextLevel', 'next level', 11, 9, nextLevels, 'The level of the next table; levels may be skipped.'),
  ignored(8, 6),
  flag('A', 'accessed', 5, 'Used since it was last cleared.'),
  ignored(4, 1),
  flag('PR', 'present', 0, 'The entry is in use.'),
]);

export const hostPage = layout('host-page', 'Host entry, page', 64, 'AMD IOMMU 2.2.3', [
  ignored(63),
  flag('IW', 'write', 62, 'The page may be written.'),
  flag('IR', 'read', 61, 'The page may be read.'),
  flag('FC', 'force coherent', 60, 'Requests snoop.'),
  flag('U', 'untranslated only', 59, 'Translated requests are not allowed.'),
  reserved(58, 52),
  page('Page', 'page', 51, 12, 'The page; with next level 7 its trailing ones say its size.'),
  choice(
    'NextLevel',
    'next level',
    11,
    9,
    nextLevels,
    'Whether the page has the level’s size or one of its own.',
  ),
  ignored(8, 7),
  flag('D', 'dirty', 6, 'Written through since it was last cleared.'),
  flag('A', 'accessed', 5, 'Used since it was last cleared.'),
  ignored(4, 1),
  flag('PR', 'present', 0, 'The entry is in use.'),
]);

function guest(id: string, name: string, meaning: string) {
  return layout(id, name, 64, 'AMD64 volume 2, 5.3', [
    flag('NX', 'no execute', 63, 'May not be executed from.'),
    ignored(62, 52, 'Free for software.'),
    page('Page', 'page', 51, 12, meaning),
    ignored(11, 9, 'Free for software.'),
    flag('G', 'global', 8, 'Holds for every process.'),
    flag('PS', 'page size', 7, 'The entry maps a large page.'),
    flag('D', 'dirty', 6, 'Written through since it was last cleared.'),
    flag('A', 'accessed', 5, 'Used since it was last cleared.'),
    ignored(4, 3, 'Memory types.'),
    flag('U/S', 'user', 2, 'User requests are allowed.'),
    flag('R/W', 'write', 1, 'Writes are allowed.'),
    flag('P', 'present', 0, 'The entry is in use.'),
  ]);
}

export const guestTable = guest(
  'guest-table',
  'Guest entry, to a table',
  'Next table; a guest page over host tables.',
);
export const guestPage = guest('guest-page', 'Guest entry, page', 'The page; a guest page over host tables.');
