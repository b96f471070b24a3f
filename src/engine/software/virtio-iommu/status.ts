import { errorNumber } from '../errors';

/** Status codes of the tail (virtio 1.2, 5.13.6). */
export const statusCodes = {
  0: 'OK',
  1: 'IOERR',
  2: 'UNSUPP',
  3: 'DEVERR',
  4: 'INVAL',
  5: 'RANGE',
  6: 'NOENT',
  7: 'FAULT',
  8: 'NOMEM',
} as const;

export type Status = keyof typeof statusCodes;

export const status = { ok: 0, invalid: 4, range: 5, noEntry: 6, badAddress: 7, noMemory: 8 } as const;

/** What Linux makes of a status (drivers/iommu/virtio-iommu.c, viommu_get_req_errno). */
const errors = ['', 'EIO', 'ENOSYS', 'EIO', 'EINVAL', 'ERANGE', 'ENOENT', 'EFAULT', 'ENOMEM'];

/** 0, or minus the error number; -EIO for a buffer that comes back unwritten or with a code that nobody knows. */
export function resultOf(code: number): number {
  return code === status.ok ? 0 : -errorNumber(errors[code] ?? 'EIO');
}
