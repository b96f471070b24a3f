import { flag, ignored, page } from '../../bits/field';
import { layout } from '../../bits/layout';

export const tce = layout('tce', 'TCE', 64, 'PAPR, translation control entry', [
  page('RPN', 'real page', 63, 12, 'The real page; bits below the window’s page size are not looked at.'),
  ignored(11, 2),
  flag('W', 'write', 1, 'The device may write.'),
  flag('R', 'read', 0, 'The device may read.'),
]);

export const indirectTce = layout(
  'indirect-tce',
  'Indirect TCE',
  64,
  'IODA2 multi-level tables, as in Linux powernv pci-ioda-tce.c',
  [
    page('NEXT', 'next table', 63, 12, 'The table of the next level.'),
    ignored(11, 2),
    flag('W', 'write', 1, 'With R: the entry is in use while one of both is set.'),
    flag('R', 'read', 0, 'With W: the entry is in use while one of both is set.'),
  ],
);
