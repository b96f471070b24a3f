import { readField } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { powerOfTwo } from '../bits/power';
import type { Cache } from '../cache/cache';
import { KnownStream } from '../cache/known-stream';
import type { DmaRequest, Outcome } from '../request';
import { cacheIndex, iotlbColumn, madeBy, noVmid } from './caches';
import { may } from './descriptor-format';
import { silentAbort } from './faults';
import { ContextFinder, contextField } from './find-context';
import { config, StreamFinder, streamField } from './find-stream';
import { Iotlb } from './iotlb';
import { control0, control2 } from './layouts/registers';
import { register } from './registers';
import { Stages } from './stages';
import type { Unit } from './unit';

const sourceOf = { walk: 0, iotlb: 1, passThrough: 2 } as const;
const untranslated = 0;
const translated = 1;
const translationRequest = 2;
/** Values of EATS: the device is told host addresses, or those before the second stage. */
const ats = { off: 0, full: 1, split: 2 } as const;
const checksTranslated = fieldOf(control0, 'ATSCHK');
const recordsAts = fieldOf(control2, 'REC_CFG_ATS');
const write = 1;
const execute = 2;
/** ASID tag of translations without a first stage. */
const noAsid = -1;
const withoutSubstream = { abort: 0, bypass: 1, zero: 2 } as const;

/** Translation in the order of SMMUv3 3.3 and 7.3. Gives an event number, 0 when the request is answered. */
export class Translator {
  readonly stream: StreamFinder;
  readonly context: ContextFinder;
  readonly stages: Stages;
  readonly iotlb: Iotlb;
  /** Whether the fault in hand is recorded. */
  isRecorded = true;
  readonly #unit: Unit;
  /** Streams that need no look-up, and the tags of their translations. */
  readonly #known: KnownStream;
  #vmid = 0;
  #asid = noAsid;

  constructor(unit: Unit) {
    this.#unit = unit;
    const { stream, context } = cacheIndex;
    this.#known = new KnownStream(unit.trace, unit.caches[stream] as Cache, unit.caches[context] as Cache);
    this.stages = new Stages(unit);
    this.stream = new StreamFinder(unit);
    this.context = new ContextFinder(unit, this.stages);
    this.iotlb = new Iotlb(unit);
  }

  translate(request: DmaRequest, outcome: Outcome): number {
    const { stream, stages } = this;
    this.isRecorded = true;
    stages.reason = 0;
    stages.isSecond = false;
    stages.guestPage = 0;
    stages.hasFirst = false;
    if (this.#known.matches(request, 0)) {
      const slot = this.iotlb.find(request, this.#vmid, this.#asid);
      if (slot >= 0) return this.#hit(request, outcome, slot);
    }
    this.#known.forget();
    const { registers } = this.#unit;
    const isChecked = readField(checksTranslated, [registers.low(register.CR0), 0]) === 1;
    if (request.type === translated && !isChecked) return this.#bypass(request, outcome);
    // What is wrong with the configuration is told to a device by the completion (SMMUv3 3.9.1.2).
    this.isRecorded =
      request.type === untranslated || readField(recordsAts, [registers.low(register.CR2), 0]) === 1;
    const missing = stream.find(request.device);
    if (missing !== 0) return missing;
    const how = stream.read(streamField.Config);
    if (how < config.bypass) {
      this.isRecorded = false;
      return silentAbort;
    }
    const rights = this.#rights(isChecked);
    if (request.type !== untranslated && (rights === ats.off || how === config.bypass)) {
      this.isRecorded = true;
      return request.type === translated ? 0x07 : 0x05;
    }
    if (request.type === translated && rights === ats.full) return this.#bypass(request, outcome);
    const hasFirst = how === config.first || how === config.both;
    const hasSecond = how === config.second || how === config.both;
    const most = hasFirst ? stream.read(streamField.S1CDMax) : 0;
    if (request.pasid >= 0 && (most === 0 || request.pasid >= powerOfTwo(most))) return 0x08;
    if (how === config.bypass) return this.#bypass(request, outcome);
    const { features } = this.#unit;
    const vmid = features.second ? stream.read(streamField.S2VMID) : noVmid;
    stages.first.wantsWrite = request.access === write;
    stages.first.wantsExecute = request.access === execute;
    stages.first.isPrivileged = request.privileged;
    stages.second.isPrivileged = request.privileged;
    stages.prepareSecond(stream, hasSecond, vmid);
    stages.first.takesLess = request.type === translationRequest;
    if (request.type === translated) return this.#throughSecond(request, outcome, vmid);
    return hasFirst
      ? this.#throughContext(request, outcome, vmid, most)
      : this.#throughSecond(request, outcome, vmid);
  }

  /** What the device may do by ATS; without the check of translated requests it cannot be told guest addresses. */
  #rights(isChecked: boolean): number {
    const said = this.stream.read(streamField.EATS);
    if (said === ats.split) return isChecked ? ats.split : ats.off;
    return said === ats.full ? ats.full : ats.off;
  }

