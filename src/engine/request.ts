export const accesses = ['r', 'w', 'x'] as const;
export type Access = (typeof accesses)[number];

export const requestTypes = ['untranslated', 'translated', 'ats'] as const;
export type RequestType = (typeof requestTypes)[number];

/** What a device sends. Codes index `accesses` and `requestTypes`; made once and written over, so that a stream of requests allocates nothing. */
export interface DmaRequest {
  /** Requester ID: bus 15:8, device 7:3, function 2:0. */
  device: number;
  /** -1 when the request carries none. */
  pasid: number;
  access: number;
  privileged: boolean;
  type: number;
  /** Page number of the address, exact up to 2^52. */
  page: number;
  /** Byte offset in the page. */
  offset: number;
  /** What an interrupt write would carry. */
  data: number;
}

/** What came of a request; the machine owns one and writes over it. */
export interface Outcome {
  ok: boolean;
  /** Page number of the answer. */
  page: number;
  /** Power of two of the mapping's size in bytes; 12 is 4 KiB. 64 when the answer is for all addresses. */
  size: number;
  /** Bits: 1 read, 2 write, 4 execute. */
  permissions: number;
  /** Code of `sources`. */
  source: number;
  /** Fault reason of the architecture; 0 when there is none. */
  reason: number;
  /** The fault record written, -1 when none. */
  record: number;
  /** Table entries read from memory. */
  reads: number;
}
