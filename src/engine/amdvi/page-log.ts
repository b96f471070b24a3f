import { encode, readField, writeField } from '../bits/access';
import { fieldOf } from '../bits/layout';
import type { DmaRequest } from '../request';
import { pageRequest } from './layouts/commands';
import { control, status } from './layouts/registers';
import { register } from './registers';
import { Ring } from './ring';
import type { Unit } from './unit';

const hardware = 0;
const access = { write: 1, execute: 2 } as const;
const pageFault = 1;
const isOn = fieldOf(control, 'PPRLogEn');
const isTaken = fieldOf(control, 'PPREn');
const overflow = fieldOf(status, 'PPROverflow');
const logged = fieldOf(status, 'PPRInt');

/** The page request log (AMD IOMMU 2.6): a ring in memory that hardware fills and software empties. */
export class PageLog {
  readonly #unit: Unit;
  readonly #ring: Ring;

  constructor(unit: Unit) {
    this.#unit = unit;
    this.#ring = new Ring(unit, register.ppr_base, register.ppr_head, register.ppr_tail);
  }

  /** Whether page requests are taken at all. */
  get isOn(): boolean {
    const words = [this.#unit.registers.low(register.control), 0];
    return readField(isOn, words) === 1 && readField(isTaken, words) === 1;
  }

  /** Logs a request that is a group of its own. What finds the log full is lost, and nobody answers it. */
  put(request: DmaRequest, group: number): void {
    const { registers } = this.#unit;
    const words = [registers.low(register.status), 0];
    if (readField(overflow, words) === 1) return;
    const { tail, head, length } = this.#ring;
    const next = (tail + 1) % length;
    const isFull = next === head;
    if (!isFull) {
      this.#write(tail, request, group);
      registers.set(hardware, register.ppr_tail, Ring.valueOf(next), 0);
    }
    writeField(isFull ? overflow : logged, words, 0, 1);
    registers.set(hardware, register.status, words[0] as number, 0);
  }

  #write(index: number, request: DmaRequest, group: number): void {
    const { memory, trace } = this.#unit;
    const hasPasid = request.pasid >= 0;
    const pasid = Math.max(0, request.pasid);
    const words = encode(pageRequest, {
      DeviceID: request.device,
      PASIDL: pasid % 2 ** 16,
      PASIDH: Math.floor(pasid / 2 ** 16),
      GN: hasPasid ? 1 : 0,
      US: request.privileged ? 0 : 1,
      EX: request.access === access.execute ? 1 : 0,
      RP: request.access === access.write ? 0 : 1,
      WP: request.access === access.write ? 1 : 0,
      Last: 1,
      Tag: group,
      Type: pageFault,
      Address: request.page,
    });
    const { page, offset } = this.#ring.placeOf(index);
    for (let at = 0; at < words.length; at += 2) {
      const [low, high] = [words[at] as number, words[at + 1] as number];
      memory.write(page, offset + at * 4, low, high);
      if (trace.isOn) trace.emit('store', hardware, page, offset + at * 4, low, high);
    }
  }
}
