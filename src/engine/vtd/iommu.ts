import { readField, writeField } from '../bits/access';
import { splitAddress, type Word64 } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import { type DevicePort, noDevices } from '../device/port';
import type { Iommu } from '../iommu';
import type { Memory } from '../memory/memory';
import { RegisterFile, type RegisterShape } from '../registers';
import type { DmaRequest, Outcome } from '../request';
import { servesNothing } from '../trace/events';
import { tellRequest, tellResult } from '../trace/tell';
import type { TraceWriter } from '../trace/trace';
import { buildCaches, type Caches, type Geometries } from './caches';
import { FaultRecords } from './fault-records';
import { isRecoverable, isUnqualified } from './faults';
import { type Features, featuresOf } from './features';
import { remapInterrupt } from './interrupt';
import { isInterruptPage } from './interrupt-range';
import { Invalidator } from './invalidate';
import {
  capability,
  faultStatus,
  globalStatus,
  queueErrorRecord,
  rootTableAddress,
} from './layouts/registers';
import { PageRequestQueue } from './page-requests';
import { InvalidationQueue } from './queue';
import { isReadOnly, register, registerShapes } from './registers';
import { Translator } from './translate';
import type { Unit } from './unit';

const status = {
  translation: fieldOf(globalStatus, 'TES'),
  interruptRemapping: fieldOf(globalStatus, 'IRES'),
  queue: fieldOf(globalStatus, 'QIES'),
};
const mode = fieldOf(rootTableAddress, 'TTM');
const queueError = fieldOf(faultStatus, 'IQE');
const sourceOf = { walk: 0, untranslated: 3, interrupt: 4 } as const;
const hardware = 0;
const readAccess = 0;
const executeAccess = 2;
const untranslated = 0;
const translationRequest = 2;
const readOrWrite = 3;
const invalidRequest = 1;

/** What a VT-d unit is built with. */
export interface VtdConfig {
  readonly cap: Word64;
  readonly ecap: Word64;
  readonly rtaddr: Word64;
  readonly gsts: Word64;
  readonly iqa: Word64;
  readonly irta: Word64;
  /** Host address width in bits. */
  readonly hostWidth: number;
  readonly caches: Geometries;
  readonly seed: number;
}

/** One remapping unit in legacy or scalable mode. */
export class VtdIommu implements Iommu {
  readonly registers: RegisterFile;
  readonly shapes: readonly RegisterShape[];
  readonly cacheSet: Caches;
  readonly features: Features;
  readonly queue: InvalidationQueue;
  readonly faults: FaultRecords;
  readonly #unit: Unit;
  readonly #invalidator: Invalidator;
  readonly #translator: Translator;
  readonly #pageRequests: PageRequestQueue;
  /** TES, TTM and the root page, decoded when the registers change. */
  #isTranslating = false;
  #mode = 0;
  #rootPage = 0;

