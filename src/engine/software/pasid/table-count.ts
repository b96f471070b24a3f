import { readField } from '../../bits/access';
import { splitAddress } from '../../bits/hex';
import { fieldOf, type Layout } from '../../bits/layout';
import type { Iommu } from '../../iommu';
import type { Memory } from '../../memory/memory';
import * as device from '../../vtd/layouts/device-tables';
import { register } from '../../vtd/registers';

const perTable = 64;
const entryBytes = 64;
const pageBytes = 4096;

/** What a device's PASID tables take, as memory has them. */
export interface TableCount {
  /** Entries that are present. */
  readonly entries: number;
  readonly directoryPages: number;
  readonly tablePages: number;
}

/** Follows the tables of a device from the root, reads every directory entry and counts (VT-d 9.1 to 9.6). */
export function countTables(iommu: Iommu, memory: Memory, source: number): TableCount {
  const read = (structure: Layout, name: string, page: number, offset: number): number =>
    readField(fieldOf(structure, name), wordsAt(memory, structure, page, offset));
  const { registers } = iommu;
  const root = splitAddress({
    low: registers.low(register.RTADDR),
    high: registers.high(register.RTADDR),
  }).page;
  const pointer = source & 128 ? 'UCTP' : 'LCTP';
  const contexts = read(device.scalableRootEntry, pointer, root, (source >> 8) * 16);
  const contextAt = (source & 127) * 32;
  if (contexts === 0 || read(device.scalableContextEntry, 'P', contexts, contextAt) === 0)
    return { entries: 0, directoryPages: 0, tablePages: 0 };
  const directory = read(device.scalableContextEntry, 'PASIDDIRPTR', contexts, contextAt);
  const slots = 2 ** (read(device.scalableContextEntry, 'PDTS', contexts, contextAt) + 7);
  let tablePages = 0;
  let entries = 0;
  for (let slot = 0; slot < slots; slot++) {
    const page = directory + Math.floor((slot * 8) / pageBytes);
    const offset = (slot * 8) % pageBytes;
    if (read(device.pasidDirectoryEntry, 'P', page, offset) === 0) continue;
    tablePages += 1;
    const table = read(device.pasidDirectoryEntry, 'SMPTBLPTR', page, offset);
    for (let n = 0; n < perTable; n++) entries += read(device.pasidEntry, 'P', table, n * entryBytes);
  }
  return { entries, directoryPages: Math.max(1, (slots * 8) / pageBytes), tablePages };
}

function wordsAt(memory: Memory, { bits }: Layout, page: number, offset: number): number[] {
  const words: number[] = [];
  for (let at = offset; at < offset + bits / 8; at += 8)
    words.push(memory.low(page, at), memory.high(page, at));
  return words;
}
