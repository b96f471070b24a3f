import { choice, type Field, flag, frame, ignored, reserved, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

const section = 'RISC-V IOMMU 3.1';

export const directoryEntry = layout('ddt-entry', 'Device directory entry', 64, section, [
  reserved(63, 54),
  frame('PPN', 'next table', 53, 10, 'Page of the next table of the directory.'),
  reserved(9, 1),
  flag('V', 'valid', 0, 'The entry is in use.'),
]);

export const secondModes = { 0: 'Bare', 8: 'Sv39x4', 9: 'Sv48x4', 10: 'Sv57x4' } as const;
export const firstModes = { 0: 'Bare', 8: 'Sv39', 9: 'Sv48', 10: 'Sv57' } as const;

const control: readonly Field[] = [
  reserved(63, 32),
  ignored(31, 24, 'Custom use.'),
  reserved(23, 12),
  flag('SXL', 'first-stage width', 11, '1: the first stage has 32-bit addresses.'),
  flag('SBE', 'big-endian', 10, 'The process directory and first stage are big-endian.'),
  flag('DPE', 'default process', 9, 'Requests without a process_id use process_id 0.'),
  flag('SADE', 'first-stage A and D', 8, 'Hardware sets A and D in first-stage entries.'),
  flag('GADE', 'second-stage A and D', 7, 'Hardware sets A and D in second-stage entries.'),
  flag('PRPR', 'response with PASID', 6, 'Page responses carry the PASID.'),
  flag('PDTV', 'process directory', 5, 'FSC leads to a process directory.'),
  flag('DTF', 'no fault records', 4, 'Faults of the device are not recorded.'),
  flag('T2GPA', 'translation to GPA', 3, 'ATS answers with guest addresses.'),
  flag('EN_PRI', 'page requests', 2, 'The device may send page requests.'),
  flag('EN_ATS', 'ATS', 1, 'The device may ask for translations.'),
  flag('V', 'valid', 0, 'The context is in use.'),
];
const rest: readonly Field[] = [
  choice(
    'FSC.MODE',
    'first-stage mode',
    255,
    252,
    firstModes,
    'Levels of the first stage or process directory.',
  ),
  reserved(251, 236),
  frame('FSC.PPN', 'first-stage root', 235, 192, 'Page of the first stage’s or process directory’s root.'),
  uint('MCID', 'monitoring identifier', 191, 180, 'For counting memory use.'),
  uint('RCID', 'resource identifier', 179, 168, 'For sharing resources.'),
  reserved(167, 160),
  uint('PSCID', 'process soft-context', 159, 140, 'Tag of first-stage translations.'),
  reserved(139, 128),
  choice('GATP.MODE', 'second-stage mode', 127, 124, secondModes, 'Levels of the second stage.'),
  uint('GSCID', 'guest soft-context', 123, 108, 'Tag of second-stage translations.'),
  frame('GATP.PPN', 'second-stage root', 107, 64, 'Page of the second stage’s root.'),
  ...control,
];

export const deviceContext = layout('dc', 'Device context', 256, section, rest);

export const extendedDeviceContext = layout('dc-extended', 'Extended device context', 512, section, [
  reserved(511, 448),
  reserved(447, 436),
  uint('PATTERN', 'MSI address pattern', 435, 384, 'Pages that are doorbells, where the mask is 0.'),
  reserved(383, 372),
  uint('MASK', 'MSI address mask', 371, 320, 'Bits of the page number that choose the doorbell.'),
  choice('MSI.MODE', 'MSI table mode', 319, 316, { 0: 'off', 1: 'flat' }, 'Whether MSIs are translated.'),
  reserved(315, 300),
  frame('MSI.PPN', 'MSI table', 299, 256, 'Page of the MSI page table.'),
  ...rest,
]);

export const processEntry = layout('pdt-entry', 'Process directory entry', 64, 'RISC-V IOMMU 3.2', [
  reserved(63, 54),
  frame(
    'PPN',
    'next table',
    53,
    10,
    'Page of the next table of the directory; a guest page under a second stage.',
  ),
  reserved(9, 1),
  flag('V', 'valid', 0, 'The entry is in use.'),
]);

export const processContext = layout('pc', 'Process context', 128, 'RISC-V IOMMU 3.2', [
  choice('FSC.MODE', 'first-stage mode', 127, 124, firstModes, 'Levels of the first stage.'),
  reserved(123, 108),
  frame(
    'FSC.PPN',
    'first-stage root',
    107,
    64,
    'Page of the first stage’s root; a guest page under a second stage.',
  ),
  reserved(63, 32),
  uint('PSCID', 'process soft-context', 31, 12, 'Tag of first-stage translations.'),
  reserved(11, 3),
  flag('SUM', 'supervisor user access', 2, 'Privileged requests may use user pages.'),
  flag('ENS', 'supervisor', 1, 'Privileged requests are allowed.'),
  flag('V', 'valid', 0, 'The context is in use.'),
]);

export const msiEntry = layout('msi-pte', 'MSI page table entry', 128, 'RISC-V IOMMU 3.4', [
  reserved(127, 125),
  uint('NID10', 'notice identifier, bit 10', 124, 124, 'Upper bit of NID.'),
  reserved(123, 118),
  frame('NPPN', 'notice page', 117, 74, 'Page that the notice is written to.'),
  uint('NID', 'notice identifier', 73, 64, 'What the notice says.'),
  flag('C', 'custom', 63, 'The entry has a custom format.'),
  reserved(62, 54),
  frame(
    'PPN',
    'page or file',
    53,
    10,
    'Page of the interrupt file, or bits of the address of one in memory.',
  ),
  ignored(9, 7, 'Bits of the address of an interrupt file in memory, otherwise reserved.'),
  reserved(6, 3),
  choice('M', 'mode', 2, 1, { 1: 'file in memory', 3: 'basic' }, 'What the entry leads to.'),
  flag('V', 'valid', 0, 'The entry is in use.'),
]);