  constructor(config: VtdConfig, memory: Memory, trace: TraceWriter) {
    this.features = featuresOf(config.cap, config.ecap, config.hostWidth);
    const offset = readField(fieldOf(capability, 'FRO'), [config.cap.low, config.cap.high]) * 16;
    this.shapes = registerShapes(this.features.faultRecords, offset);
    this.registers = new RegisterFile(this.shapes.length, trace);
    this.cacheSet = buildCaches(config.caches, config.seed);
    this.#unit = {
      features: this.features,
      memory,
      registers: this.registers,
      caches: this.cacheSet,
      trace,
      devices: noDevices,
      reads: 0,
      failure: { stage: 0, level: 0, serves: 0 },
    };
    this.#invalidator = new Invalidator(this.#unit);
    this.queue = new InvalidationQueue(this.#unit, this.#invalidator);
    this.faults = new FaultRecords(this.#unit);
    this.#translator = new Translator(this.#unit);
    this.#pageRequests = new PageRequestQueue(this.#unit);
    const initial: readonly (readonly [number, Word64])[] = [
      [register.CAP, config.cap],
      [register.ECAP, config.ecap],
      [register.RTADDR, config.rtaddr],
      [register.GSTS, config.gsts],
      [register.IQA, config.iqa],
      [register.IRTA, config.irta],
    ];
    for (const [index, word] of initial) {
      this.registers.words[index * 2] = word.low;
      this.registers.words[index * 2 + 1] = word.high;
    }
    this.#latch();
  }

  get caches() {
    return this.cacheSet.all;
  }

  translate(request: DmaRequest, outcome: Outcome): void {
    const unit = this.#unit;
    unit.reads = 0;
    unit.failure.stage = 0;
    unit.failure.level = 0;
    unit.failure.serves = servesNothing;
    outcome.ok = false;
    outcome.reason = 0;
    outcome.record = -1;
    outcome.reads = 0;
    if (unit.trace.isOn) tellRequest(unit.trace, request);
    const isInterrupt = request.type === untranslated && request.pasid < 0 && isInterruptPage(request.page);
    if (isInterrupt) return this.#interrupt(request, outcome);
    if (!this.#isTranslating) return this.#passUntranslated(request, outcome);
    const reason = this.#translator.translate(request, outcome, this.#mode, this.#rootPage);
    outcome.reads = unit.reads;
    const isAsking = request.type === translationRequest;
    if (isAsking && isRecoverable(reason)) return this.#grantNothing(request, outcome);
    if (reason !== 0) return this.#refuse(request, outcome, reason, this.#translator.disablesFaults);
    // Execution is granted to those who ask for it (PCIe ATS 10.2.3.5).
    if (isAsking && request.access !== executeAccess) outcome.permissions &= readOrWrite;
    if (unit.trace.isOn) tellResult(unit.trace, request, outcome);
  }

  /** A device asks for a page. One that may not is told so, and the fault is recorded (VT-d 7.4). */
  askForPage(request: DmaRequest, group: number): void {
    const unit = this.#unit;
    unit.failure.stage = 0;
    unit.failure.level = 0;
    unit.failure.serves = servesNothing;
    const translator = this.#translator;
    const reason = translator.checkPageRequest(request, this.#mode, this.#rootPage);
    if (reason === 0) return this.#pageRequests.put(request, group);
    const isRecorded = isUnqualified(reason) || !translator.disablesFaults;
    const record = isRecorded ? this.faults.record(request, reason, -1, true) : -1;
    const { failure, trace } = unit;
    if (trace.isOn) trace.emit('fault', reason, record, failure.stage, failure.level, failure.serves);
    unit.devices.respond(request.device, request.pasid, group, invalidRequest);
  }

  connect(devices: DevicePort): void {
    this.#unit.devices = devices;
  }

  /** Software writes a register (VT-d 11.4). */
  writeRegister(by: number, index: number, low: number, high: number): void {
    switch (index) {
      case register.FSTS:
        return this.#clearStatus(by, low);
      case register.RTADDR:
        this.registers.set(by, index, low, high);
        this.#latch();
        if (this.features.rootPointerFlushes) this.#invalidator.everything();
        return;
      case register.GSTS:
        return this.#changeStatus(by, low, high);
      case register.IQT:
        this.registers.set(by, index, low, high);
        return this.queue.run();
      case register.ICS:
      case register.PRS:
        return this.registers.set(by, index, (this.registers.low(index) & ~low) >>> 0, 0);
      default:
        if (index >= register.record) return this.faults.write(by, index, high);
        if (!isReadOnly(index)) this.registers.set(by, index, low, high);
    }
  }

  /** What the command register would bring about. A queue that is switched on begins at its first descriptor. */
  #changeStatus(by: number, low: number, high: number): void {
    const before = readField(status.queue, [this.registers.low(register.GSTS), 0]);
    this.registers.set(by, register.GSTS, low, high);
    this.#latch();
    if (before === 0 && readField(status.queue, [low, 0]) === 1) {
      this.registers.set(hardware, register.IQH, 0, 0);
      this.queue.run();
    }
  }

  load(words: Uint32Array): void {
    this.registers.words.set(words);
    this.#latch();
  }

  acknowledgeFaults(by: number): void {
    this.faults.acknowledge(by);
  }

  dropCaches(): void {
    const { caches } = this;
    for (let index = 0; index < caches.length; index++) caches[index]?.clear();
  }

  dropTranslations(): void {
    this.cacheSet.iotlb.clear();
    this.cacheSet.firstWalk.clear();
    this.cacheSet.secondWalk.clear();
  }

  #latch(): void {
    const { registers } = this;
    this.#isTranslating = readField(status.translation, [registers.low(register.GSTS), 0]) === 1;
    const root = { low: registers.low(register.RTADDR), high: registers.high(register.RTADDR) };
    this.#mode = readField(mode, [root.low, root.high]);
    this.#rootPage = splitAddress(root).page;
  }

  #clearStatus(by: number, low: number): void {
    const before = this.registers.low(register.FSTS);
    const cleared = before & ~(low & writeOneToClear);
    this.registers.set(by, register.FSTS, cleared >>> 0, 0);
    if (readField(queueError, [low, 0]) === 1) {
      const record = [0, 0];
      writeField(fieldOf(queueErrorRecord, 'IQEI'), record, 0, 0);
      this.registers.set(hardware, register.IQERCD, 0, 0);
      this.queue.run();
    }
  }

