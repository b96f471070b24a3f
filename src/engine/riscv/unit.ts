import type { Cache } from '../cache/cache';
import type { DevicePort } from '../device/port';
import type { Memory } from '../memory/memory';
import type { RegisterFile } from '../registers';
import { servesNothing } from '../trace/events';
import type { TraceWriter } from '../trace/trace';
import type { Features } from './features';

/** What the parts of one RISC-V IOMMU share. */
export interface Unit {
  readonly features: Features;
  readonly memory: Memory;
  readonly registers: RegisterFile;
  readonly caches: readonly Cache[];
  readonly trace: TraceWriter;
  /** The devices behind the unit. */
  devices: DevicePort;
  /** Device-structure entries read for the request in hand. */
  reads: number;
}

/** Reads a structure of `count` 32-bit words in a page; its index in memory's words, -1 beyond physical memory. */
export function fetchStructure(
  unit: Unit,
  structure: number,
  page: number,
  bytes: number,
  count: number,
): number {
  const at = bytes < 4096 ? page : page + Math.floor(bytes / 4096);
  const offset = bytes & 4095;
  if (at >= unit.features.memoryPages) return -1;
  const base = unit.memory.locate(at);
  if (base < 0) return -1;
  unit.reads += 1;
  const first = base + (offset >>> 2);
  if (unit.trace.isOn) {
    const words = unit.memory.words.subarray(first, first + count);
    const index = bytes / (count * 4);
    const owner = unit.memory.owner(at);
    unit.trace.emit('fetch', structure, 0, 0, servesNothing, index, 0, 0, at, offset, -1, owner, ...words);
  }
  return first;
}

/** Tells that a cache of contexts was asked. */
export function tellLookup(unit: Unit, cache: number, slot: number, device: number, process: number): void {
  unit.trace.emit('lookup', cache, slot, -1, -1, servesNothing, device, 0, process, 0);
}

/** Tells that a cache keeps an entry. */
export function tellFill(unit: Unit, cache: number, slot: number): void {
  const { rows, width } = unit.caches[cache] as Cache;
  unit.trace.emit('fill', cache, slot, ...rows.subarray(slot * width, (slot + 1) * width));
}
