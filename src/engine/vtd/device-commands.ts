import { pageReader, readField } from '../bits/access';
import { fieldOf, type Layout } from '../bits/layout';
import { everyPasid, withoutPasid } from '../device/port';
import { decodeRange } from '../device/range';
import { deviceTlbDescriptor, pageResponseDescriptor, pasidDeviceTlbDescriptor } from './layouts/descriptors';
import type { Unit } from './unit';

const addressOf = pageReader(deviceTlbDescriptor, 'ADDR');

/** The descriptors that leave the unit as messages to a device. Each gives 0: there is nothing that the queue could stop at. */
type Command = (unit: Unit, words: Uint32Array, at: number) => number;

const reader =
  (structure: Layout, words: Uint32Array, at: number) =>
  (name: string): number =>
    readField(fieldOf(structure, name), words, at);

/** Devices answer at once: a wait behind the descriptor completes after they have dropped (VT-d 6.5.2.5). */
export const invalidateDeviceTlb: Command = (unit, words, at) => {
  const read = reader(deviceTlbDescriptor, words, at);
  const { page, count } = decodeRange(addressOf.of(words, at), read('S') === 1);
  unit.devices.invalidate(read('SID'), withoutPasid, page, count);
  return 0;
};

/** The same for one PASID, or with G for all (VT-d 6.5.2.6). */
export const invalidatePasidDeviceTlb: Command = (unit, words, at) => {
  const read = reader(pasidDeviceTlbDescriptor, words, at);
  const { page, count } = decodeRange(addressOf.of(words, at), read('S') === 1);
  unit.devices.invalidate(read('SID'), read('G') === 1 ? everyPasid : read('PASID'), page, count);
  return 0;
};

/** Tells a device what came of a group of its page requests (VT-d 7.6). */
export const respondToPages: Command = (unit, words, at) => {
  const read = reader(pageResponseDescriptor, words, at);
  const pasid = read('PP') === 1 ? read('PASID') : withoutPasid;
  unit.devices.respond(read('RID'), pasid, read('PRGI'), read('CODE'));
  return 0;
};
