import { encode } from '../../bits/access';
import type { Hands } from '../model';
import type { Address } from './mapping-list';
import { faultBytes, faultRecord } from './reports';
import type { VirtioTeller } from './verbs';

/** A fault as the device reports it. */
export interface Fault {
  readonly reason: number;
  readonly endpoint: number;
  readonly isWrite: boolean;
  readonly at: Address;
}

/** Buffers that the driver has put on the event queue, in a page of guest memory; the device fills one for each fault. */
export class EventQueue {
  readonly #page: number;
  readonly #buffers: number;
  readonly #hands: Hands;
  readonly #tell: VirtioTeller;
  #next = 0;
  /** Buffers that are filled and not given back. */
  #filled: number[] = [];

  constructor(page: number, buffers: number, hands: Hands, tell: VirtioTeller) {
    this.#page = page;
    this.#buffers = buffers;
    this.#hands = hands;
    this.#tell = tell;
    hands.memory.setOwner(page, 'guest');
  }

  /** Without a free buffer the fault is dropped, as QEMU does. */
  report({ reason, endpoint, isWrite, at }: Fault): void {
    if (this.#filled.length === this.#buffers) {
      this.#tell.act('lose', 0, endpoint);
      return;
    }
    const slot = this.#next;
    this.#next = (slot + 1) % this.#buffers;
    this.#filled.push(slot);
    const words = encode(faultRecord, {
      REASON: reason,
      READ: isWrite ? 0 : 1,
      WRITE: isWrite ? 1 : 0,
      HAS_ADDRESS: 1,
      ENDPOINT: endpoint,
      ADDRESS: at.page,
      ADDRESS_OFFSET: at.offset,
    });
    this.#tell.act('report', 0, endpoint, reason, at.page, at.offset);
    this.#hands.write('host', this.#page, slot * faultBytes, words);
    this.#show(slot);
  }

  /** The driver takes what is filled and puts the buffers back. */
  read(): void {
    this.#tell.act('readEvents', 0, this.#filled.length);
    for (const slot of this.#filled) this.#tell.drop('events', slot);
    this.#filled = [];
  }

  /** Tells a record as it is in memory. */
  #show(slot: number): void {
    const { memory } = this.#hands;
    const words = [0, 8, 16].flatMap((half) => {
      const at = slot * faultBytes + half;
      return [memory.low(this.#page, at), memory.high(this.#page, at)];
    });
    this.#tell.set('events', slot, ...words);
  }
}
