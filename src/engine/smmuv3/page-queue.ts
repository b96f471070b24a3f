import { encode, readField, writeField } from '../bits/access';
import { fieldOf } from '../bits/layout';
import type { DmaRequest } from '../request';
import { pageRequest } from './layouts/page-request';
import { control0, queuePlace } from './layouts/registers';
import { register } from './registers';
import { Ring } from './ring';
import type { Unit } from './unit';

const hardware = 0;
const requestBytes = 16;
const access = { write: 1, execute: 2 } as const;
const answer = { success: 0, failure: 15 } as const;
const isOn = fieldOf(control0, 'PRIQEN');
const overflow = fieldOf(queuePlace, 'OVFLG');

/** The page request queue (SMMUv3 8): a ring in memory that hardware fills and software empties. */
export class PageQueue {
  readonly #unit: Unit;
  readonly #ring: Ring;

  constructor(unit: Unit) {
    this.#unit = unit;
    this.#ring = new Ring(unit, register.PRIQ_BASE, register.PRIQ_PROD, register.PRIQ_CONS, requestBytes);
  }

  /** Queues a request that is a group of its own. Where it cannot, the device is answered at once (SMMUv3 8.1, 8.2). */
  put(request: DmaRequest, group: number): void {
    const { registers, devices, features } = this.#unit;
    const respond = (code: number): void => devices.respond(request.device, request.pasid, group, code);
    const isEnabled = readField(isOn, [registers.low(register.CR0), 0]) === 1;
    if (!features.pageRequests || !isEnabled) return respond(answer.failure);
    const lost = readField(overflow, [registers.low(register.PRIQ_PROD), 0]);
    const known = readField(overflow, [registers.low(register.PRIQ_CONS), 0]);
    if (lost !== known) return respond(answer.success);
    if (this.#ring.isFull) {
      const words = [registers.low(register.PRIQ_PROD), 0];
      writeField(overflow, words, 0, 1 - lost);
      registers.set(hardware, register.PRIQ_PROD, words[0] as number, 0);
      return respond(answer.success);
    }
    const place = this.#ring.producer;
    this.#write(place, request, group);
    const next = this.#ring.valueAt(register.PRIQ_PROD, this.#ring.after(place));
    registers.set(hardware, register.PRIQ_PROD, next, 0);
  }

  #write(place: number, request: DmaRequest, group: number): void {
    const { memory, trace } = this.#unit;
    const hasSubstream = request.pasid >= 0;
    const words = encode(pageRequest, {
      StreamID: request.device,
      SSV: hasSubstream ? 1 : 0,
      SubstreamID: hasSubstream ? request.pasid : 0,
      Priv: request.privileged ? 1 : 0,
      X: request.access === access.execute ? 1 : 0,
      R: request.access === access.write ? 0 : 1,
      W: request.access === access.write ? 1 : 0,
      Last: 1,
      PRGIndex: group,
      Address: request.page,
    });
    const { page, offset } = this.#ring.at(place);
    for (let at = 0; at < words.length; at += 2) {
      const [low, high] = [words[at] as number, words[at + 1] as number];
      memory.write(page, offset + at * 4, low, high);
      if (trace.isOn) trace.emit('store', hardware, page, offset + at * 4, low, high);
    }
  }
}
