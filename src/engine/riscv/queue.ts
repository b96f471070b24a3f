import { readField, writeField } from '../bits/access';
import { fieldOf, type Layout } from '../bits/layout';
import { hasReserved, reservedMask } from '../bits/reserved';
import { everyPasid, withoutPasid } from '../device/port';
import { decodeRange } from '../device/range';
import type { Invalidator, Range } from './invalidate';
import * as commands from './layouts/commands';
import { commandControl, directoryPointer, queueBase } from './layouts/registers';
import { register } from './registers';
import { structureIndex } from './structures';
import type { Unit } from './unit';

const hardware = 0;
export const commandBytes = 16;
const base = fieldOf(queueBase, 'PPN');
const size = fieldOf(queueBase, 'LOG2SZ');
const opcode = fieldOf(commands.fence, 'OPCODE');
const form = fieldOf(commands.fence, 'FUNC3');
const errors = ['cmd_ill', 'cmd_to', 'cqmf'].map((name) => fieldOf(commandControl, name));
const illegal = fieldOf(commandControl, 'cmd_ill');
const isOn = fieldOf(commandControl, 'cqon');
const masks = new Map<Layout, Uint32Array>(
  Object.values(commands.commandOf)
    .flat()
    .map((structure) => [structure, reservedMask(structure)]),
);
const allPages = 2 ** 52;

/** The command queue (RISC-V IOMMU 4.1): a ring in memory that software fills and hardware empties. */
export class CommandQueue {
  readonly #unit: Unit;
  readonly #invalidator: Invalidator;

  constructor(unit: Unit, invalidator: Invalidator) {
    this.#unit = unit;
    this.#invalidator = invalidator;
  }

  /** How many commands the ring takes. */
  get length(): number {
    return 2 ** (this.#read(size) + 1);
  }

  /** Where software puts the next command. */
  get tail(): number {
    return this.#unit.registers.low(register.cqt);
  }

  /** Where command `index` lies. */
  placeOf(index: number): { readonly page: number; readonly offset: number } {
    const bytes = index * commandBytes;
    return { page: this.#read(base) + Math.floor(bytes / 4096), offset: bytes % 4096 };
  }

  /** Software has moved the tail, or cleared an error. */
  run(): void {
    const { registers } = this.#unit;
    const tail = registers.low(register.cqt) % this.length;
    while (registers.low(register.cqh) !== tail) {
      const control = [registers.low(register.cqcsr), 0];
      if (readField(isOn, control) === 0 || errors.some((field) => readField(field, control) === 1)) return;
      if (!this.#consume()) return this.#stop();
      registers.set(hardware, register.cqh, (registers.low(register.cqh) + 1) % this.length, 0);
    }
  }

  #consume(): boolean {
    const { memory, trace, registers } = this.#unit;
    const head = registers.low(register.cqh);
    const { page, offset } = this.placeOf(head);
    const at = memory.locate(page) + offset / 4;
    const { words } = memory;
    const structure = commands.commandOf[readField(opcode, words, at)]?.[readField(form, words, at)];
    if (structure === undefined) return false;
    if (trace.isOn)
      trace.emit('command', structureIndex(structure), head, page, offset, ...words.subarray(at, at + 4));
    if (hasReserved(masks.get(structure) as Uint32Array, words, at)) return false;
    const read = (name: string): number => readField(fieldOf(structure, name), words, at);
    return this.#perform(structure, read);
  }

  #perform(structure: Layout, read: (name: string) => number): boolean {
    const { features } = this.#unit;
    switch (structure) {
      case commands.invalidateFirst:
      case commands.invalidateSecond:
        if (read('NL') === 1 && !features.tableInvalidation) return false;
        if (read('S') === 1 && !features.rangeInvalidation) return false;
        return structure === commands.invalidateFirst ? this.#first(read) : this.#second(read);
      case commands.fence:
        return this.#fence(read);
      case commands.invalidateDevice:
        if (read('PID') !== 0) return false;
        if (read('DV') === 1 && this.#isBeyond(read('DID'))) return false;
        this.#invalidator.device(read('DV') === 1 ? read('DID') : -1);
        return true;
      case commands.invalidateProcess:
        if (read('DV') === 0 || this.#isBeyond(read('DID'))) return false;
        this.#invalidator.process(read('DID'), read('PID'));
        return true;
    }
    return features.ats && this.#toDevice(structure, read);
  }

  /** The payloads are those of the PCIe messages (RISC-V IOMMU 4.1.4, PCIe ATS 10.3.1 and 10.4.2). */
  #toDevice(structure: Layout, read: (name: string) => number): boolean {
    const { devices } = this.#unit;
    const device = read('RID') + (read('DSV') === 1 ? read('DSEG') * 2 ** 16 : 0);
    const pasid = read('PV') === 1 ? read('PID') : withoutPasid;
    const low = read('PAYLOADL');
    const high = read('PAYLOADH');
    if (structure === commands.pageResponse) {
      devices.respond(device, pasid, high & 511, (high >>> 12) & 15);
      return true;
    }
    const named = high * 2 ** 20 + Math.floor(low / 2 ** 12);
    const { page, count } = decodeRange(named, ((low >>> 11) & 1) === 1);
    devices.invalidate(device, (low & 1) === 1 ? everyPasid : pasid, page, count);
    return true;
  }

  #first(read: (name: string) => number): boolean {
    const range = read('AV') === 1 ? rangeOf(read('ADDR'), read('S') === 1) : undefined;
    const gscid = read('GV') === 1 ? read('GSCID') : -1;
    const pscid = read('PSCV') === 1 ? read('PSCID') : -1;
    this.#invalidator.first(gscid, pscid, range, read('NL') === 1);
    return true;
  }

  #second(read: (name: string) => number): boolean {
    if (read('PSCV') === 1) return false;
    this.#invalidator.second(read('GV') === 1 ? read('GSCID') : -1);
    return true;
  }

