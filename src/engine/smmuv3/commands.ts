import { readField, readPage, writeField } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { everyPasid, withoutPasid } from '../device/port';
import type { Invalidator } from './invalidate';
import { commandOf, opcode } from './layouts/commands';
import { control0, globalError, queuePlace } from './layouts/registers';
import { register } from './registers';
import { Ring } from './ring';
import { structureIndex } from './structures';
import type { Unit } from './unit';

const hardware = 0;
export const commandBytes = 16;
const illegal = 1;
const isOn = fieldOf(control0, 'CMDQEN');
const why = fieldOf(queuePlace, 'ERR');
const failed = fieldOf(globalError, 'CMDQ');
const everyStream = 31;
const everySize = 52;
/** Codes of PCIe by Resp. */
const responses: readonly number[] = [15, 1, 0];
/** Pages of a granule by TG of a command: none, 4, 16, 64 KiB. */
const pagesOfGranule = [0, 1, 4, 16] as const;

/** What comes of stalled requests (SMMUv3 4.6). */
export interface StallCommands {
  /** The request is tried again, or ends. */
  resume(stream: number, tag: number, isRetried: boolean): void;
  terminate(stream: number): void;
}

/** The command queue (SMMUv3 4 and 7.1): a ring in memory that software fills and hardware empties. */
export class CommandQueue {
  readonly ring: Ring;
  readonly #unit: Unit;
  readonly #invalidator: Invalidator;
  readonly #stalls: StallCommands;

  constructor(unit: Unit, invalidator: Invalidator, stalls: StallCommands) {
    this.#unit = unit;
    this.#invalidator = invalidator;
    this.#stalls = stalls;
    this.ring = new Ring(unit, register.CMDQ_BASE, register.CMDQ_PROD, register.CMDQ_CONS, commandBytes);
  }

  /** Software has moved the producer, or acknowledged an error. */
  run(): void {
    const { registers } = this.#unit;
    while (this.ring.consumer !== this.ring.producer) {
      if (readField(isOn, [registers.low(register.CR0), 0]) === 0) return;
      if (readField(failed, [registers.low(register.GERROR), 0]) === 1) return;
      if (!this.#consume()) return this.#stop();
      const next = this.ring.valueAt(register.CMDQ_CONS, this.ring.after(this.ring.consumer));
      registers.set(hardware, register.CMDQ_CONS, next, 0);
    }
  }

  #consume(): boolean {
    const { memory, trace } = this.#unit;
    const place = this.ring.consumer;
    const { page, offset } = this.ring.at(place);
    const at = memory.locate(page) + offset / 4;
    const { words } = memory;
    const op = readField(opcode, words, at);
    const structure = commandOf[op];
    if (structure === undefined) return false;
    if (trace.isOn) {
      const index = place % this.ring.length;
      trace.emit('command', structureIndex(structure), index, page, offset, ...words.subarray(at, at + 4));
    }
    const read = (name: string): number => readField(fieldOf(structure, name), words, at);
    if (op <= 0x06) return this.#configuration(op, read);
    if (op === 0x41) return this.#pageResponse(read);
    if (op === 0x44) {
      this.#stalls.resume(read('StreamID'), read('STAG'), read('Ac') === 1);
      return true;
    }
    if (op === 0x45) {
      this.#stalls.terminate(read('StreamID'));
      return true;
    }
    const address = readPage(fieldOf(structure, 'Address'), words, at);
    if (op === 0x40) return this.#deviceTlb(read, address);
    if (op > 0x30) return true;
    return this.#translations(op, read, address);
  }

  /** PRI_RESP (SMMUv3 4.5). Illegal where there are no page requests, and with a response that is none. */
  #pageResponse(read: (name: string) => number): boolean {
    const code = responses[read('Resp')];
    if (!this.#unit.features.pageRequests || code === undefined) return false;
    const pasid = read('SSV') === 1 ? read('SubstreamID') : withoutPasid;
    this.#unit.devices.respond(read('StreamID'), pasid, read('PRGIndex'), code);
    return true;
  }

  /** ATC_INV (SMMUv3 4.5): devices answer at once, before the SYNC behind it. Illegal where there is no ATS. */
  #deviceTlb(read: (name: string) => number, page: number): boolean {
    if (!this.#unit.features.ats) return false;
    const whose = read('SSV') === 1 ? read('SubstreamID') : withoutPasid;
    const pasid = read('Global') === 1 ? everyPasid : whose;
    const size = read('Size');
    const isAll = size >= everySize;
    const count = isAll ? Number.POSITIVE_INFINITY : 2 ** size;
    this.#unit.devices.invalidate(read('StreamID'), pasid, isAll ? 0 : page - (page % count), count);
    return true;
  }

  #configuration(op: number, read: (name: string) => number): boolean {
    switch (op) {
      case 0x03:
        this.#invalidator.streams(read('StreamID'), 1);
        return true;
      case 0x04: {
        const range = read('Range');
        const count = 2 ** (range + 1);
        if (range === everyStream) this.#invalidator.streams(0, 2 ** 32);
        else this.#invalidator.streams(Math.floor(read('StreamID') / count) * count, count);
        return true;
      }
      case 0x05:
        this.#invalidator.context(read('StreamID'), read('SubstreamID'));
        return true;
      case 0x06:
        this.#invalidator.context(read('StreamID'), -1);
        return true;
    }
    return true;
  }

  #translations(op: number, read: (name: string) => number, page: number): boolean {
    const { features } = this.#unit;
    const vmid = read('VMID');
    const granule = pagesOfGranule[read('TG') as 0];
    const count = granule === 0 ? 1 : (read('NUM') + 1) * 2 ** read('SCALE') * granule;
    const leafOnly = read('Leaf') === 1;
    switch (op) {
      case 0x10:
        this.#invalidator.vmid(vmid, false);
        return true;
      case 0x11:
        this.#invalidator.asid(vmid, read('ASID'));
        return true;
      case 0x12:
      case 0x13:
        this.#invalidator.pages(vmid, op === 0x12 ? read('ASID') : -1, page, count, leafOnly);
        return true;
      case 0x28:
        this.#invalidator.vmid(vmid, true);
        return true;
      case 0x2a:
        this.#invalidator.guestPages(vmid, page, count, leafOnly);
        return true;
      case 0x30:
        this.#invalidator.everything();
        return true;
    }
    return features.hypervisor;
  }

  #stop(): void {
    const { registers, trace } = this.#unit;
    if (trace.isOn) trace.emit('queueError', illegal, this.ring.consumer % this.ring.length);
    const place = [registers.low(register.CMDQ_CONS), 0];
    writeField(why, place, 0, illegal);
    registers.set(hardware, register.CMDQ_CONS, place[0] as number, 0);
    const errors = [registers.low(register.GERROR), 0];
    writeField(failed, errors, 0, 1);
    registers.set(hardware, register.GERROR, errors[0] as number, 0);
  }
}
