import { choice, reserved, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

/**
 * Requests of the PASID extension of virtio-iommu that was proposed on 18 April 2019. The proposal gives fields and
 * sizes, and no numbers for the types: 6 and 7 are the first two that the standard leaves free.
 */
export const requestTypes = { 6: 'ALLOC_PASID', 7: 'FREE_PASID' } as const;
export const allocateType = 6;
export const freeType = 7;

/** Status codes of virtio-iommu (virtio 1.2, 5.13.6). */
export const statusCodes = { 0: 'OK', 4: 'INVAL', 6: 'NOENT', 8: 'NOMEM' } as const;

const source = 'virtio-iommu, proposal of 18 April 2019';
const type = choice('TYPE', 'type', 7, 0, requestTypes, 'What is asked for.');
const tail = [
  reserved(127, 104),
  choice('STATUS', 'status', 103, 96, statusCodes, 'The device writes how the request ended.'),
];

export const allocateRequest = layout('virtio-alloc-pasid', 'ALLOC_PASID request', 128, source, [
  ...tail,
  uint('PASID', 'PASID', 95, 64, 'The device writes the number that it gives.'),
  uint('MAX', 'largest PASID', 63, 32, 'Reserved in the proposal; max_pasid where the guest may limit it.'),
  reserved(31, 8),
  type,
]);

export const freeRequest = layout('virtio-free-pasid', 'FREE_PASID request', 128, source, [
  ...tail,
  uint('PASID', 'PASID', 95, 64, 'The number that the driver gives back.'),
  reserved(63, 32),
  reserved(31, 8),
  type,
]);
