import type { DevicePort } from '../device/port';
import type { Memory } from '../memory/memory';
import type { RegisterFile } from '../registers';
import { servesNothing } from '../trace/events';
import type { TraceWriter } from '../trace/trace';
import type { Caches } from './caches';
import type { Features } from './features';

/** What the parts of one VT-d unit share. */
export interface Unit {
  readonly features: Features;
  readonly memory: Memory;
  readonly registers: RegisterFile;
  readonly caches: Caches;
  readonly trace: TraceWriter;
  /** The devices behind the unit. */
  devices: DevicePort;
  /** Device-structure entries read for the request in hand. */
  reads: number;
  /** Where the request in hand failed. */
  readonly failure: Failure;
}

export interface Failure {
  stage: number;
  level: number;
  serves: number;
}

/** Reads a device structure of `wordCount` 32-bit words; its index in memory's words, -1 when unreadable. */
export function fetchStructure(
  unit: Unit,
  structure: number,
  page: number,
  index: number,
  wordCount: number,
): number {
  const base = unit.memory.locate(page);
  const { failure } = unit;
  failure.stage = 0;
  failure.level = structure;
  failure.serves = servesNothing;
  if (base < 0) return -1;
  unit.reads += 1;
  if (unit.trace.isOn) tellFetch(unit, structure, page, index, base + index * wordCount, wordCount);
  return base + index * wordCount;
}

function tellFetch(
  unit: Unit,
  structure: number,
  page: number,
  index: number,
  at: number,
  wordCount: number,
): void {
  const { memory, trace } = unit;
  const offset = index * wordCount * 4;
  const words = memory.words.subarray(at, at + wordCount);
  trace.emit(
    'fetch',
    structure,
    0,
    0,
    servesNothing,
    index,
    0,
    0,
    page,
    offset,
    -1,
    memory.owner(page),
    ...words,
  );
}

/** Tells that a cache was asked for a device structure. */
export function tellLookup(
  unit: Unit,
  cache: number,
  slot: number,
  a: number,
  b: number,
  c: number,
  d: number,
): void {
  unit.trace.emit('lookup', cache, slot, -1, -1, servesNothing, a, b, c, d);
}

/** Tells that a cache keeps an entry. */
export function tellFill(unit: Unit, cache: number, slot: number): void {
  const { rows, width } = unit.caches.all[cache] as Caches['iotlb'];
  unit.trace.emit('fill', cache, slot, ...rows.subarray(slot * width, (slot + 1) * width));
}
