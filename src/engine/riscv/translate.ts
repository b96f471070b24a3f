import type { Cache } from '../cache/cache';
import { KnownStream } from '../cache/known-stream';
import type { DmaRequest, Outcome } from '../request';
import { cacheIndex, deviceColumn, iotlbColumn, madeBy, noGuest, processColumn } from './caches';
import { control, DeviceFinder } from './find-device';
import { ProcessFinder, processControl } from './find-process';
import { Iotlb } from './iotlb';
import { type Doorbell, isDoorbell, translateDoorbell } from './msi';
import { may } from './stage-format';
import { Stages } from './stages';
import type { Unit } from './unit';

const sourceOf = { walk: 0, iotlb: 1, passThrough: 2, untranslated: 3 } as const;
const typeOf = { untranslated: 0, translated: 1, ats: 2 } as const;
const write = 1;
const execute = 2;
const everySize = 64;

/** What an answer says besides the page. */
export interface Completion {
  permissions: number;
  memoryType: number;
  isGlobal: boolean;
  doorbell: Doorbell | undefined;
  /** A translation request was answered without any permission because the page is not there. */
  isEmpty: boolean;
}

/** Translation in the order of RISC-V IOMMU 3.3. Gives a cause, 0 when the request is answered. */
export class Translator {
  readonly device: DeviceFinder;
  readonly process: ProcessFinder;
  readonly stages: Stages;
  readonly iotlb: Iotlb;
  readonly completion: Completion = {
    permissions: 0,
    memoryType: 0,
    isGlobal: false,
    doorbell: undefined,
    isEmpty: false,
  };
  /** Whether a device context was found: otherwise DTF counts as 0. */
  hasContext = false;
  readonly #unit: Unit;
  readonly #stream: KnownStream;
  #isPrepared = false;
  /** How the request in hand goes through the stages: what its contexts say. A known stream goes the same way again. */
  #mode = 0;
  #root = 0;
  #gscid = 0;
  #tag = 0;
  #isSupervisor = false;
  #usesUserPages = false;

  constructor(unit: Unit) {
    this.#unit = unit;
    this.stages = new Stages(unit);
    this.device = new DeviceFinder(unit);
    this.process = new ProcessFinder(unit, this.stages);
    this.iotlb = new Iotlb(unit);
    const { device, process } = cacheIndex;
    this.#stream = new KnownStream(unit.trace, unit.caches[device] as Cache, unit.caches[process] as Cache);
  }

  /** Translates through a directory of `levels` levels at page `root`. */
  translate(request: DmaRequest, outcome: Outcome, levels: number, root: number): number {
    const { completion, device } = this;
    completion.doorbell = undefined;
    completion.isEmpty = false;
    completion.memoryType = 0;
    completion.isGlobal = false;
    completion.permissions = 7;
    this.stages.reason = 0;
    this.stages.guestPage = 0;
    this.stages.implicit = 0;
    this.#isPrepared = false;
    const directory = root * 4 + levels;
    this.hasContext = this.#stream.matches(request, directory);
    if (this.hasContext) return this.#throughStages(request, outcome);
    this.#stream.forget();
    const missing = device.find(request.device, root, levels);
    if (missing !== 0) return missing;
    this.hasContext = true;
    const refused = this.#checkContext(request);
    if (refused !== 0) return refused;
    if (request.type === typeOf.translated) {
      if (!device.has(control.toGuest)) return this.#pass(request, outcome);
      this.#goThrough(0, 0, -1, false, false);
      return this.#throughStages(request, outcome);
    }
    const unbound = this.#findProcess(request);
    if (unbound !== 0) return unbound;
    if (request.type === typeOf.untranslated) this.#stream.remember(request, directory);
    return this.#throughStages(request, outcome);
  }

