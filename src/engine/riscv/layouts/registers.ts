import { choice, flag, frame, ignored, reserved, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

export const capabilities = layout('capabilities', 'Capabilities register', 64, 'RISC-V IOMMU 6.3', [
  ignored(63, 44, 'Custom use.'),
  flag('S', 'range invalidation', 43, 'Invalidations can name a range.'),
  flag('NL', 'non-leaf invalidation', 42, 'Invalidations can name tables.'),
  flag('QOSID', 'quality of service', 41, 'Requests carry resource identifiers.'),
  flag('PD20', 'three-level process directory', 40, 'process_id has up to 20 bits.'),
  flag('PD17', 'two-level process directory', 39, 'process_id has up to 17 bits.'),
  flag('PD8', 'one-level process directory', 38, 'process_id has up to 8 bits.'),
  uint('PAS', 'physical address size', 37, 32, 'Bits of a physical address.'),
  flag('DBG', 'debug', 31, 'Registers translate an address on request.'),
  flag('HPM', 'performance monitor', 30, 'Counters exist.'),
  choice(
    'IGS',
    'interrupt generation',
    29,
    28,
    { 0: 'MSI', 1: 'wired', 2: 'both' },
    'How the IOMMU interrupts.',
  ),
  flag('END', 'endianness', 27, 'Both byte orders exist.'),
  flag('T2GPA', 'translation to GPA', 26, 'ATS can answer with guest addresses.'),
  flag('ATS', 'ATS', 25, 'Devices may ask for translations.'),
  flag('AMO_HWAD', 'hardware A and D', 24, 'Hardware can set A and D.'),
  flag('MSI_MRIF', 'interrupt files in memory', 23, 'MSIs can be kept in memory.'),
  flag('MSI_FLAT', 'flat MSI tables', 22, 'MSI page tables exist.'),
  flag('AMO_MRIF', 'atomic interrupt files', 21, 'Interrupt files are changed atomically.'),
  reserved(20),
  flag('Sv57x4', 'Sv57x4', 19, 'Second stage of five levels.'),
  flag('Sv48x4', 'Sv48x4', 18, 'Second stage of four levels.'),
  flag('Sv39x4', 'Sv39x4', 17, 'Second stage of three levels.'),
  flag('Sv32x4', 'Sv32x4', 16, 'Second stage of two levels.'),
  flag('Svpbmt', 'memory types', 15, 'Entries name a memory type.'),
  flag('Svrsw60t59b', 'software bits', 14, 'Bits 60:59 of an entry are free for software.'),
  reserved(13, 12),
  flag('Sv57', 'Sv57', 11, 'First stage of five levels.'),
  flag('Sv48', 'Sv48', 10, 'First stage of four levels.'),
  flag('Sv39', 'Sv39', 9, 'First stage of three levels.'),
  flag('Sv32', 'Sv32', 8, 'First stage of two levels.'),
  uint('version', 'version', 7, 0, '0x10 is 1.0.'),
]);

export const featureControl = layout('fctl', 'Feature control register', 64, 'RISC-V IOMMU 6.4', [
  reserved(63, 3),
  flag('GXL', 'guest width', 2, '1: guest-physical addresses have 34 bits.'),
  flag('WSI', 'wired interrupts', 1, 'Interrupts are wired.'),
  flag('BE', 'big-endian', 0, 'Tables are big-endian.'),
]);

export const directoryModes = {
  0: 'off',
  1: 'bare',
  2: 'one level',
  3: 'two levels',
  4: 'three levels',
} as const;

export const directoryPointer = layout('ddtp', 'Device-directory-table pointer', 64, 'RISC-V IOMMU 6.5', [
  reserved(63, 54),
  frame('PPN', 'root page', 53, 10, 'Page of the device directory.'),
  reserved(9, 5),
  flag('busy', 'busy', 4, 'A change of mode is on its way.'),
  choice('MODE', 'mode', 3, 0, directoryModes, 'How many levels the directory has.'),
]);

export const queueBase = layout('queue-base', 'Queue base register', 64, 'RISC-V IOMMU 6.6', [
  reserved(63, 54),
  frame('PPN', 'base page', 53, 10, 'Page of the first entry.'),
  reserved(9, 5),
  uint('LOG2SZ', 'size less one', 4, 0, 'The queue has 2^(LOG2SZ + 1) entries.'),
]);

export const queueIndex = layout('queue-index', 'Queue head or tail', 64, 'RISC-V IOMMU 6.7', [
  reserved(63, 32),
  uint('INDEX', 'index', 31, 0, 'Entry of the queue.'),
]);

export const commandControl = layout('cqcsr', 'Command queue control', 64, 'RISC-V IOMMU 6.15', [
  reserved(63, 18),
  flag('busy', 'busy', 17, 'A change is on its way.'),
  flag('cqon', 'on', 16, 'The queue runs.'),
  reserved(15, 12),
  flag('fence_w_ip', 'fence interrupt', 11, 'A fence has asked for an interrupt.'),
  flag('cmd_ill', 'illegal command', 10, 'The queue has stopped at an illegal command.'),
  flag('cmd_to', 'command time-out', 9, 'A device did not answer an invalidation.'),
  flag('cqmf', 'memory fault', 8, 'The queue or a fence’s data could not be reached.'),
  reserved(7, 2),
  flag('cie', 'interrupt enable', 1, 'Errors interrupt.'),
  flag('cqen', 'enable', 0, 'Software switches the queue on.'),
]);

export const faultControl = layout('fqcsr', 'Fault queue control', 64, 'RISC-V IOMMU 6.16', [
  reserved(63, 18),
  flag('busy', 'busy', 17, 'A change is on its way.'),
  flag('fqon', 'on', 16, 'The queue runs.'),
  reserved(15, 10),
  flag('fqof', 'overflow', 9, 'A record was lost because the queue was full.'),
  flag('fqmf', 'memory fault', 8, 'A record could not be written.'),
  reserved(7, 2),
  flag('fie', 'interrupt enable', 1, 'Records interrupt.'),
  flag('fqen', 'enable', 0, 'Software switches the queue on.'),
]);

export const pageControl = layout('pqcsr', 'Page request queue control', 64, 'RISC-V IOMMU 6.17', [
  reserved(63, 18),
  flag('busy', 'busy', 17, 'A change is on its way.'),
  flag('pqon', 'on', 16, 'The queue runs.'),
  reserved(15, 10),
  flag('pqof', 'overflow', 9, 'A page request was lost because the queue was full.'),
  flag('pqmf', 'memory fault', 8, 'A page request could not be written.'),
  reserved(7, 2),
  flag('pie', 'interrupt enable', 1, 'Page requests interrupt.'),
  flag('pqen', 'enable', 0, 'Software switches the queue on.'),
]);
