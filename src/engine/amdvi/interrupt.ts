import { bitsReader } from '../bits/access';
import { deviceColumn } from './caches';
import { type DeviceFinder, has } from './find-device';
import { interruptEntry } from './layouts/device';
import { structureIndex } from './structures';
import { fetchStructure, type Unit } from './unit';

const structure = structureIndex(interruptEntry);
const isEnabled = bitsReader(interruptEntry, 'RemapEn');
const entryBytes = 4;
const perPage64 = 64;
const pass = 1;
const remap = 2;
/** Bits 10:0 of the data name the entry. */
const most = 2048;

/** What comes of an interrupt of the device; 0 when it is delivered (AMD IOMMU 2.2.5). */
export function remapInterrupt(unit: Unit, device: DeviceFinder, data: number): number {
  if (!device.is(has.valid) || !device.is(has.interrupts)) return 0;
  const how = device.get(deviceColumn.interrupts);
  if (how === pass) return 0;
  if (how !== remap) return 0x2a;
  const index = data % most;
  if (index >= 2 ** device.get(deviceColumn.interruptLength)) return 0x29;
  const first = device.get(deviceColumn.interruptRoot);
  const bytes = (first % perPage64) * 64 + index * entryBytes;
  const at = fetchStructure(unit, structure, Math.floor(first / perPage64), bytes, 2);
  if (at < 0) return 0x40;
  const word = at + (bytes % 8) / 4;
  return isEnabled.of(unit.memory.words, word) === 1 ? 0 : 0x29;
}