  #fence(read: (name: string) => number): boolean {
    const { features, memory, trace } = this.#unit;
    if (read('WSI') === 1 && !features.wiredInterrupts) return false;
    if (read('AV') === 0) return true;
    const page = read('ADDRH');
    const offset = read('ADDRL') * 4;
    const aligned = offset - (offset % 8);
    const isHigh = offset !== aligned;
    const low = isHigh ? memory.low(page, aligned) : read('DATA');
    const high = isHigh ? read('DATA') : memory.high(page, aligned);
    if (page < features.memoryPages) {
      memory.write(page, aligned, low, high);
      if (trace.isOn) trace.emit('store', hardware, page, aligned, low, high);
    }
    return true;
  }

  #isBeyond(device: number): boolean {
    const { registers, features } = this.#unit;
    const mode = readField(fieldOf(directoryPointer, 'MODE'), [registers.low(register.ddtp), 0]);
    const leaf = features.isExtended ? 6 : 7;
    return device >= 2 ** ([24, 24, leaf, leaf + 9, 24][mode] ?? 24);
  }

  #stop(): void {
    const { registers, trace } = this.#unit;
    if (trace.isOn) trace.emit('queueError', illegal.low, registers.low(register.cqh));
    const control = [registers.low(register.cqcsr), 0];
    writeField(illegal, control, 0, 1);
    registers.set(hardware, register.cqcsr, control[0] as number, 0);
  }

  #read(field: typeof base): number {
    const { registers } = this.#unit;
    return readField(field, [registers.low(register.cqb), registers.high(register.cqb)]);
  }
}

/** With `isRange` the lowest zero bit of the page number says how large the range is. */
function rangeOf(page: number, isRange: boolean): Range {
  if (!isRange) return { page, count: 1 };
  let pages = 2;
  for (let bit = 1; Math.floor(page / bit) % 2 === 1; bit *= 2) pages *= 2;
  if (pages >= allPages) return { page: 0, count: Number.POSITIVE_INFINITY };
  return { page: Math.floor(page / pages) * pages, count: pages };
}
