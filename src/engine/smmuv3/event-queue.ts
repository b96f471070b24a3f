import { encode, readField } from '../bits/access';
import { joinAddress } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import type { DmaRequest } from '../request';
import { isTranslationFault } from './faults';
import { event } from './layouts/commands';
import { control0 } from './layouts/registers';
import { register } from './registers';
import { Ring } from './ring';
import { classOf, type Stages } from './stages';
import type { Unit } from './unit';

const hardware = 0;
export const eventBytes = 32;
const isOn = fieldOf(control0, 'EVENTQEN');
const write = 1;
const execute = 2;
const walkAbort = 0x0b;
/** Events that say what could not be read. */
const fetchFaults: ReadonlySet<number> = new Set([0x03, 0x09, walkAbort]);

/** The event queue (SMMUv3 7.2): a ring in memory that hardware fills and software empties. */
export class EventQueue {
  readonly ring: Ring;
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
    this.ring = new Ring(unit, register.EVENTQ_BASE, register.EVENTQ_PROD, register.EVENTQ_CONS, eventBytes);
  }

  /** Whether an event can be recorded now. */
  get hasRoom(): boolean {
    return readField(isOn, [this.#unit.registers.low(register.CR0), 0]) === 1 && !this.ring.isFull;
  }

  /** Records an event, of a request that waits under a tag from 0 up; its place, or -1 when it is lost. */
  record(request: DmaRequest, number: number, stages: Stages, stallTag = -1): number {
    const { registers } = this.#unit;
    if (!this.hasRoom) return -1;
    const place = this.ring.producer;
    this.#write(place, encodeEvent(this.#unit, request, number, stages, stallTag));
    const next = this.ring.valueAt(register.EVENTQ_PROD, this.ring.after(place));
    registers.set(hardware, register.EVENTQ_PROD, next, 0);
    return place;
  }

  #write(place: number, words: readonly number[]): void {
    const { memory, trace } = this.#unit;
    const { page, offset } = this.ring.at(place);
    for (let at = 0; at < words.length; at += 2) {
      const low = words[at] as number;
      const high = words[at + 1] as number;
      memory.write(page, offset + at * 4, low, high);
      if (trace.isOn) trace.emit('store', hardware, page, offset + at * 4, low, high);
    }
  }
}

function encodeEvent(
  unit: Unit,
  request: DmaRequest,
  number: number,
  stages: Stages,
  stallTag: number,
): number[] {
  const hasSubstream = request.pasid >= 0;
  const stream = {
    Number: number,
    StreamID: request.device,
    SSV: hasSubstream ? 1 : 0,
    SubstreamID: hasSubstream ? request.pasid : 0,
  };
  const { failedPage, failedOffset } = unit;
  const fetch = fetchFaults.has(number) ? { IPA: failedPage % 2 ** 40, FetchAddr: failedOffset / 8 } : {};
  if (!isTranslationFault(number) && number !== walkAbort) return encode(event, { ...stream, ...fetch });
  const address = joinAddress(request.page, request.offset);
  return encode(event, {
    ...stream,
    PnU: request.privileged ? 1 : 0,
    InD: request.access === execute ? 1 : 0,
    RnW: request.access === write ? 0 : 1,
    S2: stages.isSecond ? 1 : 0,
    CLASS: stages.kind,
    TTRnW: stages.kind === classOf.table ? 1 : 0,
    AddressH: address.high,
    AddressL: address.low,
    IPA: stages.isSecond ? stages.guestPage : 0,
    ...(stallTag < 0 ? {} : { Stall: 1, STAG: stallTag }),
    ...fetch,
  });
}
