import { powerOfTwo } from '../bits/power';
import type { Cache } from '../cache/cache';
import { servesData, servesDirectory, servesNothing } from '../trace/events';
import type { TableShape } from '../walk/table-shape';
import { Walk } from '../walk/walk';
import { cacheIndex } from './caches';
import { DescriptorFormat, everything } from './descriptor-format';
import { type ContextFinder, contextField, granuleOf } from './find-context';
import { granuleBits, type StreamFinder, streamField, topOf } from './find-stream';
import { sizeOf, type Unit } from './unit';

/** What was being translated when stage 2 refused (SMMUv3 7.3). */
export const classOf = { descriptor: 0, table: 1, input: 2 } as const;
const tagOfUpperHalf = 2 ** 16;
const lowerHalf = {
  size: contextField.T0SZ,
  table: contextField.TTB0,
  off: contextField.EPD0,
  ignoresTop: contextField.TBI0,
  noTables: contextField.HAD0,
} as const;
const upperHalf = {
  size: contextField.T1SZ,
  table: contextField.TTB1,
  off: contextField.EPD1,
  ignoresTop: contextField.TBI1,
  noTables: contextField.HAD1,
} as const;
const shapes = new Map<number, TableShape>();

/**
 * How a stage of that granule's code and top level cuts addresses of 64 - `size` bits: concatenated tables make the top
 * wider, a small range narrower. Made once for each.
 */
function shapeOf(code: number, top: number, size: number): TableShape {
  const key = (code * 8 + top) * 64 + size;
  const known = shapes.get(key);
  if (known !== undefined) return known;
  const granule = granuleBits[code as 0];
  const bits = granule - 3;
  const topBits = 64 - size - granule - bits * (top + 1);
  const shape: TableShape = { bits, topBits, entryWords: 2, pages: 2 ** (granule - 12) };
  shapes.set(key, shape);
  return shape;
}

