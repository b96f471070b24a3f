import { choice, frame, ignored, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

const memberships = { 0: 'no PE', 1: 'the device is in a PE' } as const;
const levels = { 0: '1 level', 1: '2 levels', 2: '3 levels', 3: '4 levels', 4: '5 levels' } as const;
const pageSizes = {
  0: 'not translated',
  1: '4 KiB',
  5: '64 KiB',
  10: '2 MiB',
  13: '16 MiB',
  17: '256 MiB',
  19: '1 GiB',
} as const;

export const deviceEntry = layout(
  'rte',
  'Requester entry (RTE)',
  64,
  'IODA2 requester ID translation table; hardware has 16 bits without V, the 64 bits are the model’s own',
  [
    choice('V', 'valid', 63, 63, memberships, 'Whether the device belongs to a PE.'),
    ignored(62, 16),
    uint('PE', 'PE number', 15, 0, 'The partitionable endpoint of the device.'),
  ],
);

export const windowEntry = layout(
  'tve',
  'Window entry (TVE)',
  64,
  'IODA2 translation validation table, bits as in QEMU pnv_phb3_regs.h; hardware keeps it on the chip, the model in memory',
  [
    frame('TTA', 'TCE table address', 63, 16, 'Page of the window’s first TCE table.'),
    choice('LEVELS', 'levels', 15, 13, levels, 'How many tables lie on the way to a TCE.'),
    uint(
      'TTS',
      'TCE table size',
      12,
      8,
      'A table of any level has 2^(TTS + 8) entries; 0 is a window that does not exist.',
    ),
    ignored(7, 5),
    choice('PSIZE', 'I/O page size', 4, 0, pageSizes, 'A TCE maps 2^(PSIZE + 11) bytes.'),
  ],
);
