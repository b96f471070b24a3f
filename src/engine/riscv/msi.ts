import { readField } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { deviceColumn } from './caches';
import type { DeviceFinder } from './find-device';
import { msiEntry } from './layouts/device';
import { structureIndex } from './structures';
import { fetchStructure, type Unit } from './unit';

const structure = structureIndex(msiEntry);
const half = 2 ** 26;
const basic = 3;
const file = 1;

/** What an entry of the MSI page table leads to. */
export interface Doorbell {
  readonly reason: number;
  readonly page: number;
  /** An interrupt file in memory instead of a page: its address, the notice's page and identifier. */
  readonly file:
    | { readonly page: number; readonly offset: number; readonly notice: number; readonly id: number }
    | undefined;
}

/** Whether the guest page is a doorbell of the device (RISC-V IOMMU 3.4). */
export function isDoorbell(context: DeviceFinder, page: number): boolean {
  if (context.get(deviceColumn.msiMode) === 0) return false;
  const mask = context.get(deviceColumn.msiMask);
  const pattern = context.get(deviceColumn.msiPattern);
  const differ = (a: number, b: number, ignored: number): boolean => ((a ^ b) & ~ignored) !== 0;
  const upper = (value: number): number => Math.floor(value / half);
  const lower = (value: number): number => value % half;
  return (
    !differ(upper(page), upper(pattern), upper(mask)) && !differ(lower(page), lower(pattern), lower(mask))
  );
}

/** Reads the entry of a doorbell's page. `access` is 0 read, 1 write, 2 execute. */
export function translateDoorbell(unit: Unit, context: DeviceFinder, page: number, access: number): Doorbell {
  const refused = (reason: number): Doorbell => ({ reason, page: 0, file: undefined });
  const index = extract(page, context.get(deviceColumn.msiMask));
  const at = fetchStructure(unit, structure, context.get(deviceColumn.msiPage), index * 16, 4);
  if (at < 0) return refused(261);
  const { words } = unit.memory;
  const read = (name: string): number => readField(fieldOf(msiEntry, name), words, at);
  if (read('V') === 0) return refused(262);
  const mode = read('M');
  if (read('C') === 1 || (mode !== basic && mode !== file)) return refused(263);
  if (mode === file && !unit.features.hasFiles) return refused(263);
  if (mode === basic ? breaksBasic(words, at) : breaksFile(words, at)) return refused(263);
  if (access === 2) return refused(1);
  if (mode === basic) return { reason: 0, page: read('PPN'), file: undefined };
  const sixteenth = read('PPN') * 8 + (((words[at] as number) >>> 7) & 7);
  const id = read('NID') + read('NID10') * 1024;
  const place = { page: Math.floor(sixteenth / 8), offset: (sixteenth % 8) * 512, notice: read('NPPN'), id };
  return { reason: 0, page: 0, file: place };
}

/** Bits 9:3 and 62:54 of the first word. */
function breaksBasic(words: Uint32Array, at: number): boolean {
  return ((words[at] as number) & 0x3f8) !== 0 || ((words[at + 1] as number) & 0x7fc0_0000) !== 0;
}

/** Bits 6:3 and 62:54 of the first word, 63:61 and 59:54 of the second. */
function breaksFile(words: Uint32Array, at: number): boolean {
  const first = ((words[at] as number) & 0x78) !== 0 || ((words[at + 1] as number) & 0x7fc0_0000) !== 0;
  return first || ((words[at + 3] as number) & 0xefc0_0000) !== 0;
}

/** The bits of `page` where `mask` has ones, packed to the right. */
function extract(page: number, mask: number): number {
  let index = 0;
  let weight = 1;
  for (let bit = 1; bit <= mask; bit *= 2) {
    if (Math.floor(mask / bit) % 2 === 0) continue;
    if (Math.floor(page / bit) % 2 === 1) index += weight;
    weight *= 2;
  }
  return index;
}
