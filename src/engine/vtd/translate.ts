import { KnownStream } from '../cache/known-stream';
import type { DmaRequest, Outcome } from '../request';
import { servesData, servesNothing } from '../trace/events';
import { Walk } from '../walk/walk';
import { cacheIndex, contextColumn, madeBy, pasidColumn } from './caches';
import { ContextFinder } from './find-context';
import { PasidFinder, pasidType } from './find-pasid';
import { FirstStageFormat } from './first-stage';
import { isInterruptPage } from './interrupt-range';
import { Iotlb, pagesOfSize, sizes } from './iotlb';
import { everything, may, visible } from './permissions';
import { SecondStageFormat } from './second-stage';
import type { Unit } from './unit';

const sourceOf = { walk: 0, passThrough: 2 } as const;
const accessOf = { read: 0, write: 1, execute: 2 } as const;
const typeOf = { untranslated: 0, translated: 1, ats: 2 } as const;
/** Values of TTM. */
export const tableMode = { legacy: 0, scalable: 1, abort: 3 } as const;
/** PASIDs of a directory with PDTS 0: 128 entries of 64. */
const smallestPasids = 128 * 64;

/**
 * Translation in the manual's order of checks (VT-d 3 and 7.1). Gives a fault reason, 0 when the request is answered;
 * the answer is in the fields until the next request.
 */
export class Translator {
  readonly context: ContextFinder;
  readonly pasid: PasidFinder;
  readonly iotlb: Iotlb;
  readonly stream: KnownStream;
  readonly first: Walk;
  readonly second: Walk;
  readonly #unit: Unit;
  readonly #guestPages: number;
  readonly #hostPages: number;
  readonly #firstFormat: FirstStageFormat;
  readonly #secondFormat: SecondStageFormat;
  /** FPD of the entries that the request in hand passed. */
  disablesFaults = false;
  /** The PASID that the known stream uses, and FPD of the entries that it passes. */
  readonly #known = { number: -1, disablesFaults: false };

