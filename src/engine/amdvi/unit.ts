import { readField } from '../bits/access';
import type { Word64 } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import type { Cache } from '../cache/cache';
import type { DevicePort } from '../device/port';
import type { Memory } from '../memory/memory';
import type { RegisterFile } from '../registers';
import { servesNothing } from '../trace/events';
import type { TraceWriter } from '../trace/trace';
import { features } from './layouts/registers';

/** What the feature register says, read once. */
export interface Features {
  readonly hostLevels: number;
  readonly guestLevels: number;
  readonly pointerLevels: number;
  readonly guest: boolean;
  readonly noExecute: boolean;
  readonly userPages: boolean;
  readonly marksHost: boolean;
  readonly everything: boolean;
  readonly pasids: number;
}

export function featuresOf(word: Word64): Features {
  const read = (name: string): number => readField(fieldOf(features, name), [word.low, word.high]);
  return {
    hostLevels: 4 + read('HATS'),
    guestLevels: 4 + read('GATS'),
    pointerLevels: 1 + read('GLXSup'),
    guest: read('GT') === 1,
    noExecute: read('NX') === 1,
    userPages: read('US') === 1,
    marksHost: read('HD') === 1,
    everything: read('IA') === 1,
    pasids: 2 ** (read('PASmax') + 1),
  };
}

/** What the parts of one AMD IOMMU share. */
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

/** Reads a structure of `count` 32-bit words, `bytes` behind a page's start; its index in memory's words, -1 when unreadable. */
export function fetchStructure(
  unit: Unit,
  structure: number,
  page: number,
  bytes: number,
  count: number,
): number {
  const at = page + Math.floor(bytes / 4096);
  const offset = bytes % 4096;
  const base = unit.memory.locate(at);
  if (base < 0) return -1;
  unit.reads += 1;
  const first = base + Math.floor(offset / 8) * 2;
  if (unit.trace.isOn) {
    const words = unit.memory.words.subarray(first, first + count);
    const owner = unit.memory.owner(at);
    const index = Math.floor(bytes / (count * 4));
    unit.trace.emit(
      'fetch',
      structure,
      0,
      0,
      servesNothing,
      index,
      0,
      0,
      at,
      offset & ~7,
      -1,
      owner,
      ...words,
    );
  }
  return first;
}
