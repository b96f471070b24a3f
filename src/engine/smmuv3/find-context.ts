import { bitsReader, pageReader } from '../bits/access';
import { Decoded, numbered } from '../bits/decoded';
import { wordCount } from '../bits/layout';
import type { Cache } from '../cache/cache';
import { servesNothing } from '../trace/events';
import { cacheIndex, contextColumn } from './caches';
import { granuleBits, type StreamFinder, streamField } from './find-stream';
import { contextDescriptor, contextPointer } from './layouts/stream';
import type { Stages } from './stages';
import { structureIndex } from './structures';
import { type Features, fetchStructure, sizeOf, type Unit } from './unit';

const pointer = {
  structure: structureIndex(contextPointer),
  isValid: bitsReader(contextPointer, 'V'),
  next: pageReader(contextPointer, 'L2Ptr'),
};
const structure = structureIndex(contextDescriptor);
const words = wordCount(contextDescriptor);
const kept = 8;
/** Codes of TG1 as codes of TG0. */
const lowerCode = [3, 2, 0, 1] as const;

/** Fields of a context descriptor that translation looks at. */
export const contextField = numbered(
  'ASID',
  'R',
  'TG0',
  'TG1',
  'S',
  'A',
  'AA64',
  'HA',
  'HD',
  'EPD0',
  'EPD1',
  'ENDI',
  'IPS',
  'AFFD',
  'WXN',
  'V',
  'T0SZ',
  'T1SZ',
  'TTB0',
  'TTB1',
  'TBI0',
  'TBI1',
  'HAD0',
  'HAD1',
);

/** Finds the context descriptor: in its cache, or through the stream's tables (SMMUv3 5.3, 5.4). */
export class ContextFinder {
  readonly #unit: Unit;
  readonly #stages: Stages;
  /** The first 256 bits of the descriptor found. */
  readonly #entry = new Decoded(contextDescriptor, kept, contextField);
  #judged = 0;
  #forbadeStalls = false;
  #wasLegal = false;

  constructor(unit: Unit, stages: Stages) {
    this.#unit = unit;
    this.#stages = stages;
  }

  /** The event number, 0 when the descriptor is found. */
  find(stream: StreamFinder, id: number, substream: number): number {
    const unit = this.#unit;
    const cache = unit.caches[cacheIndex.context] as Cache;
    if (cache.size > 0) {
      const slot = cache.find(id, 0, substream, 0);
      if (unit.trace.isOn)
        unit.trace.emit('lookup', cacheIndex.context, slot, -1, -1, servesNothing, id, 0, substream, 0);
      if (slot >= 0) {
        this.#entry.load(cache.rows, slot * cache.width + contextColumn.words);
        return 0;
      }
    }
    const event = this.#fetch(stream, substream);
    if (event !== 0) return event;
    if (!this.#isLegal(stream.read(streamField.S1STALLD) === 1)) return 0x0a;
    this.#keep(id, substream);
    return 0;
  }

  /** A field of the descriptor found, by its number in `contextField`. */
  read(field: number): number {
    return this.#entry.get(field);
  }

  /** Whether the descriptor may be used. The same words are judged once for each of the stream's rules. */
  #isLegal(forbidsStalls: boolean): boolean {
    const { version } = this.#entry;
    if (version !== this.#judged || forbidsStalls !== this.#forbadeStalls) {
      this.#judged = version;
      this.#forbadeStalls = forbidsStalls;
      this.#wasLegal =
        this.read(contextField.V) === 1 && !isIllegal(this, this.#unit.features, forbidsStalls);
    }
    return this.#wasLegal;
  }

  #fetch(stream: StreamFinder, substream: number): number {
    const unit = this.#unit;
    const base = stream.read(streamField.S1ContextPtr);
    const format = stream.read(streamField.S1CDMax) === 0 ? 0 : stream.read(streamField.S1Fmt);
    let sixtyfourths = base + substream;
    if (format !== 0) {
      const bits = format === 1 ? 6 : 10;
      const bytes = (base % 64) * 64 + Math.floor(substream / 2 ** bits) * 8;
      const page = Math.floor(base / 64) + Math.floor(bytes / 4096);
      const host = this.#stages.hostOfDescriptor(page);
      if (host < 0) return this.#stages.reason;
      const at = fetchStructure(unit, pointer.structure, host, bytes % 4096, 2);
      if (at < 0) return 0x09;
      if (pointer.isValid.of(unit.memory.words, at) === 0) return 0x08;
      sixtyfourths = pointer.next.of(unit.memory.words, at) * 64 + (substream % 2 ** bits);
    }
    const host = this.#stages.hostOfDescriptor(Math.floor(sixtyfourths / 64));
    if (host < 0) return this.#stages.reason;
    const at = fetchStructure(unit, structure, host, (sixtyfourths % 64) * 64, words);
    if (at < 0) return 0x09;
    this.#entry.load(unit.memory.words, at);
    return 0;
  }

  #keep(id: number, substream: number): void {
    const cache = this.#unit.caches[cacheIndex.context] as Cache;
    const slot = cache.fill(id, 0, substream, 0);
    if (slot < 0) return;
    for (let n = 0; n < kept; n++) cache.set(slot, contextColumn.words + n, this.#entry.words[n] as number);
    const { trace } = this.#unit;
    const at = slot * cache.width;
    if (trace.isOn)
      trace.emit('fill', cacheIndex.context, slot, ...cache.rows.subarray(at, at + cache.width));
  }
}

/** The granule code, as in TG0, of a half: 0 lower, 1 upper. */
export function granuleOf(context: ContextFinder, half: number): number {
  return half === 0 ? context.read(contextField.TG0) : (lowerCode[context.read(contextField.TG1)] as number);
}

/** The checks of SMMUv3 5.4.2. */
function isIllegal(context: ContextFinder, features: Features, forbidsStalls: boolean): boolean {
  const stalls = context.read(contextField.S) === 1;
  if (stalls && (forbidsStalls || features.stalls === 1)) return true;
  if (!stalls && features.stalls === 2) return true;
  if (context.read(contextField.A) === 0 && features.alwaysAborts) return true;
  if (context.read(contextField.AA64) === 0) return true;
  const updates = context.read(contextField.HA) + 2 * context.read(contextField.HD);
  if ((updates !== 0 && features.update === 0) || (updates >= 2 && features.update === 1)) return true;
  if (!features.wideAsids && context.read(contextField.ASID) > 255) return true;
  const isOn = [context.read(contextField.EPD0) === 0, context.read(contextField.EPD1) === 0];
  if (context.read(contextField.ENDI) === 1 && features.endian === 2 && isOn.includes(true)) return true;
  return isOn.some((one, half) => one && isIllegalHalf(context, features, half));
}

function isIllegalHalf(context: ContextFinder, features: Features, half: number): boolean {
  const size = context.read(half === 0 ? contextField.T0SZ : contextField.T1SZ);
  if (size < 16 || size > 39) return true;
  const granule = granuleOf(context, half);
  if (granuleBits[granule as 0] === undefined || features.granules[granule] !== true) return true;
  const output = Math.min(sizeOf(context.read(contextField.IPS)), features.outputBits);
  return context.read(half === 0 ? contextField.TTB0 : contextField.TTB1) >= 2 ** (output - 12);
}