  constructor(unit: Unit) {
    this.#unit = unit;
    this.#guestPages = 2 ** (unit.features.guestWidth - 12);
    this.#hostPages = 2 ** (unit.features.hostWidth - 12);
    this.context = new ContextFinder(unit);
    this.pasid = new PasidFinder(unit);
    this.iotlb = new Iotlb(unit);
    this.stream = new KnownStream(unit.trace, unit.caches.context, unit.caches.pasid);
    this.#firstFormat = new FirstStageFormat(unit.features);
    this.#secondFormat = new SecondStageFormat(unit.features);
    const { memory, trace, caches } = unit;
    this.first = new Walk(1, memory, trace, this.#firstFormat, caches.firstWalk, cacheIndex.firstWalk);
    this.second = new Walk(2, memory, trace, this.#secondFormat, caches.secondWalk, cacheIndex.secondWalk);
  }

  /** Translates through the root table at `rootPage` in that table mode. */
  translate(request: DmaRequest, outcome: Outcome, mode: number, rootPage: number): number {
    this.disablesFaults = false;
    this.first.pending.discard();
    this.second.pending.discard();
    this.first.takesLess = request.type === typeOf.ats;
    this.second.takesLess = request.type === typeOf.ats;
    if (mode === tableMode.legacy) return this.#legacy(request, outcome, rootPage);
    if (mode === tableMode.scalable && this.#unit.features.scalableMode) {
      return this.#scalable(request, outcome, rootPage);
    }
    return mode === tableMode.abort && this.#unit.features.abortDma ? 0x33 : 0x30;
  }

  /** Whether the device may ask for the page: a fault reason, or 0 (VT-d 7.4). */
  checkPageRequest(request: DmaRequest, mode: number, rootPage: number): number {
    this.disablesFaults = false;
    if (mode === tableMode.legacy) return 0x32;
    if (mode !== tableMode.scalable || !this.#unit.features.scalableMode)
      return mode === tableMode.abort && this.#unit.features.abortDma ? 0x33 : 0x30;
    const { context } = this;
    const missing = context.find(request.device, rootPage, true);
    this.disablesFaults = context.get(contextColumn.disablesFaults) === 1;
    if (missing !== 0) return missing;
    const limit = smallestPasids << context.get(contextColumn.directorySize);
    if (request.pasid >= 0 && context.get(contextColumn.pasidEnable) === 0) return 0x45;
    if (request.pasid >= limit) return 0x46;
    return context.get(contextColumn.pageRequests) === 0 ? 0x47 : 0;
  }

  #legacy(request: DmaRequest, outcome: Outcome, rootPage: number): number {
    this.stream.forget();
    if (request.pasid >= 0) return 0x31;
    const { context } = this;
    const missing = context.find(request.device, rootPage, false);
    this.disablesFaults = context.get(contextColumn.disablesFaults) === 1;
    if (missing !== 0) return missing;
    const type = context.get(contextColumn.type);
    if (request.type !== typeOf.untranslated && type !== 1) return 0xd;
    if (request.type === typeOf.translated && isInterruptPage(request.page)) return 0xe;
    if (type === 2 || request.type === typeOf.translated)
      return answer(outcome, request.page, sourceOf.passThrough);
    const levels = context.get(contextColumn.levels);
    const domain = context.get(contextColumn.domain);
    if (request.page >= this.#widthInPages(levels)) return 0x4;
    const cached = this.iotlb.lookUp(request, outcome, domain, -1, true);
    if (cached >= 0) return cached;
    this.#secondFormat.isScalable = false;
    this.#prepareSecond(request, domain, servesNothing, false, levels);
    return this.#secondOnly(
      request,
      outcome,
      domain,
      context.get(contextColumn.table),
      levels,
      madeBy.legacy,
    );
  }

  #scalable(request: DmaRequest, outcome: Outcome, rootPage: number): number {
    const { stream } = this;
    if (stream.matches(request, rootPage)) {
      this.disablesFaults = this.#known.disablesFaults;
      return this.#throughStages(request, outcome, this.#known.number, false);
    }
    stream.forget();
    return this.#findStream(request, outcome, rootPage);
  }

  #findStream(request: DmaRequest, outcome: Outcome, rootPage: number): number {
    const { context, pasid } = this;
    const missing = context.find(request.device, rootPage, true);
    this.disablesFaults = context.get(contextColumn.disablesFaults) === 1;
    if (missing !== 0) return missing;
    const refused = this.#checkContext(request);
    if (refused !== 0) return refused;
    if (request.type === typeOf.translated)
      return isInterruptPage(request.page) ? 0x87 : answer(outcome, request.page, sourceOf.passThrough);
    const number = request.pasid >= 0 ? request.pasid : context.get(contextColumn.ridPasid);
    const unbound = pasid.find(request.device, number, context.get(contextColumn.table));
    if (pasid.get(pasidColumn.disablesFaults) === 1) this.disablesFaults = true;
    if (unbound !== 0) return unbound;
    const isPrivileged =
      request.pasid >= 0 ? request.privileged : context.get(contextColumn.ridPrivilege) === 1;
    if (request.access === accessOf.execute && pasid.get(pasidColumn.execute) === 0) return 0x5c;
    if (isPrivileged && pasid.get(pasidColumn.supervisor) === 0) return 0x5d;
    if (pasid.get(pasidColumn.type) === pasidType.passThrough) return this.#passThrough(request, outcome);
    if (!isPrivileged) {
      this.stream.remember(request, rootPage);
      this.#known.number = number;
      this.#known.disablesFaults = this.disablesFaults;
    }
    return this.#throughStages(request, outcome, number, isPrivileged);
  }

