import { choice, flag, ignored, page, reserved, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

export const capability = layout('CAP', 'Capability register', 64, 'VT-d 11.4.2', [
  flag('ESRTPS', 'enhanced set root table pointer', 63, 'Setting the root pointer empties the caches.'),
  flag(
    'ESIRTPS',
    'enhanced set interrupt table pointer',
    62,
    'Setting the interrupt table empties its cache.',
  ),
  flag('ECMDS', 'enhanced commands', 61, 'The enhanced command interface exists.'),
  flag('FS5LP', 'first-stage 5 levels', 60, 'The first stage can have five levels.'),
  flag('PI', 'posted interrupts', 59, 'Interrupts can be posted.'),
  ignored(58, 57),
  flag('FS1GP', 'first-stage 1 GiB pages', 56, 'The first stage can map 1 GiB pages.'),
  flag('DRD', 'read draining', 55, 'Invalidations can drain reads.'),
  flag('DWD', 'write draining', 54, 'Invalidations can drain writes.'),
  uint('MAMV', 'maximum address mask', 53, 48, 'Largest page-selective invalidation: 2^MAMV pages.'),
  uint('NFR', 'fault records', 47, 40, 'Number of fault recording registers less one.'),
  flag('PSI', 'page-selective invalidation', 39, 'The IOTLB can be invalidated by page.'),
  reserved(38),
  uint('SSLPS', 'second-stage large pages', 37, 34, 'Bit 0: 2 MiB; bit 1: 1 GiB.'),
  uint('FRO', 'fault record offset', 33, 24, 'Where the fault records are, in 16 bytes.'),
  reserved(23),
  flag('ZLR', 'zero-length reads', 22, 'Zero-length reads of write-only pages are allowed.'),
  uint('MGAW', 'maximum guest address width', 21, 16, 'Width of a DMA address less one.'),
  reserved(15, 13),
  uint('SAGAW', 'supported address widths', 12, 8, 'Bit 1: 39; bit 2: 48; bit 3: 57 bits.'),
  flag('CM', 'caching mode', 7, 'Entries that are not present may be cached.'),
  flag('PHMR', 'protected high memory', 6, 'A protected high memory region exists.'),
  flag('PLMR', 'protected low memory', 5, 'A protected low memory region exists.'),
  flag('RWBF', 'write-buffer flush', 4, 'Software flushes write buffers after changing tables.'),
  flag('AFL', 'advanced fault logging', 3, 'Faults can be logged in memory.'),
  uint('ND', 'domains', 2, 0, '2^(4 + 2 × ND) domain identifiers.'),
]);

export const extendedCapability = layout('ECAP', 'Extended capability register', 64, 'VT-d 11.4.3', [
  ignored(63, 54),
  flag('RPRIVS', 'requester privilege', 53, 'RID_PRIV is obeyed.'),
  flag('ADMS', 'abort DMA mode', 52, 'The root pointer can say: refuse everything.'),
  flag('PMS', 'performance monitoring', 51, 'Counters exist.'),
  ignored(50),
  flag('RPS', 'RID_PASID', 49, 'RID_PASID is obeyed; otherwise PASID 0 is used.'),
  flag('SMPWCS', 'page-walk coherency', 48, 'Scalable-mode walks can snoop.'),
  flag('FSTS', 'first stage', 47, 'First-stage translation exists.'),
  flag('SSTS', 'second stage', 46, 'Second-stage translation exists.'),
  flag('SSADS', 'second-stage accessed/dirty', 45, 'SSADE is obeyed.'),
  flag('VCS', 'virtual commands', 44, 'The virtual command registers exist.'),
  flag('SMTS', 'scalable mode', 43, 'Scalable mode exists.'),
  flag('PDS', 'page-request drain', 42, 'Wait descriptors can drain page requests.'),
  flag('DIT', 'invalidation throttle', 41, 'Device-TLB invalidations are throttled.'),
  flag('PASID', 'PASID', 40, 'Requests with PASID are supported.'),
  uint('PSS', 'PASID size', 39, 35, 'PASIDs have PSS + 1 bits.'),
  flag('EAFS', 'extended accessed flag', 34, 'EAFE is obeyed.'),
  flag('NWFS', 'no-write flag', 33, 'Translation requests can say that they only read.'),
  ignored(32),
  flag('SRS', 'supervisor requests', 31, 'Privileged requests are supported.'),
  flag('ERS', 'execute requests', 30, 'Execute requests are supported.'),
  flag('PRS', 'page requests', 29, 'Page requests are supported.'),
  ignored(28, 27),
  flag('NEST', 'nested translation', 26, 'First stage on second stage exists.'),
  flag('MTS', 'memory types', 25, 'Memory types are obeyed.'),
  ignored(24),
  uint('MHMV', 'maximum handle mask', 23, 20, 'Largest mask of an interrupt-entry invalidation.'),
  reserved(19, 18),
  uint('IRO', 'IOTLB register offset', 17, 8, 'Where the IOTLB registers are, in 16 bytes.'),
  flag('SC', 'snoop control', 7, 'Bit 11 of second-stage leaves is obeyed.'),
  flag('PT', 'pass-through', 6, 'Pass-through is supported.'),
  reserved(5),
  flag('EIM', 'extended interrupts', 4, '32-bit APIC identifiers.'),
  flag('IR', 'interrupt remapping', 3, 'Interrupt remapping exists.'),
  flag('DT', 'device TLB', 2, 'Devices may keep translations.'),
  flag('QI', 'queued invalidation', 1, 'The invalidation queue exists.'),
  flag('C', 'coherent walks', 0, 'Table walks snoop the processor caches.'),
]);

export const tableModes = { 0: 'legacy', 1: 'scalable', 2: 'reserved', 3: 'abort DMA' } as const;

export const rootTableAddress = layout('RTADDR', 'Root table address register', 64, 'VT-d 11.4.5', [
  page('RTA', 'root table', 63, 12, 'Host page of the root table.'),
  choice('TTM', 'translation table mode', 11, 10, tableModes, 'Which tables the root leads to.'),
  reserved(9, 0),
]);

export const globalStatus = layout('GSTS', 'Global status register', 64, 'VT-d 11.4.4.2', [
  reserved(63, 32),
  flag('TES', 'translation enable', 31, 'DMA is translated.'),
  flag('RTPS', 'root table pointer', 30, 'The root pointer is in force.'),
  flag('FLS', 'fault log', 29, 'The fault log pointer is in force.'),
  flag('AFLS', 'advanced fault logging', 28, 'Faults are logged in memory.'),
  flag('WBFS', 'write-buffer flush', 27, 'A flush of write buffers is running.'),
  flag('QIES', 'queued invalidation', 26, 'The invalidation queue runs.'),
  flag('IRES', 'interrupt remapping', 25, 'Interrupts are remapped.'),
  flag('IRTPS', 'interrupt table pointer', 24, 'The interrupt table pointer is in force.'),
  flag('CFIS', 'compatibility interrupts', 23, 'Interrupts in the old format pass.'),
  reserved(22, 0),
]);

export const faultStatus = layout('FSTS', 'Fault status register', 64, 'VT-d 11.4.7.1', [
  reserved(63, 16),
  uint('FRI', 'fault record index', 15, 8, 'The first record of the pending faults.'),
  reserved(7),
  flag('ITE', 'invalidation time-out', 6, 'A device did not answer an invalidation.'),
  flag('ICE', 'invalidation completion', 5, 'A device answered wrongly.'),
  flag('IQE', 'invalidation queue error', 4, 'The queue has stopped at a bad descriptor.'),
  flag('APF', 'advanced pending fault', 3, 'The fault log has entries.'),
  flag('AFO', 'advanced overflow', 2, 'The fault log is full.'),
  flag('PPF', 'primary pending fault', 1, 'Some fault record is in use.'),
  flag('PFO', 'primary overflow', 0, 'A fault found no free record.'),
]);

export const queueTail = layout('IQT', 'Invalidation queue tail', 64, 'VT-d 11.4.9.2', [
  reserved(63, 19),
  uint('QT', 'tail', 18, 4, 'Where software puts the next descriptor, in 16 bytes.'),
  reserved(3, 0),
]);

export const queueHead = layout('IQH', 'Invalidation queue head', 64, 'VT-d 11.4.9.1', [
  reserved(63, 19),
  uint('QH', 'head', 18, 4, 'Where hardware reads the next descriptor, in 16 bytes.'),
  reserved(3, 0),
]);

export const queueAddress = layout('IQA', 'Invalidation queue address', 64, 'VT-d 11.4.9.3', [
  page('IQA', 'queue', 63, 12, 'Host page of the first descriptor.'),
  choice('DW', 'descriptor width', 11, 11, { 0: '128 bits', 1: '256 bits' }, 'How large a descriptor is.'),
  reserved(10, 3),
  uint('QS', 'queue size', 2, 0, 'The queue has 2^QS pages.'),
]);

export const queueErrors = {
  0: 'none',
  1: 'the tail is outside the queue',
  2: 'the descriptor cannot be read',
  3: 'the descriptor type is unknown or not allowed',
  4: 'a reserved bit is set',
  5: 'the descriptor width is not supported',
  6: 'the tail is not aligned to a descriptor',
  7: 'the table mode does not allow this descriptor',
} as const;

export const queueErrorRecord = layout('IQERCD', 'Invalidation queue error record', 64, 'VT-d 11.4.9.9', [
  uint('ICESID', 'completion error source', 63, 48, 'The device whose answer was wrong.'),
  uint('ITESID', 'time-out source', 47, 32, 'The device that did not answer.'),
  reserved(31, 4),
  choice('IQEI', 'error', 3, 0, queueErrors, 'Why the queue stopped.'),
]);

export const completionStatus = layout('ICS', 'Invalidation completion status', 64, 'VT-d 11.4.9.4', [
  reserved(63, 1),
  flag('IWC', 'wait completed', 0, 'A wait descriptor that asks for an interrupt is done.'),
]);

export const interruptTableAddress = layout('IRTA', 'Interrupt remapping table address', 64, 'VT-d 11.4.10', [
  page('IRTA', 'table', 63, 12, 'Host page of the interrupt remapping table.'),
  flag('EIME', 'extended interrupts', 11, 'Entries hold 32-bit APIC identifiers.'),
  reserved(10, 4),
  uint('S', 'size', 3, 0, 'The table has 2^(S + 1) entries.'),
]);

export const pageQueueHead = layout('PQH', 'Page request queue head', 64, 'VT-d 11.4.11.1', [
  reserved(63, 19),
  uint('PQH', 'head', 18, 5, 'Which descriptor software takes next, in 32 bytes.'),
  reserved(4, 0),
]);

export const pageQueueTail = layout('PQT', 'Page request queue tail', 64, 'VT-d 11.4.11.2', [
  reserved(63, 19),
  uint('PQT', 'tail', 18, 5, 'Where hardware puts the next descriptor, in 32 bytes.'),
  reserved(4, 0),
]);

export const pageQueueAddress = layout('PQA', 'Page request queue address', 64, 'VT-d 11.4.11.3', [
  page('PQA', 'queue', 63, 12, 'Host page of the first descriptor.'),
  reserved(11, 3),
  uint('PQS', 'queue size', 2, 0, 'The queue has 2^PQS pages.'),
]);

export const pageRequestStatus = layout('PRS', 'Page request status', 64, 'VT-d 11.4.11.4', [
  reserved(63, 2),
  flag('PRO', 'page request overflow', 1, 'A page request found the queue full.'),
  flag('PPR', 'pending page request', 0, 'Page requests wait for software.'),
]);

/** The kind of request in a fault record, from T2 (bit 1) and T1 (bit 0) as the manual pairs them. */
export const faultRecord = layout('FRCD', 'Fault recording register', 128, 'VT-d 11.4.7.6', [
  flag('F', 'fault', 127, 'The record holds a fault; software writes 1 to free it.'),
  flag('T1', 'type, bit 1', 126, 'With T2: 00 write, 01 page request, 10 read, 11 atomic.'),
  uint('AT', 'address type', 125, 124, '0 untranslated, 1 translation request, 2 translated.'),
  uint('PV', 'PASID', 123, 104, 'The PASID of the request, if PP.'),
  uint('FR', 'fault reason', 103, 96, 'Why the request was refused.'),
  flag('PP', 'PASID present', 95, 'The request had a PASID.'),
  flag('EXE', 'execute', 94, 'The request was to execute.'),
  flag('PRIV', 'privileged', 93, 'The request was privileged.'),
  flag('T2', 'type, bit 0', 92, 'See T1.'),
  reserved(91, 80),
  uint('SID', 'source identifier', 79, 64, 'The device.'),
  page('FI', 'fault information', 63, 12, 'The page of the address that was refused.'),
  reserved(11, 0),
]);
