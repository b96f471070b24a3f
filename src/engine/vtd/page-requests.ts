import { encode, readField, writeField } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { withoutPasid } from '../device/port';
import type { DmaRequest } from '../request';
import { pageRequestDescriptor } from './layouts/page-request';
import { pageQueueAddress, pageQueueHead, pageQueueTail, pageRequestStatus } from './layouts/registers';
import { register } from './registers';
import type { Unit } from './unit';

const hardware = 0;
const descriptorBytes = 32;
const pageBytes = 4096;
const pageRequestType = 1;
const access = { read: 0, write: 1, execute: 2 } as const;
const success = 0;
const field = {
  head: fieldOf(pageQueueHead, 'PQH'),
  tail: fieldOf(pageQueueTail, 'PQT'),
  address: fieldOf(pageQueueAddress, 'PQA'),
  size: fieldOf(pageQueueAddress, 'PQS'),
  overflow: fieldOf(pageRequestStatus, 'PRO'),
  pending: fieldOf(pageRequestStatus, 'PPR'),
};

/** The page request queue (VT-d 7.4): a ring in memory that hardware fills and software empties. */
export class PageRequestQueue {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** Queues a request that is a group of its own. Where the queue is full the device is told to try again. */
  put(request: DmaRequest, group: number): void {
    const { registers, devices } = this.#unit;
    const tail = this.#read(field.tail, register.PQT);
    const ring = (pageBytes * 2 ** this.#read(field.size, register.PQA)) / descriptorBytes;
    const next = (tail + 1) % ring;
    const isFull = next === this.#read(field.head, register.PQH);
    if (isFull || this.#read(field.overflow, register.PRS) === 1) {
      this.#raise(field.overflow);
      return devices.respond(request.device, request.pasid, group, success);
    }
    this.#write(tail, request, group);
    const words = [0, 0];
    writeField(field.tail, words, 0, next);
    registers.set(hardware, register.PQT, words[0] as number, 0);
    this.#raise(field.pending);
  }

  #write(
    index: number,
    { device, pasid, access: wanted, privileged, page }: DmaRequest,
    group: number,
  ): void {
    const { memory, trace } = this.#unit;
    const words = encode(pageRequestDescriptor, {
      TYPE: pageRequestType,
      PP: pasid === withoutPasid ? 0 : 1,
      RID: device,
      PASID: Math.max(0, pasid),
      EXR: wanted === access.execute ? 1 : 0,
      PR: privileged ? 1 : 0,
      RD: wanted === access.write ? 0 : 1,
      WR: wanted === access.write ? 1 : 0,
      LPIG: 1,
      PRGI: group,
      ADDR: page,
    });
    const first = this.#read(field.address, register.PQA) + Math.floor((index * descriptorBytes) / pageBytes);
    for (let word = 0; word < words.length; word += 2) {
      const offset = ((index * descriptorBytes) % pageBytes) + word * 4;
      const [low, high] = [words[word] as number, words[word + 1] as number];
      memory.write(first, offset, low, high);
      if (trace.isOn) trace.emit('store', hardware, first, offset, low, high);
    }
  }

  #raise(flag: typeof field.pending): void {
    const { registers } = this.#unit;
    const words = [registers.low(register.PRS), 0];
    if (readField(flag, words) === 1) return;
    writeField(flag, words, 0, 1);
    registers.set(hardware, register.PRS, words[0] as number, 0);
  }

  #read(wanted: typeof field.tail, index: number): number {
    const { registers } = this.#unit;
    return readField(wanted, [registers.low(index), registers.high(index)]);
  }
}
