import { bitsReader, pageReader, readField, writeField } from '../bits/access';
import { joinAddress, splitAddress } from '../bits/hex';
import { fieldOf, type Layout } from '../bits/layout';
import { hasReserved, type ReservedMask, reservedMask } from '../bits/reserved';
import { invalidateDeviceTlb, invalidatePasidDeviceTlb, respondToPages } from './device-commands';
import type { Invalidator } from './invalidate';
import * as descriptors from './layouts/descriptors';
import {
  completionStatus,
  faultStatus,
  globalStatus,
  queueAddress,
  queueErrorRecord,
  queueHead,
  queueTail,
  rootTableAddress,
} from './layouts/registers';
import { register } from './registers';
import { structureIndex } from './structures';
import type { Unit } from './unit';

const hardware = 0;
const errorOf = { badTail: 1, fetch: 2, type: 3, reserved: 4, width: 5, misaligned: 6, mode: 7 } as const;
const unitBytes = 16;
const pageBytes = 4096;
const queueEnabled = fieldOf(globalStatus, 'QIES');
const queueError = fieldOf(faultStatus, 'IQE');
const masks = new Map<Layout, ReservedMask>(
  Object.values(descriptors.descriptorOfType).map((structure) => [structure, reservedMask(structure)]),
);
const typeOf = bitsReader(descriptors.iotlbDescriptor, 'TYPE');
const upperTypeOf = bitsReader(descriptors.iotlbDescriptor, 'TYPEH');

/** Descriptor types that only mean something in scalable mode: they need 256-bit descriptors. */
const scalableTypes = [6, 7, 8, 9];

/** The invalidation queue (VT-d 6.5.2): a ring in memory that software fills and hardware empties. */
export class InvalidationQueue {
  readonly #unit: Unit;
  readonly #invalidator: Invalidator;

  constructor(unit: Unit, invalidator: Invalidator) {
    this.#unit = unit;
    this.#invalidator = invalidator;
  }

  /** Bytes of one descriptor. */
  get descriptorBytes(): number {
    return this.#address('DW') === 1 ? 2 * unitBytes : unitBytes;
  }

  /** Bytes of the ring. */
  get ringBytes(): number {
    return pageBytes * 2 ** this.#address('QS');
  }

  /** The host page of the ring. */
  get ringPage(): number {
    return this.#address('IQA');
  }

