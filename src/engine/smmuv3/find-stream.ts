import { bitsReader, wideReader } from '../bits/access';
import { Decoded, numbered } from '../bits/decoded';
import { wordCount } from '../bits/layout';
import { powerOfTwo } from '../bits/power';
import type { Cache } from '../cache/cache';
import { servesNothing } from '../trace/events';
import { cacheIndex, streamColumn } from './caches';
import { streamTable, streamTableFormat } from './layouts/registers';
import { streamEntry, streamPointer } from './layouts/stream';
import { register } from './registers';
import { structureIndex } from './structures';
import { type Features, fetchStructure, sizeOf, type Unit } from './unit';

const pointer = {
  structure: structureIndex(streamPointer),
  span: bitsReader(streamPointer, 'Span'),
  next: wideReader(streamPointer, 'L2Ptr'),
};
const structure = structureIndex(streamEntry);
const words = wordCount(streamEntry);
const splits = [6, 8, 10];
const kept = 8;

/** Configurations of a stream. */
export const config = { bypass: 4, first: 5, second: 6, both: 7 } as const;

/** Fields of a stream table entry that translation looks at. */
export const streamField = numbered(
  'Config',
  'EATS',
  'S1CDMax',
  'S2VMID',
  'S1DSS',
  'S2R',
  'S1STALLD',
  'S1ContextPtr',
  'S1Fmt',
  'S2TG',
  'S2AFFD',
  'S2PS',
  'S2HA',
  'S2TTB',
  'S2SL0',
  'S2T0SZ',
  'S2S',
  'STRW',
  'S2AA64',
  'S2HD',
  'S2ENDI',
  'V',
);

const tableField = numbered('ADDR');
const formatField = numbered('LOG2SIZE', 'FMT', 'SPLIT');

/** Finds the stream table entry: in its cache, or through the stream table (SMMUv3 5.1, 5.2). */
export class StreamFinder {
  readonly #unit: Unit;
  /** The first 256 bits of the entry found. */
  readonly #entry = new Decoded(streamEntry, kept, streamField);
  readonly #table = new Decoded(streamTable, 2, tableField);
  readonly #format = new Decoded(streamTableFormat, 2, formatField);
  /** The event of the entry that was judged last. */
  #judged = 0;
  #event = 0x04;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The event number, 0 when the entry is found. */
  find(stream: number): number {
    const unit = this.#unit;
    const cache = unit.caches[cacheIndex.stream] as Cache;
    if (cache.size > 0) {
      const slot = cache.find(stream, 0, 0, 0);
      if (unit.trace.isOn)
        unit.trace.emit('lookup', cacheIndex.stream, slot, -1, -1, servesNothing, stream, 0, 0, 0);
      if (slot >= 0) {
        this.#entry.load(cache.rows, slot * cache.width + streamColumn.words);
        return unit.cachesInvalidStreams ? this.#judge() : 0;
      }
    }
    const sixtyfourths = this.#placeOf(stream);
    if (sixtyfourths < 0) return 0x02;
    const at = fetchStructure(
      unit,
      structure,
      Math.floor(sixtyfourths / 64),
      (sixtyfourths % 64) * 64,
      words,
    );
    if (at < 0) return 0x03;
    this.#entry.load(unit.memory.words, at);
    const event = this.#judge();
    if (event === 0 || (unit.cachesInvalidStreams && this.read(streamField.V) === 0)) this.#keep(stream);
    return event;
  }

