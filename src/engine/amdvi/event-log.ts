import { encode, readField, writeField } from '../bits/access';
import { joinAddress } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import type { DmaRequest } from '../request';
import { eventCode, eventReasons } from './faults';
import { event } from './layouts/commands';
import { control, status } from './layouts/registers';
import { register } from './registers';
import { Ring } from './ring';
import type { Unit } from './unit';

const hardware = 0;
const isOn = fieldOf(control, 'EventLogEn');
const overflow = fieldOf(status, 'EventOverflow');
const logged = fieldOf(status, 'EventLogInt');
const pageFault = 2;
const invalidRequest = 8;
const translationRequest = 2;

/** The event log (AMD IOMMU 2.5): a ring in memory that hardware fills and software empties. */
export class EventLog {
  readonly ring: Ring;
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
    this.ring = new Ring(unit, register.evtlog_base, register.evt_head, register.evt_tail);
  }

  /** Logs an event; its index, or -1 when it is lost. */
  record(request: DmaRequest, reason: number, domain: number): number {
    const { registers } = this.#unit;
    if (readField(isOn, [registers.low(register.control), 0]) === 0) return -1;
    const words = [registers.low(register.status), 0];
    if (readField(overflow, words) === 1) return -1;
    const { tail, head, length } = this.ring;
    const next = (tail + 1) % length;
    if (next === head) {
      writeField(overflow, words, 0, 1);
      registers.set(hardware, register.status, words[0] as number, 0);
      return -1;
    }
    this.#write(tail, this.#encode(request, reason, domain));
    registers.set(hardware, register.evt_tail, Ring.valueOf(next), 0);
    writeField(logged, words, 0, 1);
    registers.set(hardware, register.status, words[0] as number, 0);
    return tail;
  }

  #encode(request: DmaRequest, reason: number, domain: number): number[] {
    const hasPasid = request.pasid >= 0;
    const code = eventCode(reason);
    const address = joinAddress(request.page, request.offset);
    return encode(event, {
      DeviceID: request.device,
      Code: code,
      ...eventReasons.get(reason)?.flags,
      TR: code === invalidRequest && request.type === translationRequest ? 1 : 0,
      RW: request.access === 1 ? 1 : 0,
      GN: hasPasid ? 1 : 0,
      Domain: hasPasid ? request.pasid % 2 ** 16 : code === pageFault ? domain : 0,
      PASIDH: hasPasid ? Math.floor(request.pasid / 2 ** 16) : 0,
      US: hasPasid && !request.privileged ? 1 : 0,
      AddressH: address.high,
      AddressL: address.low,
    });
  }

  #write(index: number, words: readonly number[]): void {
    const { memory, trace } = this.#unit;
    const { page, offset } = this.ring.placeOf(index);
    for (let at = 0; at < words.length; at += 2) {
      const low = words[at] as number;
      const high = words[at + 1] as number;
      memory.write(page, offset + at * 4, low, high);
      if (trace.isOn) trace.emit('store', hardware, page, offset + at * 4, low, high);
    }
  }
}
