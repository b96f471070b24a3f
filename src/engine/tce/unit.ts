import type { Cache } from '../cache/cache';
import { type Memory, mostPages } from '../memory/memory';
import type { RegisterFile } from '../registers';
import { servesNothing } from '../trace/events';
import type { TraceWriter } from '../trace/trace';

/** What the parts of one host bridge share. */
export interface Unit {
  readonly memory: Memory;
  readonly registers: RegisterFile;
  readonly caches: readonly Cache[];
  readonly trace: TraceWriter;
  /** Entries read for the request in hand. */
  reads: number;
}

const entryBytes = 8;

/**
 * Reads entry `index` of the table that begins at `page`: its index in memory's 32-bit words, -1 when it is unreadable.
 * `stage`, `level`, `low` and `width` are told as in the event `fetch`.
 */
export function fetchEntry(
  unit: Unit,
  structure: number,
  stage: number,
  level: number,
  page: number,
  index: number,
  low = 0,
  width = 0,
): number {
  const bytes = index * entryBytes;
  const at = page + Math.floor(bytes / 4096);
  const offset = bytes % 4096;
  const base = at < mostPages ? unit.memory.locate(at) : -1;
  if (base < 0) return -1;
  unit.reads += 1;
  const first = base + offset / 4;
  if (unit.trace.isOn) {
    const words = unit.memory.words.subarray(first, first + 2);
    const owner = unit.memory.owner(at);
    unit.trace.emit(
      'fetch',
      structure,
      stage,
      level,
      servesNothing,
      index,
      low,
      width,
      at,
      offset,
      -1,
      owner,
      ...words,
    );
  }
  return first;
}
