import { readField, readPage, writeField } from '../bits/access';
import { fieldOf, type Layout } from '../bits/layout';
import { hasReserved, reservedMask } from '../bits/reserved';
import { withoutPasid } from '../device/port';
import { decodeRange } from '../device/range';
import type { Invalidator } from './invalidate';
import * as layouts from './layouts/commands';
import { control, status } from './layouts/registers';
import { register } from './registers';
import { Ring } from './ring';
import { structureIndex } from './structures';
import type { Unit } from './unit';

const hardware = 0;
const opcode = fieldOf(layouts.invalidateAll, 'Op');
const isOn = fieldOf(control, 'CmdBufEn');
const runs = fieldOf(status, 'CmdBufRun');
const completion = fieldOf(status, 'ComWaitInt');
const masks = new Map<Layout, Uint32Array>(
  Object.values(layouts.commandOf).map((structure) => [structure, reservedMask(structure)]),
);
const illegalCommand = 5;
const allPages = 2 ** 52;

/** The command buffer (AMD IOMMU 2.4): a ring in memory that software fills and hardware empties. */
export class CommandBuffer {
  readonly ring: Ring;
  readonly #unit: Unit;
  readonly #invalidator: Invalidator;

  constructor(unit: Unit, invalidator: Invalidator) {
    this.#unit = unit;
    this.#invalidator = invalidator;
    this.ring = new Ring(unit, register.cmdbuf_base, register.cmd_head, register.cmd_tail);
  }

  /** Software has moved the tail, or switched the buffer on. */
  run(): void {
    const { registers } = this.#unit;
    while (this.ring.head !== this.ring.tail) {
      const isEnabled = readField(isOn, [registers.low(register.control), 0]) === 1;
      if (!isEnabled || readField(runs, [registers.low(register.status), 0]) === 0) return;
      if (!this.#consume()) return this.#stop();
      const next = (this.ring.head + 1) % this.ring.length;
      registers.set(hardware, register.cmd_head, Ring.valueOf(next), 0);
    }
  }

  #consume(): boolean {
    const { memory, trace } = this.#unit;
    const { head } = this.ring;
    const { page, offset } = this.ring.placeOf(head);
    const at = memory.locate(page) + offset / 4;
    const { words } = memory;
    const structure = layouts.commandOf[readField(opcode, words, at)];
    if (structure === undefined) return false;
    if (trace.isOn)
      trace.emit('command', structureIndex(structure), head, page, offset, ...words.subarray(at, at + 4));
    if (hasReserved(masks.get(structure) as Uint32Array, words, at)) return false;
    return this.#perform(structure, words, at);
  }

  #perform(structure: Layout, words: Uint32Array, at: number): boolean {
    const read = (name: string): number => readField(fieldOf(structure, name), words, at);
    switch (structure) {
      case layouts.completionWait:
        this.#wait(read);
        return true;
      case layouts.invalidateDevice:
        this.#invalidator.device(read('DeviceID'));
        return true;
      case layouts.invalidatePages: {
        const page = readPage(fieldOf(structure, 'Address'), words, at);
        const { first, count } = rangeOf(page, read('S') === 1);
        const pasid = read('GN') === 1 ? read('PASID') : -1;
        this.#invalidator.pages(read('DomainID'), pasid, first, count, read('PDE') === 1);
        return true;
      }
      case layouts.invalidateDeviceTlb: {
        // Devices answer at once, before a completion wait behind the command.
        const { page, count } = decodeRange(
          readPage(fieldOf(structure, 'Address'), words, at),
          read('S') === 1,
        );
        const pasid = read('PASIDB') + read('PASIDA') * 2 ** 8 + read('PASIDC') * 2 ** 16;
        const whose = read('GN') === 1 ? pasid : withoutPasid;
        this.#unit.devices.invalidate(read('DeviceID'), whose, page, count);
        return true;
      }
      case layouts.pageResponse: {
        const whose = read('GN') === 1 ? read('PASID') : withoutPasid;
        this.#unit.devices.respond(read('DeviceID'), whose, read('Tag'), read('Response'));
        return true;
      }
      case layouts.invalidateAll:
        if (!this.#unit.features.everything) return false;
        this.#invalidator.everything();
        return true;
    }
    return true;
  }

  #wait(read: (name: string) => number): void {
    const { memory, trace, registers } = this.#unit;
    if (read('s') === 1) {
      const eighths = read('Store');
      const page = Math.floor(eighths / 512);
      const offset = (eighths % 512) * 8;
      memory.write(page, offset, read('DataL'), read('DataH'));
      if (trace.isOn) trace.emit('store', hardware, page, offset, read('DataL'), read('DataH'));
    }
    if (read('i') === 0) return;
    const words = [registers.low(register.status), 0];
    writeField(completion, words, 0, 1);
    registers.set(hardware, register.status, words[0] as number, 0);
  }

  #stop(): void {
    const { registers, trace } = this.#unit;
    if (trace.isOn) trace.emit('queueError', illegalCommand, this.ring.head);
    const words = [registers.low(register.status), 0];
    writeField(runs, words, 0, 0);
    registers.set(hardware, register.status, words[0] as number, 0);
  }
}

/** With `hasSize` the lowest zero bit of the page number says how large the range is. */
function rangeOf(page: number, hasSize: boolean): { first: number; count: number } {
  if (!hasSize) return { first: page, count: 1 };
  let pages = 2;
  for (let bit = 1; pages < allPages && Math.floor(page / bit) % 2 === 1; bit *= 2) pages *= 2;
  return { first: Math.floor(page / pages) * pages, count: pages };
}