  #checkContext(request: DmaRequest): number {
    const { context } = this;
    if (request.type !== typeOf.untranslated && context.get(contextColumn.deviceTlb) === 0) return 0x44;
    const limit = smallestPasids << context.get(contextColumn.directorySize);
    if (request.pasid >= 0) {
      if (context.get(contextColumn.pasidEnable) === 0) return 0x45;
      return request.pasid >= limit ? 0x46 : 0;
    }
    return context.get(contextColumn.ridPasid) >= limit ? 0x48 : 0;
  }

  #passThrough(request: DmaRequest, outcome: Outcome): number {
    if (request.page >= this.#hostPages) return 0x83;
    if (isInterruptPage(request.page)) return 0x87;
    return answer(outcome, request.page, sourceOf.passThrough);
  }

  #throughStages(request: DmaRequest, outcome: Outcome, number: number, isPrivileged: boolean): number {
    const { pasid } = this;
    const type = pasid.get(pasidColumn.type);
    const domain = pasid.get(pasidColumn.domain);
    const tag = type === pasidType.second ? -1 : number;
    this.first.isPrivileged = isPrivileged;
    const input = this.#checkInput(request, type);
    if (input !== 0) return input;
    const obeysWriteProtect = pasid.get(pasidColumn.writeProtect) === 1;
    const cached = this.iotlb.lookUp(request, outcome, domain, tag, !isPrivileged, obeysWriteProtect);
    if (cached >= 0) return cached;
    this.#secondFormat.isScalable = true;
    const setsSecondMarks = pasid.get(pasidColumn.secondDirty) === 1;
    const serves = type === pasidType.second ? servesNothing : servesData;
    this.#prepareSecond(request, domain, serves, setsSecondMarks, pasid.get(pasidColumn.secondLevels));
    if (type === pasidType.second) {
      const table = pasid.get(pasidColumn.secondTable);
      const levels = pasid.get(pasidColumn.secondLevels);
      return this.#secondOnly(request, outcome, domain, table, levels, madeBy.second);
    }
    return this.#firstAndMaybeSecond(request, outcome, domain, number, type, obeysWriteProtect);
  }

  /** The address must fit the stage that it enters. */
  #checkInput(request: DmaRequest, type: number): number {
    const { pasid } = this;
    if (type === pasidType.second) {
      const levels = pasid.get(pasidColumn.secondLevels);
      return request.page >= this.#widthInPages(levels) ? 0x84 : 0;
    }
    return isCanonical(request.page, pasid.get(pasidColumn.firstLevels)) ? 0 : 0x80;
  }

  #secondOnly(
    request: DmaRequest,
    outcome: Outcome,
    domain: number,
    table: number,
    levels: number,
    made: number,
  ): number {
    const { second } = this;
    const isReached = second.run(request.page, table, levels - 1, everything);
    this.#unit.reads += second.reads;
    if (!isReached) return this.#refuse(second, request, domain, -1, made, second.reason);
    if (isInterruptPage(second.page)) return this.#fail(second, made === madeBy.legacy ? 0xe : 0x87);
    return this.#keep(request, outcome, domain, -1, second.page, second.level, second.permissions, made);
  }

  #firstAndMaybeSecond(
    request: DmaRequest,
    outcome: Outcome,
    domain: number,
    number: number,
    type: number,
    obeysWriteProtect: boolean,
  ): number {
    const { first, second, pasid } = this;
    const isNested = type === pasidType.nested;
    const made = isNested ? madeBy.nested : madeBy.first;
    first.outer = isNested ? second : undefined;
    first.domain = domain;
    first.tag = number;
    first.wantsWrite = request.access === accessOf.write;
    first.wantsExecute = request.access === accessOf.execute;
    first.setsMarks = true;
    this.#firstFormat.obeysWriteProtect = obeysWriteProtect;
    this.#firstFormat.setsExtendedAccessed = pasid.get(pasidColumn.extendedAccessed) === 1;
    const topLevel = pasid.get(pasidColumn.firstLevels) - 1;
    second.innerTopLevel = topLevel;
    second.rootPage = pasid.get(pasidColumn.secondTable);
    second.rootLevel = (pasid.get(pasidColumn.secondLevels) | 0) - 1;
    second.rootPermissions = everything;
    second.totalReads = 0;
    const isReached = first.run(request.page, pasid.get(pasidColumn.firstTable), topLevel, everything);
    this.#unit.reads += first.reads;
    if (!isReached) {
      this.#unit.reads += second.totalReads;
      const failed = isNested && second.reason !== 0 && first.reason === second.reason ? second : first;
      return this.#refuse(failed, request, domain, number, made, first.reason);
    }
    if (!isNested) {
      if (isInterruptPage(first.page)) return this.#fail(first, 0x87);
      return this.#keep(request, outcome, domain, number, first.page, first.level, first.permissions, made);
    }
    return this.#finishNested(request, outcome, domain, number);
  }

  /** The last stage-2 walk: the guest address of the data. */
  #finishNested(request: DmaRequest, outcome: Outcome, domain: number, number: number): number {
    const { first, second } = this;
    second.serves = servesData;
    second.wantsWrite = first.wantsWrite;
    const guestPage = first.page;
    if (this.#unit.trace.isOn) this.#unit.trace.emit('need', servesData, guestPage);
    const isReached = second.run(guestPage, second.rootPage, second.rootLevel, everything);
    this.#unit.reads += second.totalReads;
    if (!isReached) return this.#refuse(second, request, domain, number, madeBy.nested, second.reason);
    if (this.#unit.trace.isOn) this.#unit.trace.emit('guest', servesData, guestPage, second.page);
    if (isInterruptPage(second.page)) return this.#fail(second, 0x87);
    const permissions = first.permissions & second.permissions;
    const hostWrite = second.permissions & may.hostWrite;
    const level = Math.min(first.level, second.level);
    return this.#keep(
      request,
      outcome,
      domain,
      number,
      second.page,
      level,
      (permissions & ~may.hostWrite) | hostWrite,
      madeBy.nested,
    );
  }

  #prepareSecond(
    request: DmaRequest,
    domain: number,
    serves: number,
    setsMarks: boolean,
    levels: number,
  ): void {
    const { second } = this;
    const limit = this.#widthInPages(levels);
    second.domain = domain;
    second.tag = -1;
    second.serves = serves;
    second.wantsWrite = request.access === accessOf.write;
    second.setsMarks = setsMarks;
    second.reason = 0;
    second.totalReads = 0;
    second.inputLimit = limit;
  }

  /** Keeps a translation and answers with it. `level` is that of the smaller of the leaves. */
  #keep(
    request: DmaRequest,
    outcome: Outcome,
    domain: number,
    tag: number,
    page: number,
    level: number,
    permissions: number,
    made: number,
  ): number {
    const pages = pagesOfSize[level] as number;
    const prefix = Math.floor(request.page / pages);
    const within = request.page - prefix * pages;
    const isClean = this.#setsDirty(made) && request.access !== accessOf.write;
    this.iotlb.fill(domain, tag, prefix, level, page - within, permissions, isClean ? 0 : 1, made, 0);
    this.first.pending.commit();
    this.second.pending.commit();
    outcome.page = page;
    outcome.size = sizes[level] as number;
    outcome.permissions = permissions & visible;
    outcome.source = sourceOf.walk;
    outcome.ok = true;
    return 0;
  }

  #setsDirty(made: number): boolean {
    return made === madeBy.first || made === madeBy.nested || this.second.setsMarks;
  }

  /** A walk failed. With caching mode the refusal may be kept when nothing is there for any access (VT-d 6.1). */
  #refuse(
    failed: Walk,
    request: DmaRequest,
    domain: number,
    tag: number,
    made: number,
    reason: number,
  ): number {
    const isAbsent = isAbsence(reason) && (failed.permissions & (may.read | may.write)) === 0;
    if (this.#unit.features.cachingMode && made !== madeBy.first && isAbsent) {
      this.iotlb.fill(domain, tag, request.page, 0, 0, 0, 0, made, reason);
    }
    return this.#fail(failed, reason);
  }

  #fail(failed: Walk, reason: number): number {
    const { failure } = this.#unit;
    failure.stage = failed.stage;
    failure.level = failed.level;
    failure.serves = failed.serves;
    return reason;
  }

  /** How many pages the narrower of the unit's and the table's width holds. */
  #widthInPages(levels: number): number {
    return Math.min(this.#guestPages, pagesOfLevels[levels] as number);
  }
}

function answer(outcome: Outcome, page: number, source: number): number {
  outcome.page = page;
  outcome.size = 64;
  outcome.permissions = visible;
  outcome.source = source;
  outcome.ok = true;
  return 0;
}

/** Not-present conditions: what an unmapped page leads to. */
function isAbsence(reason: number): boolean {
  return reason === 0x5 || reason === 0x6 || reason === 0x79;
}

/** Pages of a table with that many levels, and of the half below its sign bit. */
const pagesOfLevels = Array.from({ length: 7 }, (_, levels) => 2 ** (9 * levels));
const halfOfLevels = pagesOfLevels.map((pages) => pages / 2);
const allPages = 2 ** 52;

/** Whether the bits above the first stage's width repeat its highest bit; `page` is bits 63:12. */
function isCanonical(page: number, levels: number): boolean {
  const half = halfOfLevels[levels] as number;
  return page < half || page >= allPages - half;
}