  /** Software has moved the tail, or cleared an error: takes descriptors until head meets tail. */
  run(): void {
    const { registers } = this.#unit;
    const tail = readField(tailField, [registers.low(register.IQT), 0]) * unitBytes;
    if (readField(queueEnabled, [registers.low(register.GSTS), 0]) === 0 || this.#hasStopped()) return;
    if (tail % this.descriptorBytes !== 0) return this.#stop(errorOf.misaligned);
    if (tail >= this.ringBytes) return this.#stop(errorOf.badTail);
    while (this.head() !== tail) {
      const error = this.#consume();
      if (error !== 0) return this.#stop(error);
      this.#advance();
    }
  }

  /** Byte offset of the next descriptor that hardware takes. */
  head(): number {
    return readField(headField, [this.#unit.registers.low(register.IQH), 0]) * unitBytes;
  }

  #advance(): void {
    const words = [0, 0];
    writeField(headField, words, 0, ((this.head() + this.descriptorBytes) % this.ringBytes) / unitBytes);
    this.#unit.registers.set(hardware, register.IQH, words[0] as number, 0);
  }

  #consume(): number {
    const { memory, trace } = this.#unit;
    const head = this.head();
    const page = this.ringPage + Math.floor(head / pageBytes);
    const offset = head % pageBytes;
    const base = memory.locate(page);
    if (base < 0) return errorOf.fetch;
    const at = base + offset / 4;
    const count = this.descriptorBytes / 4;
    const { words } = memory;
    const type = typeOf.of(words, at);
    const structure = descriptors.descriptorOfType[type];
    if (structure === undefined || upperTypeOf.of(words, at) !== 0) return errorOf.type;
    if (trace.isOn) {
      const index = head / this.descriptorBytes;
      trace.emit(
        'command',
        structureIndex(structure),
        index,
        page,
        offset,
        ...words.subarray(at, at + count),
      );
    }
    if (scalableTypes.includes(type) && count === 4) return errorOf.type;
    if (type === pasidIotlbType && this.#tableMode() === legacyMode) return errorOf.mode;
    if (hasReserved(masks.get(structure) as ReservedMask, words, at)) return errorOf.reserved;
    for (let word = 4; word < count; word++) if (words[at + word] !== 0) return errorOf.reserved;
    return this.#perform(type, words, at);
  }

  #perform(type: number, words: Uint32Array, at: number): number {
    switch (type) {
      case 1:
        return this.#contextCache(words, at);
      case 2:
        return this.#iotlb(words, at);
      case 3:
        return invalidateDeviceTlb(this.#unit, words, at);
      case 5:
        return this.#wait(words, at);
      case 6:
        return this.#pasidIotlb(words, at);
      case 7:
        return this.#pasidCache(words, at);
      case 8:
        return invalidatePasidDeviceTlb(this.#unit, words, at);
      case 9:
        return respondToPages(this.#unit, words, at);
    }
    return 0;
  }

  #contextCache(words: Uint32Array, at: number): number {
    const read = (name: string): number =>
      readField(fieldOf(descriptors.contextCacheDescriptor, name), words, at);
    switch (read('G')) {
      case 1:
        this.#invalidator.contextGlobal();
        return 0;
      case 2:
        this.#invalidator.contextDomain(read('DID'));
        return 0;
      case 3:
        this.#invalidator.contextDevice(read('SID'), read('FM'));
        return 0;
    }
    return errorOf.type;
  }

  #iotlb(words: Uint32Array, at: number): number {
    const read = (name: string): number => readField(fieldOf(descriptors.iotlbDescriptor, name), words, at);
    switch (read('G')) {
      case 1:
        this.#invalidator.iotlbGlobal();
        return 0;
      case 2:
        this.#invalidator.iotlbDomain(read('DID'));
        return 0;
      case 3: {
        if (read('AM') > this.#unit.features.maximumMask) return errorOf.reserved;
        const count = 2 ** read('AM');
        const page = addressOf.of(words, at);
        this.#invalidator.iotlbPage(read('DID'), page - (page % count), count, read('IH') === 1);
        return 0;
      }
    }
    return errorOf.type;
  }

  #pasidIotlb(words: Uint32Array, at: number): number {
    const read = (name: string): number =>
      readField(fieldOf(descriptors.pasidIotlbDescriptor, name), words, at);
    switch (read('G')) {
      case 2:
        this.#invalidator.pasidIotlbAll(read('DID'), read('PASID'));
        return 0;
      case 3: {
        if (read('AM') > this.#unit.features.maximumMask) return errorOf.reserved;
        const count = 2 ** read('AM');
        const page = addressOf.of(words, at);
        const isHint = read('IH') === 1;
        this.#invalidator.pasidIotlbPage(read('DID'), read('PASID'), page - (page % count), count, isHint);
        return 0;
      }
    }
    return errorOf.type;
  }

  #pasidCache(words: Uint32Array, at: number): number {
    const read = (name: string): number =>
      readField(fieldOf(descriptors.pasidCacheDescriptor, name), words, at);
    switch (read('G')) {
      case 0:
        this.#invalidator.pasidDomain(read('DID'));
        return 0;
      case 1:
        this.#invalidator.pasidSelective(read('DID'), read('PASID'));
        return 0;
      case 3:
        this.#invalidator.pasidGlobal();
        return 0;
    }
    return errorOf.type;
  }

  #wait(words: Uint32Array, at: number): number {
    const read = (name: string): number => readField(fieldOf(descriptors.waitDescriptor, name), words, at);
    if (read('IF') === 0 && read('SW') === 0) return errorOf.reserved;
    if (read('SW') === 1) this.#writeStatus(addressOf.of(words, at), read('SAL') * 4, read('SD'));
    if (read('IF') === 1) {
      const status = [this.#unit.registers.low(register.ICS), 0];
      writeField(fieldOf(completionStatus, 'IWC'), status, 0, 1);
      this.#unit.registers.set(hardware, register.ICS, status[0] as number, 0);
    }
    return 0;
  }

  #writeStatus(page: number, offset: number, data: number): void {
    const { memory, trace, features } = this.#unit;
    if (page >= 2 ** (features.hostWidth - 12)) return;
    const aligned = offset - (offset % 8);
    const isHigh = offset !== aligned;
    const low = isHigh ? memory.low(page, aligned) : data;
    const high = isHigh ? data : memory.high(page, aligned);
    memory.write(page, aligned, low, high);
    if (trace.isOn) trace.emit('store', hardware, page, aligned, low, high);
  }

  #tableMode(): number {
    return readField(tableModeField, [this.#unit.registers.low(register.RTADDR), 0]);
  }

  #hasStopped(): boolean {
    return readField(queueError, [this.#unit.registers.low(register.FSTS), 0]) === 1;
  }

  #stop(code: number): void {
    const { registers, trace } = this.#unit;
    const record = [0, 0];
    writeField(fieldOf(queueErrorRecord, 'IQEI'), record, 0, code);
    if (trace.isOn) trace.emit('queueError', code, this.head() / this.descriptorBytes);
    registers.set(hardware, register.IQERCD, record[0] as number, 0);
    const status = [registers.low(register.FSTS), 0];
    writeField(queueError, status, 0, 1);
    registers.set(hardware, register.FSTS, status[0] as number, 0);
  }

  #address(name: 'IQA' | 'DW' | 'QS'): number {
    const { registers } = this.#unit;
    return readAddress(name, registers.low(register.IQA), registers.high(register.IQA));
  }
}

const legacyMode = 0;
const pasidIotlbType = 6;
const tableModeField = fieldOf(rootTableAddress, 'TTM');
const tailField = fieldOf(queueTail, 'QT');
const headField = fieldOf(queueHead, 'QH');
const addressOf = pageReader(descriptors.iotlbDescriptor, 'ADDR');

function readAddress(name: string, low: number, high: number): number {
  if (name !== 'IQA') return readField(fieldOf(queueAddress, name), [low, high]);
  return splitAddress({ low, high }).page;
}

/** The value of IQA for a ring at that page. */
export function queueAddressWord(
  page: number,
  isWide: boolean,
  sizeCode: number,
): { low: number; high: number } {
  const word = joinAddress(page, 0);
  const words = [word.low, word.high];
  writeField(fieldOf(queueAddress, 'DW'), words, 0, isWide ? 1 : 0);
  writeField(fieldOf(queueAddress, 'QS'), words, 0, sizeCode);
  return { low: words[0] as number, high: words[1] as number };
}
