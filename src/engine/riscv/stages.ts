import type { Cache } from '../cache/cache';
import { servesData, servesDirectory, servesNothing } from '../trace/events';
import { type TableShape, usualShape } from '../walk/table-shape';
import { Walk } from '../walk/walk';
import { cacheIndex, deviceColumn, noGuest } from './caches';
import { isGuestPageFault } from './faults';
import { control, type DeviceFinder } from './find-device';
import { everything, StageFormat } from './stage-format';
import type { Unit } from './unit';

const narrowShape: TableShape = { bits: 10, topBits: 0, entryWords: 1, pages: 1 };
const wideTopShape: TableShape = { bits: 9, topBits: 2, entryWords: 2, pages: 1 };
const narrowWideTopShape: TableShape = { bits: 10, topBits: 2, entryWords: 1, pages: 1 };
const allPages = 2 ** 52;
/** Pages that a second stage takes, and half of those that a first stage takes, by MODE. */
const secondPages = Array.from({ length: 16 }, (_, mode) => 2 ** (9 * (mode - 5) + 2));
const halfOfFirst = Array.from({ length: 16 }, (_, mode) => 2 ** (9 * (mode - 5) - 1));
const narrowPages = 2 ** 20;
/** Levels by MODE; narrow tables have two. */
const levelsOf = (mode: number, isNarrow: boolean): number => (isNarrow ? 2 : (mode | 0) - 5);

/** Both stages of a request, and what went wrong in them (RISC-V IOMMU 3.3). */
export class Stages {
  readonly first: Walk;
  readonly second: Walk;
  readonly firstFormat: StageFormat;
  readonly secondFormat: StageFormat;
  hasFirst = false;
  hasSecond = false;
  /** The cause when a walk has failed, and the guest page of a guest-page fault. */
  reason = 0;
  guestPage = 0;
  /** 1 when the access was implicit, 2 more when it was a write of A or D. */
  implicit = 0;
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
    const { memory, trace, features } = unit;
    this.firstFormat = new StageFormat(features, false);
    this.secondFormat = new StageFormat(features, true);
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
    this.first.memoryLimit = features.memoryPages;
    this.second.memoryLimit = features.memoryPages;
    const isNarrow = features.isNarrowGuest;
    this.second.setShape(isNarrow ? narrowWideTopShape : wideTopShape);
    this.secondFormat.isNarrow = isNarrow;
  }

  get isAccessFault(): boolean {
    return this.reason < 10;
  }

  /** Sets up the second stage for a request of that access: 0 read, 1 write, 2 execute. */
  prepareSecond(context: DeviceFinder, access: number, isAsking: boolean, mayWrite: boolean): void {
    const { second, secondFormat } = this;
    const mode = context.get(deviceColumn.secondMode);
    const isNarrow = this.#unit.features.isNarrowGuest;
    this.reason = 0;
    this.guestPage = 0;
    this.implicit = 0;
    this.hasSecond = mode !== 0;
    this.hasFirst = false;
    this.first.pending.discard();
    second.pending.discard();
    second.totalReads = 0;
    this.first.totalReads = 0;
    second.domain = this.hasSecond ? context.get(deviceColumn.gscid) : noGuest;
    second.tag = -1;
    second.setsMarks = context.has(control.secondMarks);
    second.rootPage = context.get(deviceColumn.secondPage);
    second.rootLevel = levelsOf(mode, isNarrow) - 1;
    second.rootPermissions = everything;
    second.inputLimit = isNarrow || context.has(control.narrow) ? 2 ** 22 : (secondPages[mode] as number);
    // A translation request that may write reads for its answer: an access fault is one of a read.
    const named = isAsking && access === 1 ? 0 : access;
    secondFormat.access = named;
    secondFormat.isAsking = isAsking;
    secondFormat.marksThrough = context.has(control.firstMarks);
    this.firstFormat.access = named;
    this.firstFormat.isAsking = isAsking;
    this.first.wantsWrite = mayWrite;
    this.first.wantsExecute = access === 2;
  }

  /** The host page of a table of the process directory; -1 when the second stage refuses it. */
  hostOfTable(page: number): number {
    if (!this.hasSecond) return page;
    const { second } = this;
    const { trace } = this.#unit;
    second.serves = servesDirectory;
    second.wantsWrite = false;
    second.wantsExecute = false;
    if (trace.isOn) trace.emit('need', servesDirectory, page);
    if (!second.run(page, second.rootPage, second.rootLevel, everything)) {
      this.#refuse(second.reason, page, 1);
      return -1;
    }
    if (trace.isOn) trace.emit('guest', servesDirectory, page, second.page);
    return second.page;
  }

  /** Walks the first stage of mode `mode` from `root`; true when it reaches a page. */
  throughFirst(input: number, mode: number, root: number, isNarrow: boolean, tag: number): boolean {
    const { first, second, firstFormat } = this;
    this.hasFirst = true;
    const levels = levelsOf(mode, isNarrow);
    const half = halfOfFirst[mode] as number;
    const isCanonical = isNarrow ? input < narrowPages : input < half || input >= allPages - half;
    firstFormat.isNarrow = isNarrow;
    firstFormat.isGlobal = false;
    if (!isCanonical) {
      this.#refuse(first.wantsExecute ? 12 : firstFormat.access === 1 ? 15 : 13, 0, 0);
      return false;
    }
    first.setShape(isNarrow ? narrowShape : usualShape);
    first.outer = this.hasSecond ? second : undefined;
    first.domain = second.domain;
    first.tag = tag;
    first.serves = servesNothing;
    second.reason = 0;
    second.serves = servesData;
    if (first.run(input, root, levels - 1, everything)) return true;
    const isGuest = isGuestPageFault(first.reason);
    const isMark = isGuest && second.reason === 0;
    this.#refuse(first.reason, isMark ? first.markedGuest : second.input, isMark ? 3 : 1);
    return false;
  }

  /** Walks the second stage for the data itself. */
  throughSecond(page: number, wantsWrite: boolean): boolean {
    const { second } = this;
    const { trace } = this.#unit;
    second.serves = this.hasFirst ? servesData : servesNothing;
    second.wantsWrite = wantsWrite;
    second.wantsExecute = this.secondFormat.access === 2;
    if (trace.isOn && this.hasFirst) trace.emit('need', servesData, page);
    if (!second.run(page, second.rootPage, second.rootLevel, everything)) {
      this.#refuse(second.reason, page, 0);
      return false;
    }
    if (trace.isOn && this.hasFirst) trace.emit('guest', servesData, page, second.page);
    return true;
  }

  #refuse(reason: number, guestPage: number, implicit: number): void {
    const isGuest = isGuestPageFault(reason);
    this.reason = reason;
    this.guestPage = isGuest ? guestPage : 0;
    this.implicit = isGuest ? implicit : 0;
  }
}
