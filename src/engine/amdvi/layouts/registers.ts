import { choice, flag, ignored, page, reserved, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

export const features = layout('efr', 'Extended feature register', 64, 'AMD IOMMU 3.4.9', [
  flag('SNP', 'secure nested paging', 63, 'Pages have owners.'),
  ignored(62, 55),
  flag('InvIotlbType', 'typed invalidations', 54, 'Device-TLB invalidations have a type.'),
  ignored(53),
  flag('HD', 'host dirty', 52, 'Hardware sets D in host entries.'),
  ignored(51),
  flag('EPH', 'enhanced page requests', 50, 'Page requests have more flags.'),
  flag('HA', 'host accessed', 49, 'Hardware sets A in host entries.'),
  flag('GIO', 'guest without PASID', 48, 'GIOV is obeyed.'),
  ignored(47, 40),
  uint('DevTblSeg', 'device table segments', 39, 38, 'Up to 2^n segments.'),
  flag('US', 'user and supervisor', 37, 'Privileges are told apart.'),
  uint('PASmax', 'PASID size', 36, 32, 'PASIDs have PASmax + 1 bits.'),
  ignored(31, 16),
  choice('GLXSup', 'GCR3 levels', 15, 14, { 0: '1', 1: '2', 2: '3' }, 'Deepest GCR3 table.'),
  choice('GATS', 'guest levels', 13, 12, { 0: '4', 1: '5' }, 'Deepest guest table.'),
  choice('HATS', 'host levels', 11, 10, { 0: '4', 1: '5', 2: '6' }, 'Deepest host table.'),
  flag('PC', 'counters', 9, 'Counters exist.'),
  flag('HE', 'hardware error registers', 8, 'Error registers exist.'),
  flag('GA', 'guest interrupts', 7, 'Interrupts can be delivered to guests.'),
  flag('IA', 'invalidate all', 6, 'INVALIDATE_IOMMU_ALL exists.'),
  ignored(5),
  flag('GT', 'guest translation', 4, 'Guest tables and PASIDs exist.'),
  flag('NX', 'no execute', 3, 'NX is obeyed.'),
  flag('XT', 'x2APIC', 2, '32-bit destinations.'),
  flag('PPR', 'page requests', 1, 'Page requests exist.'),
  flag('PreF', 'prefetch', 0, 'The prefetch command exists.'),
]);

export const control = layout('control', 'Control register', 64, 'AMD IOMMU 3.4.7', [
  ignored(63, 17, 'Guest interrupts, segments and more.'),
  flag('GTEn', 'guest translation', 16, 'Guest tables are used.'),
  flag('PPREn', 'page requests', 15, 'Page requests are taken.'),
  flag('PPRIntEn', 'page request interrupt', 14, 'Page requests interrupt.'),
  flag('PPRLogEn', 'page request log', 13, 'Page requests are logged.'),
  flag('CmdBufEn', 'command buffer', 12, 'Commands are taken.'),
  ignored(11, 5, 'Time-out and attributes.'),
  flag('ComWaitIntEn', 'completion interrupt', 4, 'COMPLETION_WAIT may interrupt.'),
  flag('EventIntEn', 'event interrupt', 3, 'Events interrupt.'),
  flag('EventLogEn', 'event log', 2, 'Events are logged.'),
  ignored(1),
  flag('IommuEn', 'enabled', 0, 'DMA is translated.'),
]);

export const deviceTable = layout('devtab_base', 'Device table base', 64, 'AMD IOMMU 3.4.1', [
  reserved(63, 52),
  page('Base', 'device table', 51, 12, 'Page of the device table.'),
  reserved(11, 9),
  uint('Size', 'size', 8, 0, 'The table has Size + 1 pages.'),
]);

export const ringBase = layout('ring-base', 'Base of a ring', 64, 'AMD IOMMU 3.4.2', [
  reserved(63, 60),
  uint('Length', 'length', 59, 56, 'The ring has 2^Length entries of 16 bytes.'),
  reserved(55, 52),
  page('Base', 'ring', 51, 12, 'Page of the first entry.'),
  reserved(11, 0),
]);

export const ringPlace = layout('ring-place', 'Head or tail of a ring', 64, 'AMD IOMMU 3.4.13', [
  reserved(63, 19),
  uint('Place', 'place', 18, 4, 'Entry of the ring.'),
  reserved(3, 0),
]);

export const status = layout('status', 'Status register', 64, 'AMD IOMMU 3.4.14', [
  reserved(63, 8),
  flag('PPRLogRun', 'page request log runs', 7, 'Page requests are logged.'),
  flag('PPRInt', 'page request', 6, 'A page request was logged.'),
  flag('PPROverflow', 'page request overflow', 5, 'A page request was lost because the log was full.'),
  flag('CmdBufRun', 'command buffer runs', 4, 'Commands are taken.'),
  flag('EventLogRun', 'event log runs', 3, 'Events are logged.'),
  flag('ComWaitInt', 'completion', 2, 'A COMPLETION_WAIT has asked for an interrupt.'),
  flag('EventLogInt', 'event', 1, 'An event was logged.'),
  flag('EventOverflow', 'overflow', 0, 'An event was lost because the log was full.'),
]);
