import { flag, ignored, page, reserved, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

const firstStageSection = 'VT-d 9.7';
const secondStageSection = 'VT-d 9.8';

const firstStageLow = [
  flag('A', 'accessed', 5, 'Hardware sets it in every entry that a walk uses.'),
  ignored(4, 3, 'PCD and PWT: memory types.'),
  flag('U/S', 'user', 2, 'User requests are allowed here.'),
  flag('R/W', 'writable', 1, 'Writes are allowed here.'),
  flag('P', 'present', 0, 'The entry is in use.'),
];
const firstStageHigh = [
  flag('XD', 'execute disable', 63, 'Execute requests are refused here.'),
  ignored(62, 52, 'Free for software.'),
];
const extendedAccessed = flag('EA', 'extended accessed', 10, 'Set with A when the PASID entry asks for it.');

/** A first-stage entry that points to a table, at level 3 or 2 (the page size bit is 0). */
export const firstStageTable = layout('fs-table', 'First-stage entry, to a table', 64, firstStageSection, [
  ...firstStageHigh,
  page('ADDR', 'next table', 51, 12, 'Page of the next table; a guest page when nested.'),
  ignored(11),
  extendedAccessed,
  ignored(9, 8),
  flag('PS', 'page size', 7, '0: the entry points to a table.'),
  ignored(6),
  ...firstStageLow,
]);

/** A first-stage entry of level 4 or 5, which has no page size bit. */
export const firstStageTop = layout('fs-top', 'First-stage entry, level 4 or 5', 64, firstStageSection, [
  ...firstStageHigh,
  page('ADDR', 'next table', 51, 12, 'Page of the next table; a guest page when nested.'),
  ignored(11),
  extendedAccessed,
  ignored(9, 8),
  reserved(7),
  ignored(6),
  ...firstStageLow,
]);

function firstStageLeaf(id: string, name: string, frameLow: number) {
  const isLarge = frameLow > 12;
  return layout(id, name, 64, firstStageSection, [
    ...firstStageHigh,
    page('ADDR', 'page frame', 51, frameLow, 'The page that the address leads to; a guest page when nested.'),
    ...(isLarge ? [reserved(frameLow - 1, 13), ignored(12, 12, 'PAT: memory type.')] : []),
    ignored(11),
    extendedAccessed,
    ignored(9, 8),
    isLarge
      ? flag('PS', 'page size', 7, '1: the entry maps a large page.')
      : ignored(7, 7, 'PAT: memory type.'),
    flag('D', 'dirty', 6, 'Hardware sets it when a write uses the page.'),
    ...firstStageLow,
  ]);
}

export const firstStage4K = firstStageLeaf('fs-4k', 'First-stage entry, 4 KiB page', 12);
export const firstStage2M = firstStageLeaf('fs-2m', 'First-stage entry, 2 MiB page', 21);
export const firstStage1G = firstStageLeaf('fs-1g', 'First-stage entry, 1 GiB page', 30);

const secondStageHigh = [ignored(63, 52, 'Free for software.')];
const secondStageLow = [
  ignored(2, 2, 'X: not used for DMA.'),
  flag('W', 'write', 1, 'Writes are allowed here.'),
  flag('R', 'read', 0, 'Reads are allowed here.'),
];
const secondStageAccessed = flag('A', 'accessed', 8, 'Set when used, if the PASID entry has SSADE.');

/** A second-stage entry that points to a table, at level 3 or 2 (the page size bit is 0). */
export const secondStageTable = layout('ss-table', 'Second-stage entry, to a table', 64, secondStageSection, [
  ...secondStageHigh,
  page('ADDR', 'next table', 51, 12, 'Host page of the next table.'),
  reserved(11),
  ignored(10, 9),
  secondStageAccessed,
  flag('PS', 'page size', 7, '0: the entry points to a table.'),
  ignored(6, 3),
  ...secondStageLow,
]);

/** A second-stage entry of level 4 or 5, which has no page size bit. */
export const secondStageTop = layout('ss-top', 'Second-stage entry, level 4 or 5', 64, secondStageSection, [
  ...secondStageHigh,
  page('ADDR', 'next table', 51, 12, 'Host page of the next table.'),
  reserved(11),
  ignored(10, 9),
  secondStageAccessed,
  reserved(7),
  ignored(6, 3),
  ...secondStageLow,
]);

function secondStageLeaf(id: string, name: string, frameLow: number) {
  const isLarge = frameLow > 12;
  return layout(id, name, 64, secondStageSection, [
    ...secondStageHigh,
    page('ADDR', 'page frame', 51, frameLow, 'The host page that the address leads to.'),
    ...(isLarge ? [reserved(frameLow - 1, 12)] : []),
    flag('SNP', 'snoop', 11, 'The access snoops the processor caches. Reserved without snoop control.'),
    ignored(10),
    flag('D', 'dirty', 9, 'Set when a write uses the page, if the PASID entry has SSADE.'),
    secondStageAccessed,
    isLarge ? flag('PS', 'page size', 7, '1: the entry maps a large page.') : ignored(7),
    flag('IPAT', 'ignore PAT', 6, 'The memory type below holds alone.'),
    uint('EMT', 'memory type', 5, 3, 'No effect on translation.'),
    ...secondStageLow,
  ]);
}

export const secondStage4K = secondStageLeaf('ss-4k', 'Second-stage entry, 4 KiB page', 12);
export const secondStage2M = secondStageLeaf('ss-2m', 'Second-stage entry, 2 MiB page', 21);
export const secondStage1G = secondStageLeaf('ss-1g', 'Second-stage entry, 1 GiB page', 30);
