import { encode, readField, writeField } from '../bits/access';
import { joinAddress } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import type { DmaRequest } from '../request';
import { faultRecord } from './layouts/commands';
import { faultControl, queueBase } from './layouts/registers';
import { register } from './registers';
import type { Unit } from './unit';

const hardware = 0;
export const recordBytes = 32;
/** TTYP by kind of request and access: read, write, execute. */
const transactionOf = [
  [2, 3, 1],
  [6, 7, 5],
  [8, 8, 8],
] as const;
/** TTYP of a message and its code (PCIe). */
const message = 9;
const pageRequestMessage = 4;
const base = fieldOf(queueBase, 'PPN');
const size = fieldOf(queueBase, 'LOG2SZ');
const overflow = fieldOf(faultControl, 'fqof');
const isOn = fieldOf(faultControl, 'fqon');

/** The fault queue (RISC-V IOMMU 4.2): a ring in memory that hardware fills and software empties. */
export class FaultQueue {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** How many records the ring takes. */
  get length(): number {
    return 2 ** (this.#read(size) + 1);
  }

  /** Where record `index` lies. */
  placeOf(index: number): { readonly page: number; readonly offset: number } {
    const bytes = index * recordBytes;
    return { page: this.#read(base) + Math.floor(bytes / 4096), offset: bytes % 4096 };
  }

  /** Queues a record; its index, or -1 when it is lost. `second` is iotval2: a guest page and its two low bits. */
  record(
    request: DmaRequest,
    cause: number,
    guestPage: number,
    implicit: number,
    guestOffset: number,
  ): number {
    const value = joinAddress(request.page, request.offset);
    const other = joinAddress(guestPage, guestPage === 0 ? 0 : guestOffset & ~3);
    return this.#put(request, {
      CAUSE: cause,
      TTYP: transactionOf[request.type as 0]?.[request.access as 0] ?? 0,
      IOTVALH: value.high,
      IOTVALL: value.low,
      IOTVAL2H: other.high,
      IOTVAL2L: (other.low | implicit) >>> 0,
    });
  }

  /** Queues a record of a page request, which is a message, as `record` does. */
  recordPageRequest(request: DmaRequest, cause: number): number {
    return this.#put(request, { CAUSE: cause, TTYP: message, IOTVALL: pageRequestMessage });
  }

  #put(request: DmaRequest, fields: Readonly<Record<string, number>>): number {
    const { registers } = this.#unit;
    const control = [registers.low(register.fqcsr), 0];
    if (readField(isOn, control) === 0 || readField(overflow, control) === 1) return -1;
    const tail = registers.low(register.fqt);
    const next = (tail + 1) % this.length;
    if (next === registers.low(register.fqh)) {
      writeField(overflow, control, 0, 1);
      registers.set(hardware, register.fqcsr, control[0] as number, 0);
      return -1;
    }
    const hasProcess = request.pasid >= 0;
    const words = encode(faultRecord, {
      ...fields,
      DID: request.device,
      PV: hasProcess ? 1 : 0,
      PID: hasProcess ? request.pasid : 0,
      PRIV: hasProcess && request.privileged ? 1 : 0,
    });
    this.#write(tail, words);
    registers.set(hardware, register.fqt, next, 0);
    return tail;
  }

  #write(index: number, words: readonly number[]): void {
    const { memory, trace } = this.#unit;
    const { page, offset } = this.placeOf(index);
    for (let at = 0; at < words.length; at += 2) {
      const low = words[at] as number;
      const high = words[at + 1] as number;
      memory.write(page, offset + at * 4, low, high);
      if (trace.isOn) trace.emit('store', hardware, page, offset + at * 4, low, high);
    }
  }

  #read(field: typeof base): number {
    const { registers } = this.#unit;
    return readField(field, [registers.low(register.fqb), registers.high(register.fqb)]);
  }
}
