import { encode, writeField } from '../bits/access';
import { joinAddress, parseWord, type Word64 } from '../bits/hex';
import { fieldOf, type Layout } from '../bits/layout';
import { Memory } from '../memory/memory';
import type { DmaRequest, Outcome } from '../request';
import { accesses } from '../request';
import type { TraceEvent } from '../trace/events';
import { eventAt, TraceWriter } from '../trace/trace';
import { defaultGeometries, type Geometries } from '../vtd/caches';
import { VtdIommu } from '../vtd/iommu';
import { capability, extendedCapability, globalStatus, rootTableAddress } from '../vtd/layouts/registers';
import { queueAddressWord } from '../vtd/queue';
import { register } from '../vtd/registers';
import { structures } from '../vtd/structures';

/** Where every bench has its root table and its invalidation queue. */
export const rootPage = 0x1;
export const ringPage = 0x8;

export interface BenchOptions {
  /** TTM: 0 legacy, 1 scalable, 3 abort. */
  readonly mode: number;
  /** Fields of CAP, ECAP and GSTS that differ from a unit which has everything. */
  readonly cap?: Readonly<Record<string, number>>;
  readonly ecap?: Readonly<Record<string, number>>;
  readonly gsts?: Readonly<Record<string, number>>;
  readonly irta?: Word64;
  readonly hostWidth?: number;
  readonly caches?: Geometries;
  /** Descriptors of 256 bits; as the mode needs them when left out. */
  readonly isWide?: boolean;
}

/** A request with the usual parts left out: device 0x18, no PASID, a user's read of page 0. */
export type Ask = Partial<Omit<DmaRequest, 'access'>> & { readonly access?: (typeof accesses)[number] };

const host = 1;
const pageBytes = 4096;

/** A VT-d unit on empty memory whose tables a test draws, one entry a line. */
export class VtdBench {
  readonly memory = new Memory();
  readonly trace = new TraceWriter(true);
  readonly iommu: VtdIommu;
  #tail = 0;

  constructor(options: BenchOptions) {
    const isWide = options.isWide ?? options.mode === 1;
    const config = {
      cap: changed('0x11d2078c22780e06', capability, options.cap),
      ecap: changed('0x22e99ce4f00fdf', extendedCapability, options.ecap),
      gsts: changed('0xc4000000', globalStatus, options.gsts),
      rtaddr: changed('0x0', rootTableAddress, { RTA: rootPage, TTM: options.mode }),
      iqa: queueAddressWord(ringPage, isWide, 0),
      irta: options.irta ?? { low: 0, high: 0 },
      hostWidth: options.hostWidth ?? 48,
      caches: options.caches ?? defaultGeometries,
      seed: 1,
    };
    this.iommu = new VtdIommu(config, this.memory, this.trace);
  }

  /**
   * Writes entries: `STRUCTURE PAGE[INDEX] FIELD=value FLAG +BIT`, one a line; a field left out is zero, `+BIT` sets a
   * bit by its number. `unreadable PAGE` takes a page out of memory. A later line replaces an earlier one.
   */
  draw(text: string): this {
    for (const line of text.split('\n').map((one) => one.trim())) {
      if (line !== '') this.#drawLine(line);
    }
    return this;
  }

  /** Sends a request; a copy of the outcome. */
  ask({ access = 'r', ...rest }: Ask): Outcome {
    const request = { device: 0x18, pasid: -1, privileged: false, type: 0, page: 0, offset: 0, data: 0 };
    const outcome = {
      ok: false,
      page: 0,
      size: 0,
      permissions: 0,
      source: 0,
      reason: 0,
      record: -1,
      reads: 0,
    };
    this.iommu.translate({ ...request, ...rest, access: accesses.indexOf(access) }, outcome);
    return outcome;
  }

  /** Queues one descriptor and moves the tail behind it. */
  queue(structure: Layout, type: number, fields: Readonly<Record<string, number>>, extraBit = -1): void {
    const words = encode(structure, { TYPE: type, ...fields });
    const bytes = this.iommu.queue.descriptorBytes;
    while (words.length < bytes / 4) words.push(0);
    if (extraBit >= 0) words[extraBit >> 5] = ((words[extraBit >> 5] ?? 0) | (1 << (extraBit & 31))) >>> 0;
    this.#put(ringPage, this.#tail, words);
    this.#tail = (this.#tail + bytes) % this.iommu.queue.ringBytes;
    this.iommu.writeRegister(host, register.IQT, this.#tail, 0);
  }

  /** The events since the first `from`. */
  events(from = 0): readonly TraceEvent[] {
    const trace = this.trace.finish();
    return Array.from({ length: trace.length - from }, (_, n) => eventAt(trace, from + n));
  }

  #drawLine(line: string): void {
    const [first, second, ...rest] = line.split(/\s+/);
    if (first === 'unreadable') return this.memory.markUnreadable(Number(second));
    const structure = structures.find(({ id }) => id === first);
    const place = /^(\w+)\[(\w+)\]$/.exec(second ?? '');
    if (structure === undefined || place === null) throw new Error(`this is no entry: ${line}`);
    const bits = rest.filter((token) => token.startsWith('+')).map(Number);
    const fields = rest.filter((token) => !token.startsWith('+')).map((token) => token.split('='));
    const words = encode(
      structure,
      Object.fromEntries(fields.map(([name, value]) => [name, Number(value ?? 1)])),
    );
    for (const bit of bits) words[bit >> 5] = ((words[bit >> 5] ?? 0) | (1 << (bit & 31))) >>> 0;
    this.#put(Number(place[1]), (Number(place[2]) * structure.bits) / 8, words);
  }

  #put(page: number, offset: number, words: readonly number[]): void {
    for (let index = 0; index < words.length; index += 2) {
      const at = offset + index * 4;
      const [low, high] = [words[index] as number, words[index + 1] as number];
      this.memory.write(page + Math.floor(at / pageBytes), at % pageBytes, low, high);
    }
  }
}

/** A 64-bit word with some of its fields changed. */
function changed(text: string, structure: Layout, fields: Readonly<Record<string, number>> = {}): Word64 {
  const { low, high } = parseWord(text) ?? joinAddress(0, 0);
  const words = [low, high];
  for (const [name, value] of Object.entries(fields)) writeField(fieldOf(structure, name), words, 0, value);
  return { low: words[0] as number, high: words[1] as number };
}
