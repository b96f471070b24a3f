import { choice, flag, ignored, page, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

const section = 'Arm D8.3';
const kinds = { 0: 'invalid', 1: 'block', 2: 'invalid', 3: 'table or page' } as const;

export const tableDescriptor = layout('table', 'Table descriptor', 64, section, [
  flag('NSTable', 'non-secure', 63, 'For the secure world.'),
  uint('APTable', 'permissions below', 62, 61, 'Bit 0: no user access; bit 1: no writes.'),
  flag('UXNTable', 'no user execution below', 60, 'Nothing below is executed by users.'),
  flag('PXNTable', 'no privileged execution below', 59, 'Nothing below is executed with privilege.'),
  ignored(58, 48),
  page('Next', 'next table', 47, 12, 'The next table; a guest page under a second stage.'),
  ignored(11, 2),
  choice('Kind', 'kind', 1, 0, kinds, 'What the descriptor is.'),
]);

export const firstLeaf = layout('s1-leaf', 'First-stage block or page', 64, section, [
  ignored(63, 55, 'Free for software.'),
  flag('UXN', 'no user execution', 54, 'Users may not execute.'),
  flag('PXN', 'no privileged execution', 53, 'Privileged requests may not execute.'),
  flag('Contiguous', 'contiguous', 52, 'One of a run of alike entries.'),
  flag('DBM', 'dirty modifier', 51, 'Hardware may make the page writable.'),
  ignored(50, 48),
  page('Page', 'page', 47, 12, 'The page; a guest page under a second stage.'),
  flag('nG', 'not global', 11, 'Holds for one ASID.'),
  flag('AF', 'accessed', 10, 'Used since it was last cleared.'),
  uint('SH', 'shareability', 9, 8, 'Who shares the memory.'),
  choice(
    'AP',
    'permissions',
    7,
    6,
    { 0: 'privileged read and write', 1: 'read and write', 2: 'privileged read', 3: 'read' },
    'Who may do what.',
  ),
  flag('NS', 'non-secure', 5, 'For the secure world.'),
  uint('AttrIndx', 'attributes', 4, 2, 'Which memory attributes.'),
  choice('Kind', 'kind', 1, 0, kinds, 'What the descriptor is.'),
]);

export const secondLeaf = layout('s2-leaf', 'Second-stage block or page', 64, section, [
  ignored(63, 55, 'Free for software.'),
  uint('XN', 'no execution', 54, 53, 'Who may not execute.'),
  flag('Contiguous', 'contiguous', 52, 'One of a run of alike entries.'),
  flag('DBM', 'dirty modifier', 51, 'Hardware may make the page writable.'),
  ignored(50, 48),
  page('Page', 'page', 47, 12, 'The page.'),
  ignored(11),
  flag('AF', 'accessed', 10, 'Used since it was last cleared.'),
  uint('SH', 'shareability', 9, 8, 'Who shares the memory.'),
  choice(
    'S2AP',
    'permissions',
    7,
    6,
    { 0: 'none', 1: 'read', 2: 'write', 3: 'read and write' },
    'What is allowed.',
  ),
  uint('MemAttr', 'attributes', 5, 2, 'Which memory attributes.'),
  choice('Kind', 'kind', 1, 0, kinds, 'What the descriptor is.'),
]);