  #throughContext(request: DmaRequest, outcome: Outcome, vmid: number, most: number): number {
    const { stream, stages, context } = this;
    const rule = stream.read(streamField.S1DSS);
    if (most !== 0 && request.pasid < 0) {
      if (rule === withoutSubstream.abort) return 0x06;
      if (rule === withoutSubstream.bypass)
        return stages.hasSecond
          ? this.#throughSecond(request, outcome, vmid)
          : this.#bypass(request, outcome);
    }
    if (most !== 0 && request.pasid === 0 && rule === withoutSubstream.zero) return 0x06;
    const missing = context.find(stream, request.device, Math.max(0, request.pasid));
    if (missing !== 0) return this.#failed(missing);
    const asid = context.read(contextField.ASID);
    this.#remember(request, vmid, asid);
    const isSplit = request.type === translationRequest && stream.read(streamField.EATS) === ats.split;
    const slot = isSplit ? -1 : this.iotlb.find(request, vmid, asid);
    if (slot >= 0) return this.#hit(request, outcome, slot);
    const isReached = stages.throughFirst(context, request.page, asid);
    this.#unit.reads += stages.first.reads;
    if (!isReached) return this.#failed(stages.reason);
    const { first, firstFormat } = stages;
    if (isSplit) {
      this.#unit.reads += stages.second.totalReads;
      answer(outcome, first.page, first.size, shown(request, first.permissions), sourceOf.walk);
      return 0;
    }
    if (!stages.hasSecond) {
      this.#keep(
        request,
        outcome,
        vmid,
        asid,
        first.page,
        first.size,
        first.permissions,
        firstFormat.isGlobal,
        madeBy.first,
      );
      return 0;
    }
    if (!stages.throughSecond(first.page)) return this.#failed(stages.reason);
    this.#unit.reads += stages.second.totalReads;
    const { second } = stages;
    const size = Math.min(first.size, second.size);
    const permissions = first.permissions & second.permissions;
    this.#keep(
      request,
      outcome,
      vmid,
      asid,
      second.page,
      size,
      permissions,
      firstFormat.isGlobal,
      madeBy.nested,
    );
    return 0;
  }

  #throughSecond(request: DmaRequest, outcome: Outcome, vmid: number): number {
    const { stages } = this;
    if (request.page >= powerOfTwo(this.#unit.features.outputBits - 12)) return 0x11;
    this.#remember(request, vmid, noAsid);
    const slot = this.iotlb.find(request, vmid, noAsid);
    if (slot >= 0) return this.#hit(request, outcome, slot);
    if (!stages.throughSecond(request.page)) return this.#failed(stages.reason);
    const { second } = stages;
    this.#unit.reads += second.totalReads;
    this.#keep(
      request,
      outcome,
      vmid,
      noAsid,
      second.page,
      second.size,
      second.permissions,
      false,
      madeBy.second,
    );
    return 0;
  }

  #remember(request: DmaRequest, vmid: number, asid: number): void {
    this.#vmid = vmid;
    this.#asid = asid;
    this.#known.remember(request, 0);
  }

  /** Whether a fault of the walk in hand lets the request wait: CD.S for the first stage, S2S for the second (SMMUv3 5.5). */
  get stalls(): boolean {
    return this.stages.isSecond
      ? this.stream.read(streamField.S2S) === 1
      : this.stages.hasFirst && this.context.read(contextField.S) === 1;
  }

  /** Whether the fault is recorded: CD.R for the first stage, S2R for the second (SMMUv3 5.5). */
  #failed(reason: number): number {
    const { stages } = this;
    this.#unit.reads += stages.second.totalReads;
    if (stages.reason >= 0x10 && stages.reason <= 0x13)
      this.isRecorded = stages.isSecond
        ? this.stream.read(streamField.S2R) === 1
        : this.context.read(contextField.R) === 1;
    return reason;
  }

  #bypass(request: DmaRequest, outcome: Outcome): number {
    if (request.page >= powerOfTwo(this.#unit.features.outputBits - 12)) return 0x11;
    answer(outcome, request.page, 64, 7, sourceOf.passThrough);
    return 0;
  }

  #keep(
    request: DmaRequest,
    outcome: Outcome,
    vmid: number,
    asid: number,
    page: number,
    size: number,
    permissions: number,
    isGlobal: boolean,
    made: number,
  ): void {
    this.iotlb.fill(vmid, asid, request.page, size, page, permissions, isGlobal, made);
    this.stages.first.pending.commit();
    this.stages.second.pending.commit();
    answer(outcome, page, size, shown(request, permissions), sourceOf.walk);
  }

  #hit(request: DmaRequest, outcome: Outcome, slot: number): number {
    const { cache } = this.iotlb;
    const permissions = shown(request, cache.get(slot, iotlbColumn.permissions));
    answer(outcome, this.iotlb.pageOf(slot, request.page), cache.get(slot, 3), permissions, sourceOf.iotlb);
    return 0;
  }
}

/** The permissions of the request's own privilege. */
function shown({ privileged }: DmaRequest, permissions: number): number {
  return privileged ? Math.floor(permissions / may.privilegedRead) : permissions & 7;
}

function answer(outcome: Outcome, page: number, size: number, permissions: number, source: number): void {
  outcome.page = page;
  outcome.size = size;
  outcome.permissions = permissions;
  outcome.source = source;
}
