import { encode, readField, writeField } from '../bits/access';
import { fieldOf } from '../bits/layout';
import type { DmaRequest } from '../request';
import { pageRequestRecord } from './layouts/commands';
import { pageControl, queueBase } from './layouts/registers';
import { register } from './registers';
import type { Unit } from './unit';

const hardware = 0;
const recordBytes = 16;
const pageBytes = 4096;
const access = { write: 1, execute: 2 } as const;
/** Answers that the IOMMU gives by itself; `none` waits for software. */
const answer = { none: -1, success: 0, failure: 15 } as const;
const field = {
  page: fieldOf(queueBase, 'PPN'),
  size: fieldOf(queueBase, 'LOG2SZ'),
  enable: fieldOf(pageControl, 'pqen'),
  isOn: fieldOf(pageControl, 'pqon'),
  failed: fieldOf(pageControl, 'pqmf'),
  overflow: fieldOf(pageControl, 'pqof'),
};

/** The page request queue (RISC-V IOMMU 4.3): a ring in memory that hardware fills and software empties. */
export class PageQueue {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** Queues a request that is a group of its own: -1, or the code of the answer where it cannot (RISC-V IOMMU 3.7). */
  put(request: DmaRequest, group: number): number {
    const { registers } = this.#unit;
    const control = [registers.low(register.pqcsr), 0];
    if (readField(field.isOn, control) === 0 || readField(field.failed, control) === 1) return answer.failure;
    const tail = registers.low(register.pqt);
    const next = (tail + 1) % 2 ** (this.#base(field.size) + 1);
    if (readField(field.overflow, control) === 1) return answer.success;
    if (next === registers.low(register.pqh)) {
      writeField(field.overflow, control, 0, 1);
      registers.set(hardware, register.pqcsr, control[0] as number, 0);
      return answer.success;
    }
    this.#write(tail, request, group);
    registers.set(hardware, register.pqt, next, 0);
    return answer.none;
  }

  /** Software writes pqcsr: errors go where it writes 1, and a queue that is switched on begins at entry 0 (RISC-V IOMMU 6.17). */
  control(by: number, low: number): void {
    const { registers } = this.#unit;
    const before = [registers.low(register.pqcsr), 0];
    const after = [low, 0];
    for (const error of [field.failed, field.overflow]) {
      const stays = readField(error, before) === 1 && readField(error, after) === 0;
      writeField(error, after, 0, stays ? 1 : 0);
    }
    const isOn = readField(field.enable, after);
    if (isOn === 1 && readField(field.isOn, before) === 0) {
      registers.set(hardware, register.pqt, 0, 0);
      for (const error of [field.failed, field.overflow]) writeField(error, after, 0, 0);
    }
    writeField(field.isOn, after, 0, isOn);
    registers.set(by, register.pqcsr, after[0] as number, 0);
  }

  #write(index: number, request: DmaRequest, group: number): void {
    const { memory, trace } = this.#unit;
    const hasProcess = request.pasid >= 0;
    const words = encode(pageRequestRecord, {
      DID: request.device,
      PV: hasProcess ? 1 : 0,
      PID: hasProcess ? request.pasid : 0,
      PRIV: hasProcess && request.privileged ? 1 : 0,
      EXEC: hasProcess && request.access === access.execute ? 1 : 0,
      R: request.access === access.write ? 0 : 1,
      W: request.access === access.write ? 1 : 0,
      L: 1,
      PRGI: group,
      ADDR: request.page,
    });
    const bytes = index * recordBytes;
    const page = this.#base(field.page) + Math.floor(bytes / pageBytes);
    for (let at = 0; at < words.length; at += 2) {
      const offset = (bytes % pageBytes) + at * 4;
      const [low, high] = [words[at] as number, words[at + 1] as number];
      memory.write(page, offset, low, high);
      if (trace.isOn) trace.emit('store', hardware, page, offset, low, high);
    }
  }

  #base(wanted: typeof field.page): number {
    const { registers } = this.#unit;
    return readField(wanted, [registers.low(register.pqb), registers.high(register.pqb)]);
  }
}
