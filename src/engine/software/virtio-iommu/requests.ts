import { choice, flag, page, reserved, uint } from '../../bits/field';
import { type Layout, layout } from '../../bits/layout';
import { statusCodes } from './status';

/** Requests of a virtio-iommu as their bytes lie in a buffer, little endian (virtio 1.2, 5.13.6). */
export const requestTypes = { 1: 'ATTACH', 2: 'DETACH', 3: 'MAP', 4: 'UNMAP', 5: 'PROBE' } as const;
export const type = { attach: 1, detach: 2, map: 3, unmap: 4, probe: 5 } as const;

const source = 'virtio 1.2, 5.13.6';

const head = [reserved(31, 8), choice('TYPE', 'type', 7, 0, requestTypes, 'What is asked for.')];
const domain = uint('DOMAIN', 'domain', 63, 32, 'The address space; the driver chooses the number.');
const endpointAt = (low: number): ReturnType<typeof uint> =>
  uint('ENDPOINT', 'endpoint', low + 31, low, 'The device; on PCI its requester ID.');
const tailAt = (low: number): ReturnType<typeof uint>[] => [
  reserved(low + 31, low + 8, 'The device writes zeros.'),
  choice('STATUS', 'status', low + 7, low, statusCodes, 'The device writes how the request ended.'),
];
/** A 64-bit address from bit `low`: its page and its last 12 bits. */
const addressAt = (abbr: string, low: number, meaning: string): ReturnType<typeof uint>[] => [
  page(abbr, `${abbr}, page`, low + 63, low + 12, meaning),
  uint(`${abbr}_OFFSET`, `${abbr}, low bits`, low + 11, low, 'The last 12 bits of the address.'),
];

export const attachRequest = layout('virtio-attach', 'ATTACH request', 192, source, [
  ...tailAt(160),
  reserved(159, 128),
  reserved(127, 97),
  flag('BYPASS', 'bypass', 96, 'The domain translates nothing: identity.'),
  endpointAt(64),
  domain,
  ...head,
]);

export const detachRequest = layout('virtio-detach', 'DETACH request', 192, source, [
  ...tailAt(160),
  reserved(159, 96),
  endpointAt(64),
  domain,
  ...head,
]);

export const mapRequest = layout('virtio-map', 'MAP request', 320, source, [
  ...tailAt(288),
  reserved(287, 259),
  flag('MMIO', 'MMIO', 258, 'The memory is a device’s.'),
  flag('WRITE', 'write', 257, 'Devices may write.'),
  flag('READ', 'read', 256, 'Devices may read.'),
  ...addressAt('PHYS_START', 192, 'The guest’s physical address of the first byte.'),
  ...addressAt('VIRT_END', 128, 'The last byte that is mapped, not the one behind it.'),
  ...addressAt('VIRT_START', 64, 'The first byte that is mapped.'),
  domain,
  ...head,
]);

export const unmapRequest = layout('virtio-unmap', 'UNMAP request', 256, source, [
  ...tailAt(224),
  reserved(223, 192),
  ...addressAt('VIRT_END', 128, 'The last byte of the range.'),
  ...addressAt('VIRT_START', 64, 'The first byte of the range.'),
  domain,
  ...head,
]);

/** What the device reads of a PROBE; properties and tail follow. */
export const probeRequest = layout(
  'virtio-probe',
  'PROBE request, the part that the device reads',
  576,
  source,
  [
    reserved(575, 64),
    uint('ENDPOINT', 'endpoint', 63, 32, 'The device that the question is about.'),
    ...head,
  ],
);

/** A request's structure and the bytes of it that the device reads. The tail takes four more. */
export interface RequestShape {
  readonly structure: Layout;
  readonly readable: number;
}

export const tailBytes = 4;
export const shapes: Readonly<Record<number, RequestShape>> = {
  [type.attach]: { structure: attachRequest, readable: 20 },
  [type.detach]: { structure: detachRequest, readable: 20 },
  [type.map]: { structure: mapRequest, readable: 36 },
  [type.unmap]: { structure: unmapRequest, readable: 28 },
  [type.probe]: { structure: probeRequest, readable: 72 },
};
