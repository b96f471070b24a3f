import { readField, writeField } from '../bits/access';
import { joinAddress } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import type { DmaRequest } from '../request';
import { faultRecord, faultStatus } from './layouts/registers';
import { isReadOnly, register } from './registers';
import type { Unit } from './unit';

const status = {
  overflow: fieldOf(faultStatus, 'PFO'),
  pending: fieldOf(faultStatus, 'PPF'),
  first: fieldOf(faultStatus, 'FRI'),
};
const field = Object.fromEntries(
  ['F', 'T1', 'T2', 'AT', 'PV', 'FR', 'PP', 'EXE', 'PRIV', 'SID'].map((name) => [
    name,
    fieldOf(faultRecord, name),
  ]),
) as Record<
  'F' | 'T1' | 'T2' | 'AT' | 'PV' | 'FR' | 'PP' | 'EXE' | 'PRIV' | 'SID',
  ReturnType<typeof fieldOf>
>;

/** Interrupt faults have the index in bits 63:48 of the fault information (VT-d 11.4.7.6). */
const interruptShift = 2 ** 16;
const hardware = 0;
const writeAccess = 1;
const executeAccess = 2;

/** The fault recording registers (VT-d 7.3.1): a ring of records that hardware fills and software frees. */
export class FaultRecords {
  readonly #unit: Unit;
  readonly #record = new Uint32Array(4);
  #next = 0;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Records a fault. The index of the record, or -1 when it is dropped: overflow, or one of this device is pending.
   * `interrupt` is the index of a refused interrupt, -1 for other requests; page requests have a type of their own.
   */
  record(request: DmaRequest, reason: number, interrupt = -1, isPageRequest = false): number {
    const { registers, features } = this.#unit;
    const statusWords = [registers.low(register.FSTS), 0];
    if (readField(status.overflow, statusWords) === 1 || this.#isPending(request.device)) return -1;
    const slot = this.#next;
    if (this.isTaken(slot)) {
      writeField(status.overflow, statusWords, 0, 1);
      registers.set(hardware, register.FSTS, statusWords[0] as number, 0);
      return -1;
    }
    this.#write(slot, request, reason, interrupt, isPageRequest);
    this.#next = (slot + 1) % features.faultRecords;
    if (readField(status.pending, statusWords) === 0) writeField(status.first, statusWords, 0, slot);
    writeField(status.pending, statusWords, 0, 1);
    registers.set(hardware, register.FSTS, statusWords[0] as number, 0);
    return slot;
  }

  isTaken(slot: number): boolean {
    return readField(field.F, this.words(slot)) === 1;
  }

  /** The four 32-bit words of a record. */
  words(slot: number): Uint32Array {
    const at = (register.record + slot * 2) * 2;
    return this.#unit.registers.words.subarray(at, at + 4);
  }

  /** Software writes 1 to F of a record and to PFO. `by` is a code of `writers`. */
  acknowledge(by: number): void {
    const { registers, features } = this.#unit;
    for (let slot = 0; slot < features.faultRecords; slot++) {
      if (!this.isTaken(slot)) continue;
      const words = [...this.words(slot)];
      writeField(field.F, words, 0, 0);
      registers.set(by, register.record + slot * 2 + 1, words[2] as number, words[3] as number);
    }
    const words = [registers.low(register.FSTS), 0];
    const before = words[0];
    writeField(status.overflow, words, 0, 0);
    writeField(status.pending, words, 0, 0);
    if (words[0] !== before) registers.set(by, register.FSTS, words[0] as number, 0);
  }

  /** Software writes the upper half of a record: a 1 in F frees it, other bits are read-only. */
  write(by: number, index: number, high: number): void {
    const slot = (index - register.record) >> 1;
    if (isReadOnly(index) || !this.isTaken(slot)) return;
    const words = [...this.words(slot)];
    if (readField(field.F, [0, 0, 0, high]) === 0) return;
    writeField(field.F, words, 0, 0);
    this.#unit.registers.set(by, index, words[2] as number, words[3] as number);
    this.#refresh(by);
  }

  /** PPF is the OR of the records' F bits. */
  #refresh(by: number): void {
    const { registers, features } = this.#unit;
    const isAny = Array.from({ length: features.faultRecords }, (_, slot) => this.isTaken(slot)).includes(
      true,
    );
    const words = [registers.low(register.FSTS), 0];
    if (isAny || readField(status.pending, words) === 0) return;
    writeField(status.pending, words, 0, 0);
    registers.set(by, register.FSTS, words[0] as number, 0);
  }

  #isPending(device: number): boolean {
    for (let slot = 0; slot < this.#unit.features.faultRecords; slot++) {
      if (this.isTaken(slot) && readField(field.SID, this.words(slot)) === device) return true;
    }
    return false;
  }

  #write(slot: number, request: DmaRequest, reason: number, interrupt: number, isPageRequest: boolean): void {
    const words = this.#record.fill(0);
    const address = joinAddress(request.page, 0);
    words[0] = interrupt < 0 ? address.low : 0;
    words[1] = interrupt < 0 ? address.high : (interrupt * interruptShift) >>> 0;
    const isWrite = request.access === writeAccess;
    writeField(field.T1, words, 0, isWrite || isPageRequest ? 0 : 1);
    writeField(field.T2, words, 0, isPageRequest ? 1 : 0);
    const type = request.type === 0 || isPageRequest ? 0 : request.type === 2 ? 1 : 2;
    writeField(field.AT, words, 0, type);
    writeField(field.FR, words, 0, reason);
    writeField(field.SID, words, 0, request.device);
    if (request.pasid >= 0) {
      writeField(field.PP, words, 0, 1);
      writeField(field.PV, words, 0, request.pasid);
      writeField(field.EXE, words, 0, request.access === executeAccess ? 1 : 0);
      writeField(field.PRIV, words, 0, request.privileged ? 1 : 0);
    }
    writeField(field.F, words, 0, 1);
    const at = register.record + slot * 2;
    this.#unit.registers.set(hardware, at, words[0] as number, words[1] as number);
    this.#unit.registers.set(hardware, at + 1, words[2] as number, words[3] as number);
  }
}
