import { choice, flag, page, reserved, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

/** What the device tells: properties of an endpoint, and faults (virtio 1.2, 5.13.6.7 and 5.13.6.8). */
export const subtypes = { 0: 'RESERVED', 1: 'MSI' } as const;
export const subtype = { reserved: 0, msi: 1 } as const;
export const faultReasons = { 0: 'UNKNOWN', 1: 'DOMAIN', 2: 'MAPPING' } as const;
export const reason = { unknown: 0, domain: 1, mapping: 2 } as const;

export const reservedMemoryType = 1;
/** Bytes of the value, and with the four before it. */
export const reservedMemoryLength = 20;
export const reservedMemoryBytes = 24;
export const faultBytes = 24;

const properties = { 0: 'none: the list ends', [reservedMemoryType]: 'RESV_MEM' };

export const reservedMemory = layout('virtio-resv-mem', 'RESV_MEM property', 192, 'virtio 1.2, 5.13.6.7', [
  page('END', 'end, page', 191, 140, 'The last byte of the region.'),
  uint('END_OFFSET', 'end, low bits', 139, 128, 'The last 12 bits of the address.'),
  page('START', 'start, page', 127, 76, 'The first byte of the region.'),
  uint('START_OFFSET', 'start, low bits', 75, 64, 'The last 12 bits of the address.'),
  reserved(63, 40),
  choice('SUBTYPE', 'subtype', 39, 32, subtypes, 'MSI: writes pass as they are. RESERVED: accesses fault.'),
  uint('LENGTH', 'length', 31, 16, 'Bytes of the value, without these four.'),
  reserved(15, 12, 'A property with a bit set here is skipped.'),
  choice('TYPE', 'type', 11, 0, properties, 'Which property; 0 ends the list.'),
]);

export const faultRecord = layout('virtio-fault', 'Fault record', 192, 'virtio 1.2, 5.13.6.8', [
  page('ADDRESS', 'address, page', 191, 140, 'Where the endpoint wanted to go.'),
  uint('ADDRESS_OFFSET', 'address, low bits', 139, 128, 'The last 12 bits of the address.'),
  reserved(127, 96),
  uint('ENDPOINT', 'endpoint', 95, 64, 'Who asked.'),
  reserved(63, 41),
  flag('HAS_ADDRESS', 'address valid', 40, 'The address field says something.'),
  reserved(39, 34),
  flag('WRITE', 'write', 33, 'The access was a write.'),
  flag('READ', 'read', 32, 'The access was a read.'),
  reserved(31, 8, 'A record with a bit set here is ignored.'),
  choice('REASON', 'reason', 7, 0, faultReasons, 'What the device found.'),
]);