/** Both stages of a request, and what went wrong in them (SMMUv3 3.3). */
export class Stages {
  readonly first: Walk;
  readonly second: Walk;
  readonly firstFormat = new DescriptorFormat(false);
  readonly secondFormat = new DescriptorFormat(true);
  hasFirst = false;
  hasSecond = false;
  /** The event of a failed walk, whether stage 2 refused, what for, and the guest page. */
  reason = 0;
  isSecond = false;
  kind: number = classOf.input;
  guestPage = 0;
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
    const { memory, trace } = unit;
    const cacheOf = (index: number): Cache => unit.caches[index] as Cache;
    this.first = new Walk(
      1,
      memory,
      trace,
      this.firstFormat,
      cacheOf(cacheIndex.firstWalk),
      cacheIndex.firstWalk,
    );
    this.second = new Walk(
      2,
      memory,
      trace,
      this.secondFormat,
      cacheOf(cacheIndex.secondWalk),
      cacheIndex.secondWalk,
    );
  }

  /** Sets up the second stage of a stream; `domain` tags its translations. */
  prepareSecond(stream: StreamFinder, hasSecond: boolean, domain: number): void {
    const { first, second, secondFormat } = this;
    this.hasFirst = false;
    this.hasSecond = hasSecond;
    this.reason = 0;
    this.isSecond = false;
    this.kind = classOf.input;
    this.guestPage = 0;
    first.takesLess = false;
    second.takesLess = false;
    first.pending.discard();
    second.pending.discard();
    first.totalReads = 0;
    second.totalReads = 0;
    second.domain = domain;
    second.tag = -1;
    if (!hasSecond) return;
    const granule = stream.read(streamField.S2TG);
    const bits = granuleBits[granule as 0];
    secondFormat.granule = bits;
    secondFormat.ignoresAccessFlag = stream.read(streamField.S2AFFD) === 1;
    const output = Math.min(sizeOf(stream.read(streamField.S2PS)), this.#unit.features.outputBits);
    secondFormat.outputLimit = powerOfTwo(output - 12);
    second.setsMarks = stream.read(streamField.S2HA) === 1;
    second.rootPage = stream.read(streamField.S2TTB);
    second.rootLevel = topOf(granule | 0, stream.read(streamField.S2SL0) | 0);
    second.setShape(shapeOf(granule, second.rootLevel, stream.read(streamField.S2T0SZ)));
    second.rootPermissions = everything;
    second.inputLimit = powerOfTwo(52 - stream.read(streamField.S2T0SZ));
  }

  /** The host page of a page of context descriptors; -1 when the second stage refuses it. */
  hostOfDescriptor(page: number): number {
    if (!this.hasSecond) return page;
    const { second } = this;
    const { trace } = this.#unit;
    second.serves = servesDirectory;
    second.wantsWrite = false;
    second.wantsExecute = false;
    if (trace.isOn) trace.emit('need', servesDirectory, page);
    if (!second.run(page, second.rootPage, second.rootLevel, everything)) {
      this.#refuse(second.reason, true, classOf.descriptor, page);
      return -1;
    }
    if (trace.isOn) trace.emit('guest', servesDirectory, page, second.page);
    return second.page;
  }

  /** Walks the first stage; true when it reaches a page. `tag` is the ASID. */
  throughFirst(context: ContextFinder, page: number, tag: number): boolean {
    const { first, second, firstFormat } = this;
    this.hasFirst = true;
    const half = Math.floor(page / 2 ** 43) % 2;
    const { size, table, off, ignoresTop, noTables } = half === 0 ? lowerHalf : upperHalf;
    const reach = powerOfTwo(52 - context.read(size));
    const from = context.read(ignoresTop) === 1 ? page % 2 ** 44 : page;
    const all = context.read(ignoresTop) === 1 ? 2 ** 44 : 2 ** 52;
    const isInside = half === 0 ? from < reach : from >= all - reach;
    if (!isInside || context.read(off) === 1) {
      this.#refuse(0x10, false, classOf.input, 0);
      return false;
    }
    const code = granuleOf(context, half);
    const granule = granuleBits[code as 0];
    const levels = Math.ceil((64 - context.read(size) - granule) / (granule - 3));
    firstFormat.granule = granule;
    firstFormat.ignoresAccessFlag = context.read(contextField.AFFD) === 1;
    firstFormat.ignoresTablePermissions = context.read(noTables) === 1;
    firstFormat.writableNeverExecutes = context.read(contextField.WXN) === 1;
    const output = Math.min(sizeOf(context.read(contextField.IPS)), this.#unit.features.outputBits);
    firstFormat.outputLimit = powerOfTwo(output - 12);
    first.setsMarks = context.read(contextField.HA) === 1;
    first.setShape(shapeOf(code, levels - 1, context.read(size)));
    first.outer = this.hasSecond ? second : undefined;
    first.domain = second.domain;
    first.tag = tag + half * tagOfUpperHalf;
    first.serves = servesNothing;
    second.reason = 0;
    if (first.run(page % reach, context.read(table), levels - 1, everything)) return true;
    const isSecond = this.hasSecond && second.reason !== 0;
    this.#refuse(
      first.reason,
      isSecond,
      isSecond ? classOf.table : classOf.input,
      isSecond ? second.input : 0,
    );
    return false;
  }

  /** Walks the second stage for the data itself. */
  throughSecond(page: number): boolean {
    const { second, first } = this;
    const { trace } = this.#unit;
    second.takesLess = first.takesLess;
    second.serves = this.hasFirst ? servesData : servesNothing;
    second.wantsWrite = first.wantsWrite;
    second.wantsExecute = first.wantsExecute;
    if (trace.isOn && this.hasFirst) trace.emit('need', servesData, page);
    if (!second.run(page, second.rootPage, second.rootLevel, everything)) {
      this.#refuse(second.reason, true, classOf.input, page);
      return false;
    }
    if (trace.isOn && this.hasFirst) trace.emit('guest', servesData, page, second.page);
    return true;
  }

  #refuse(reason: number, isSecond: boolean, kind: number, guestPage: number): void {
    const { leafPage, leafOffset } = isSecond ? this.second : this.first;
    this.#unit.failedPage = leafPage;
    this.#unit.failedOffset = leafOffset;
    this.reason = reason;
    this.isSecond = isSecond;
    this.kind = kind;
    this.guestPage = guestPage;
  }
}
