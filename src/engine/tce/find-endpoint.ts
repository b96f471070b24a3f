import { bitsReader, readField, readPage } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { reason } from './faults';
import { deviceEntry } from './layouts/device';
import { deviceTableBase } from './layouts/registers';
import { register } from './registers';
import { structureIndex } from './structures';
import { fetchEntry, type Unit } from './unit';

/** PEs of a host bridge (IODA2): the window table of 512 entries has two for each. */
export const endpoints = 256;
/** Bits of a requester’s number. */
export const deviceBits = 16;
/** Entries of 8 bytes in a page. */
export const entriesPerPage = 512;
const isEnabled = fieldOf(deviceTableBase, 'EN');
const base = fieldOf(deviceTableBase, 'Base');
const size = fieldOf(deviceTableBase, 'Size');
const structure = structureIndex(deviceEntry);
const isValid = bitsReader(deviceEntry, 'V');
const number = bitsReader(deviceEntry, 'PE');

/** Finds the PE of a device in the requester ID translation table (IODA2, RTT). */
export class EndpointFinder {
  /** The PE that was found; 0xffff when none was. */
  endpoint = 0xffff;
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The reason why there is none, 0 when it is found. */
  find(device: number): number {
    const { registers, memory } = this.#unit;
    this.endpoint = 0xffff;
    const table = [registers.low(register.RTT_BAR), registers.high(register.RTT_BAR)];
    if (readField(isEnabled, table) === 0) return reason.noDeviceTable;
    if (device >= (readField(size, table) + 1) * entriesPerPage) return reason.noEndpoint;
    const at = fetchEntry(this.#unit, structure, 0, 0, readPage(base, table), device);
    if (at < 0) return reason.unreadableDevice;
    if (isValid.of(memory.words, at) === 0) return reason.noEndpoint;
    const found = number.of(memory.words, at);
    if (found >= endpoints) return reason.endpointTooLarge;
    this.endpoint = found;
    return 0;
  }
}