  #passUntranslated(request: DmaRequest, outcome: Outcome): void {
    outcome.ok = true;
    outcome.page = request.page;
    outcome.size = 64;
    outcome.permissions = 7;
    outcome.source = sourceOf.untranslated;
    if (this.#unit.trace.isOn) tellResult(this.#unit.trace, request, outcome);
  }

  #interrupt(request: DmaRequest, outcome: Outcome): void {
    const isRemapping = readField(status.interruptRemapping, [this.registers.low(register.GSTS), 0]) === 1;
    outcome.page = request.page;
    outcome.size = 12;
    outcome.permissions = 2;
    outcome.source = sourceOf.interrupt;
    if (isRemapping && request.access !== readAccess) {
      const fault = remapInterrupt(this.#unit, request);
      outcome.reads = this.#unit.reads;
      if (fault.reason !== 0)
        return this.#refuse(request, outcome, fault.reason, fault.disablesFaults, fault.index);
    }
    outcome.ok = true;
    if (!this.#unit.trace.isOn) return;
    tellResult(this.#unit.trace, request, outcome);
    if (request.access !== readAccess) this.#unit.trace.emit('interrupt', -1, request.data, 1);
  }

  /** The answer to a translation request that finds no page, or none that it may use. */
  #grantNothing(request: DmaRequest, outcome: Outcome): void {
    outcome.ok = true;
    outcome.page = 0;
    outcome.size = 12;
    outcome.permissions = 0;
    outcome.source = sourceOf.walk;
    if (this.#unit.trace.isOn) tellResult(this.#unit.trace, request, outcome);
  }

  /** `interrupt` is the index into the interrupt remapping table when an interrupt is refused. */
  #refuse(
    request: DmaRequest,
    outcome: Outcome,
    reason: number,
    disablesFaults: boolean,
    interrupt = -1,
  ): void {
    outcome.ok = false;
    outcome.reason = reason;
    const isRecorded = isUnqualified(reason) || !disablesFaults;
    if (isRecorded) outcome.record = this.faults.record(request, reason, interrupt);
    const { failure, trace } = this.#unit;
    if (trace.isOn) trace.emit('fault', reason, outcome.record, failure.stage, failure.level, failure.serves);
  }
}

/** PFO, IQE, ICE and ITE. */
const writeOneToClear = ['PFO', 'IQE', 'ICE', 'ITE']
  .map((name) => 2 ** fieldOf(faultStatus, name).low)
  .reduce((sum, bit) => sum + bit, 0);