  #checkContext(request: DmaRequest): number {
    const { device } = this;
    if (request.type !== typeOf.untranslated && !device.has(control.ats)) return 260;
    if (request.pasid < 0) return 0;
    if (!device.has(control.processes)) return 260;
    const mode = device.get(deviceColumn.firstMode);
    return mode !== 0 && !ProcessFinder.takes(request.pasid, mode) ? 260 : 0;
  }

  /** Chooses the way through the stages; the cause when there is none. */
  #findProcess(request: DmaRequest): number {
    const { device, process } = this;
    const mode = device.get(deviceColumn.firstMode);
    const page = device.get(deviceColumn.firstPage);
    if (!device.has(control.processes))
      return this.#goThrough(mode, page, device.get(deviceColumn.pscid), false, false);
    const isDefault = request.pasid < 0;
    if (mode === 0 || (isDefault && !device.has(control.defaultProcess)))
      return this.#goThrough(0, 0, -1, false, false);
    const number = isDefault ? 0 : request.pasid;
    this.#prepare(request);
    const missing = process.find(device, request.device, number, mode, page);
    this.#unit.reads += this.stages.second.totalReads;
    this.stages.second.totalReads = 0;
    if (missing !== 0) return missing;
    const isSupervisor = !isDefault && request.privileged;
    if (isSupervisor && !process.has(processControl.supervisor)) return 260;
    return this.#goThrough(
      process.get(processColumn.mode),
      process.get(processColumn.page),
      process.get(processColumn.pscid),
      isSupervisor,
      process.has(processControl.userAccess),
    );
  }

  /** `mode` 0 is a bare first stage. Gives 0. */
  #goThrough(mode: number, root: number, pscid: number, isSupervisor: boolean, sum: boolean): number {
    const hasSecond = this.device.get(deviceColumn.secondMode) !== 0;
    this.#mode = mode;
    this.#root = root;
    this.#gscid = hasSecond ? this.device.get(deviceColumn.gscid) : noGuest;
    this.#tag = mode === 0 ? -1 : pscid;
    this.#isSupervisor = isSupervisor;
    this.#usesUserPages = sum;
    return 0;
  }

  /** The IOTLB, or both stages and the MSI table. */
  #throughStages(request: DmaRequest, outcome: Outcome): number {
    if (request.type === typeOf.untranslated && (this.#mode !== 0 || this.#gscid !== noGuest)) {
      const slot = this.iotlb.find(request, this.#gscid, this.#tag, this.#isSupervisor, this.#usesUserPages);
      if (slot >= 0) return this.#hit(request, outcome, slot);
    }
    return this.#walk(request, outcome);
  }

  #walk(request: DmaRequest, outcome: Outcome): number {
    const { stages } = this;
    const mode = this.#mode;
    const gscid = this.#gscid;
    const tag = this.#tag;
    if (!this.#isPrepared) this.#prepare(request);
    stages.firstFormat.isSupervisor = this.#isSupervisor;
    stages.firstFormat.mayUseUserPages = this.#usesUserPages;
    stages.first.setsMarks = this.device.has(control.firstMarks);
    if (mode !== 0) {
      const isNarrow = this.device.has(control.narrow);
      const isReached = stages.throughFirst(request.page, mode, this.#root, isNarrow, tag);
      this.#unit.reads += stages.first.reads;
      if (!isReached) return this.#failed();
    }
    const guest = mode === 0 ? request.page : stages.first.page;
    if (isDoorbell(this.device, guest)) return this.#ring(request, outcome, guest, gscid, tag);
    if (!stages.hasSecond) return this.#answerFirst(request, outcome, tag, mode);
    const isReached = stages.throughSecond(guest, request.access === write);
    if (!isReached) return this.#failed();
    this.#unit.reads += stages.second.totalReads;
    return this.#answerBoth(request, outcome, gscid, tag);
  }

  /** A request that the IOTLB answers needs no stages. */
  #prepare(request: DmaRequest): void {
    const isAsking = request.type === typeOf.ats;
    this.stages.prepareSecond(this.device, request.access, isAsking, request.access === write);
    this.#isPrepared = true;
  }

  #failed(): number {
    this.#unit.reads += this.stages.second.totalReads;
    return this.stages.reason;
  }

  /** No second stage: what the first one found, or the address itself. */
  #answerFirst(request: DmaRequest, outcome: Outcome, tag: number, mode: number): number {
    if (mode === 0) return this.#pass(request, outcome);
    const { first, firstFormat } = this.stages;
    const { completion } = this;
    completion.permissions = writable(first.permissions, firstFormat.isDirty);
    completion.memoryType = firstFormat.memoryType;
    completion.isGlobal = firstFormat.isGlobal;
    this.#keep(
      request,
      outcome,
      noGuest,
      tag,
      first.page,
      first.size,
      first.permissions,
      firstFormat.isDirty,
      madeBy.first,
    );
    return 0;
  }

  #answerBoth(request: DmaRequest, outcome: Outcome, gscid: number, tag: number): number {
    const { first, second, firstFormat, secondFormat, hasFirst } = this.stages;
    const { completion } = this;
    const isDirty = secondFormat.isDirty && (!hasFirst || firstFormat.isDirty);
    const user = hasFirst ? first.permissions & may.user : may.user;
    const both = (hasFirst ? first.permissions : 7) & second.permissions & 7;
    const size = hasFirst ? Math.min(first.size, second.size) : second.size;
    completion.permissions = writable(both + user, isDirty);
    completion.memoryType =
      hasFirst && firstFormat.memoryType !== 0 ? firstFormat.memoryType : secondFormat.memoryType;
    completion.isGlobal = hasFirst && firstFormat.isGlobal;
    const made = hasFirst ? madeBy.nested : madeBy.second;
    this.#keep(request, outcome, gscid, tag, second.page, size, both + user, isDirty, made);
    if (request.type === typeOf.ats && this.device.has(control.toGuest))
      outcome.page = hasFirst ? first.page : request.page;
    return 0;
  }

  /** A doorbell: its page comes from the MSI page table, not from the second stage. */
  #ring(request: DmaRequest, outcome: Outcome, guest: number, gscid: number, tag: number): number {
    const { stages, completion } = this;
    const found = translateDoorbell(this.#unit, this.device, guest, request.access);
    this.#unit.reads += stages.second.totalReads;
    if (found.reason !== 0) return found.reason;
    const { first, firstFormat, hasFirst } = stages;
    const isDirty = !hasFirst || firstFormat.isDirty;
    const permissions = hasFirst ? first.permissions & ~may.execute : may.read + may.write + may.user;
    completion.permissions = writable(permissions, isDirty) & ~may.execute;
    completion.memoryType = hasFirst ? firstFormat.memoryType : 0;
    completion.doorbell = found;
    if (found.file !== undefined) {
      outcome.page = 0;
      outcome.size = 12;
      outcome.permissions = permissions & 7;
      outcome.source = sourceOf.walk;
      return 0;
    }
    const size = 12;
    if (gscid < noGuest)
      this.#keep(request, outcome, gscid, tag, found.page, size, permissions, isDirty, madeBy.msi);
    else answer(outcome, found.page, size, permissions & 7, sourceOf.walk);
    if (request.type === typeOf.ats && this.device.has(control.toGuest)) outcome.page = guest;
    return 0;
  }

  #keep(
    request: DmaRequest,
    outcome: Outcome,
    gscid: number,
    tag: number,
    page: number,
    size: number,
    permissions: number,
    isDirty: boolean,
    made: number,
  ): void {
    const { completion, stages } = this;
    if (request.type !== typeOf.ats) {
      const { memoryType, isGlobal } = completion;
      this.iotlb.fill(gscid, tag, request.page, size, page, permissions, isDirty, memoryType, isGlobal, made);
      stages.first.pending.commit();
      stages.second.pending.commit();
    }
    answer(outcome, page, size, permissions & 7, sourceOf.walk);
  }

  #hit(request: DmaRequest, outcome: Outcome, slot: number): number {
    const { cache } = this.iotlb;
    const permissions = cache.get(slot, iotlbColumn.permissions);
    const { completion } = this;
    completion.memoryType = cache.get(slot, iotlbColumn.memoryType);
    const page = this.iotlb.pageOf(slot, request.page);
    answer(outcome, page, cache.get(slot, 3), permissions & 7, sourceOf.iotlb);
    return 0;
  }

  #pass(request: DmaRequest, outcome: Outcome): number {
    answer(outcome, request.page, everySize, 7, sourceOf.passThrough);
    return 0;
  }
}

/** Permissions without writing where D is not set. */
function writable(permissions: number, isDirty: boolean): number {
  return isDirty ? permissions : permissions & ~may.write;
}

function answer(outcome: Outcome, page: number, size: number, permissions: number, source: number): void {
  outcome.page = page;
  outcome.size = size;
  outcome.permissions = permissions;
  outcome.source = source;
}

/** Whether a translation request may be granted execution: it asked, and the page can be read. */
export function grantsExecute(access: number, permissions: number): boolean {
  return access === execute && (permissions & may.execute) !== 0 && (permissions & may.read) !== 0;
}