  /** The event of the entry in hand, found out when its words have changed. */
  #judge(): number {
    if (this.#judged !== this.#entry.version) {
      this.#judged = this.#entry.version;
      this.#event = this.read(streamField.V) === 0 || isIllegal(this, this.#unit.features) ? 0x04 : 0;
    }
    return this.#event;
  }

  /** A field of the entry found, by its number in `streamField`. */
  read(field: number): number {
    return this.#entry.get(field);
  }

  /** Where the entry lies, in 64 bytes; -1 when the table has none (SMMUv3 5.1). */
  #placeOf(stream: number): number {
    const table = this.#table;
    const format = this.#format;
    table.load(this.#unit.registers.words, register.STRTAB_BASE * 2);
    format.load(this.#unit.registers.words, register.STRTAB_BASE_CFG * 2);
    const base = table.get(tableField.ADDR);
    if (stream >= powerOfTwo(format.get(formatField.LOG2SIZE))) return -1;
    if (format.get(formatField.FMT) === 0) return base + stream;
    const said = format.get(formatField.SPLIT);
    const split = splits.includes(said) ? said : 6;
    const bytes = (base % 64) * 64 + Math.floor(stream / powerOfTwo(split)) * 8;
    const at = fetchStructure(this.#unit, pointer.structure, Math.floor(base / 64), bytes, 2);
    if (at < 0) return -1;
    const found = this.#unit.memory.words;
    const span = pointer.span.of(found, at);
    const index = stream % powerOfTwo(split);
    if (span === 0 || span > 11 || span > split + 1 || index >= powerOfTwo(span - 1)) return -1;
    return pointer.next.of(found, at) + index;
  }

  #keep(stream: number): void {
    const cache = this.#unit.caches[cacheIndex.stream] as Cache;
    const slot = cache.fill(stream, 0, 0, 0);
    if (slot < 0) return;
    for (let n = 0; n < kept; n++) cache.set(slot, streamColumn.words + n, this.#entry.words[n] as number);
    const { trace } = this.#unit;
    const at = slot * cache.width;
    if (trace.isOn) trace.emit('fill', cacheIndex.stream, slot, ...cache.rows.subarray(at, at + cache.width));
  }
}

/** The checks of SMMUv3 5.2.2; only entries that translate are looked at. */
function isIllegal(stream: StreamFinder, features: Features): boolean {
  const how = stream.read(streamField.Config);
  if (how < config.bypass) return false;
  const hasFirst = how === config.first || how === config.both;
  const hasSecond = how === config.second || how === config.both;
  if ((hasFirst && !features.first) || (hasSecond && !features.second)) return true;
  if (features.ats && how !== config.bypass) {
    const ats = stream.read(streamField.EATS);
    if (ats === 2 && (how !== config.both || stream.read(streamField.S2S) === 1 || features.noSplitAts))
      return true;
    if (ats === 1 && hasSecond && stream.read(streamField.S2S) === 1) return true;
  }
  return (
    (hasFirst && isIllegalFirst(stream, features, hasSecond)) ||
    (hasSecond && isIllegalSecond(stream, features))
  );
}

function isIllegalFirst(stream: StreamFinder, features: Features, isNested: boolean): boolean {
  if (!isNested && features.hypervisor && stream.read(streamField.STRW) % 2 === 1) return true;
  if (stream.read(streamField.S1STALLD) === 1 && features.stalls !== 0) return true;
  const most = stream.read(streamField.S1CDMax);
  if (features.substreamBits !== 0 && most > features.substreamBits) return true;
  if (most !== 0 && stream.read(streamField.S1Fmt) !== 0 && !features.twoLevelContexts) return true;
  return !isNested && stream.read(streamField.S1ContextPtr) * 64 >= 2 ** features.outputBits;
}

function isIllegalSecond(stream: StreamFinder, features: Features): boolean {
  const stalls = stream.read(streamField.S2S);
  if ((stalls === 1 && features.stalls === 1) || (stalls === 0 && features.stalls === 2)) return true;
  if (stream.read(streamField.S2AA64) === 0) return true;
  const updates = stream.read(streamField.S2HA) + 2 * stream.read(streamField.S2HD);
  if ((updates !== 0 && features.update === 0) || (updates >= 2 && features.update === 1)) return true;
  const granule = stream.read(streamField.S2TG);
  if (features.granules[granule] !== true) return true;
  const output = Math.min(sizeOf(stream.read(streamField.S2PS)), features.outputBits, 48);
  if (stream.read(streamField.S2TTB) >= 2 ** (output - 12)) return true;
  const size = stream.read(streamField.S2T0SZ);
  if (size < Math.max(16, 64 - features.outputBits) || size > 39) return true;
  if (stream.read(streamField.S2ENDI) === 1 && features.endian === 2) return true;
  if (!features.wideVmids && stream.read(streamField.S2VMID) > 255) return true;
  return !isStartPossible(granule, size, stream.read(streamField.S2SL0));
}

/** log2 of a granule by its code in TG0 and S2TG. */
export const granuleBits = [12, 16, 14] as const;

/** The top level of the second stage, with leaf level 0 (Arm D8.2). */
export function topOf(granule: number, start: number): number {
  return granule === 0 ? 1 + start : start;
}

/** Whether tables of that start level, up to 16 side by side, hold addresses of that size. */
function isStartPossible(granule: number, size: number, start: number): boolean {
  if (start === 3) return false;
  const bits = granuleBits[granule] as number;
  const top = topOf(granule, start);
  const wanted = 64 - size - bits;
  return wanted > top * (bits - 3) && wanted <= (top + 1) * (bits - 3) + (top === 3 ? 0 : 4);
}
