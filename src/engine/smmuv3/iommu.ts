import { readField } from '../bits/access';
import type { Word64 } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import { type DevicePort, noDevices } from '../device/port';
import type { Iommu } from '../iommu';
import type { Memory } from '../memory/memory';
import { RegisterFile } from '../registers';
import type { DmaRequest, Outcome } from '../request';
import { tellRequest, tellResult } from '../trace/tell';
import type { TraceWriter } from '../trace/trace';
import { buildCaches, cacheIndex, type Geometries } from './caches';
import { CommandQueue } from './commands';
import { EventQueue } from './event-queue';
import { isRecoverable, isTranslationFault, silentAbort } from './faults';
import { Invalidator } from './invalidate';
import { control0, control2, globalBypass, idr5 } from './layouts/registers';
import { PageQueue } from './page-queue';
import { register, registerShapes } from './registers';
import { Stalls } from './stalls';
import { Translator } from './translate';
import { featuresOf, type Unit } from './unit';

const isEnabled = fieldOf(control0, 'SMMUEN');
const recordsBadStreams = fieldOf(control2, 'RECINVSID');
const aborts = fieldOf(globalBypass, 'ABORT');
const outputSize = fieldOf(idr5, 'OAS');
const badStream = 0x02;
const untranslated = 3;
const fromWalk = 0;
const translationRequest = 2;
const executeAccess = 2;
const readOrWrite = 3;
const translated = 1;
const everySize = 64;
const everyPermission = 7;

const emptyOutcome: Outcome = {
  ok: false,
  page: 0,
  size: 0,
  permissions: 0,
  source: 0,
  reason: 0,
  record: -1,
  reads: 0,
};

/** What an SMMU is built with: its registers' first values. */
export interface SmmuConfig {
  readonly registers: Readonly<Partial<Record<keyof typeof register, Word64>>>;
  readonly caches: Geometries;
  readonly seed: number;
  readonly cachesInvalidStreams: boolean;
}

/** One Arm SMMUv3. */
export class SmmuIommu implements Iommu {
  readonly registers: RegisterFile;
  readonly shapes = registerShapes;
  readonly commands: CommandQueue;
  readonly events: EventQueue;
  readonly #unit: Unit;
  readonly #pages: PageQueue;
  readonly #translator: Translator;
  readonly #stalls: Stalls;
  /** CR0.SMMUEN, decoded when the register changes. */
  #isEnabled = false;

  constructor(config: SmmuConfig, memory: Memory, trace: TraceWriter) {
    this.registers = new RegisterFile(this.shapes.length, trace);
    for (const [name, word] of Object.entries(config.registers)) {
      const index = register[name as keyof typeof register];
      this.registers.words[index * 2] = word.low;
      this.registers.words[index * 2 + 1] = word.high;
    }
    const none: Word64 = { low: 0, high: 0 };
    const { IDR0, IDR1, IDR5 } = config.registers;
    this.#unit = {
      features: featuresOf(IDR0 ?? none, IDR1 ?? none, IDR5 ?? none),
      memory,
      registers: this.registers,
      caches: buildCaches(config.caches, config.seed),
      trace,
      cachesInvalidStreams: config.cachesInvalidStreams,
      devices: noDevices,
      reads: 0,
      failedPage: 0,
      failedOffset: 0,
    };
    this.#stalls = new Stalls(this.#unit);
    this.commands = new CommandQueue(this.#unit, new Invalidator(this.#unit), {
      resume: (stream, tag, isRetried) => this.#resume(stream, tag, isRetried),
      terminate: (stream) => this.#stalls.terminate(stream),
    });
    this.events = new EventQueue(this.#unit);
    this.#pages = new PageQueue(this.#unit);
    this.#translator = new Translator(this.#unit);
    this.#latch();
  }

  /** Code of the address size, as OAS has it. */
  get outputSize(): number {
    return readField(outputSize, [this.registers.low(register.IDR5), 0]);
  }

  get substreamBits(): number {
    return this.#unit.features.substreamBits;
  }

  get caches() {
    return this.#unit.caches;
  }

  translate(request: DmaRequest, outcome: Outcome): void {
    const unit = this.#unit;
    unit.reads = 0;
    outcome.ok = false;
    outcome.reason = 0;
    outcome.record = -1;
    outcome.reads = 0;
    if (unit.trace.isOn) tellRequest(unit.trace, request);
    if (!this.#isEnabled) return this.#goAround(request, outcome);
    const reason = this.#translator.translate(request, outcome);
    outcome.reads = unit.reads;
    const isAsking = request.type === translationRequest;
    if (isAsking && isRecoverable(reason)) return this.#grantNothing(request, outcome);
    if (reason !== 0) return this.#refuse(request, outcome, reason);
    if (isAsking && request.access !== executeAccess) outcome.permissions &= readOrWrite;
    outcome.ok = true;
    if (unit.trace.isOn) tellResult(unit.trace, request, outcome);
  }

  /** A device asks for a page: stream entries have no say in it (SMMUv3 8). */
  askForPage(request: DmaRequest, group: number): void {
    this.#pages.put(request, group);
  }

  connect(devices: DevicePort): void {
    this.#unit.devices = devices;
  }

  /** Software writes a register (SMMUv3 6.3). */
  writeRegister(by: number, index: number, low: number, high: number): void {
    this.registers.set(by, index, low, high);
    this.#latch();
    if (index === register.CMDQ_PROD || index === register.CR0 || index === register.GERROR)
      this.commands.run();
    this.#recordStalls();
  }

  load(words: Uint32Array): void {
    this.registers.words.set(words);
    this.#latch();
  }

  acknowledgeFaults(by: number): void {
    const { ring } = this.events;
    if (ring.consumer === ring.producer) return;
    this.registers.set(by, register.EVENTQ_CONS, ring.valueAt(register.EVENTQ_CONS, ring.producer), 0);
    this.#recordStalls();
  }

  dropCaches(): void {
    const { caches } = this;
    for (let index = 0; index < caches.length; index++) caches[index]?.clear();
  }

  dropTranslations(): void {
    for (const index of [cacheIndex.iotlb, cacheIndex.firstWalk, cacheIndex.secondWalk])
      this.caches[index]?.clear();
  }

  #latch(): void {
    this.#isEnabled = this.#reads(isEnabled, register.CR0);
  }

  #reads(field: ReturnType<typeof fieldOf>, index: number): boolean {
    return readField(field, [this.registers.low(index), 0]) === 1;
  }

  /** While the SMMU is off, GBPA says what comes of requests (SMMUv3 6.3.15). */
  #goAround(request: DmaRequest, outcome: Outcome): void {
    if (request.type === translated || request.type === translationRequest) {
      this.#translator.isRecorded = true;
      return this.#refuse(request, outcome, request.type === translated ? 0x07 : 0x05);
    }
    if (this.#reads(aborts, register.GBPA)) return this.#refuse(request, outcome, silentAbort);
    outcome.ok = true;
    outcome.page = request.page;
    outcome.size = everySize;
    outcome.permissions = everyPermission;
    outcome.source = untranslated;
    if (this.#unit.trace.isOn) tellResult(this.#unit.trace, request, outcome);
  }

  /** The answer to a translation request that finds no page, or none that it may use (SMMUv3 3.9.1.2). */
  #grantNothing(request: DmaRequest, outcome: Outcome): void {
    outcome.ok = true;
    outcome.page = 0;
    outcome.size = 12;
    outcome.permissions = 0;
    outcome.source = fromWalk;
    if (this.#unit.trace.isOn) tellResult(this.#unit.trace, request, outcome);
  }

  /** The tag under which a request waits instead of ending; -1 when it ends. ATS requests never wait. */
  #stallTag(request: DmaRequest, reason: number): number {
    const isPlain = request.type !== translated && request.type !== translationRequest;
    if (!isPlain || !isTranslationFault(reason) || !this.#translator.stalls) return -1;
    return this.#stalls.free;
  }

  /**
   * The events of requests that wait are never lost (SMMUv3 7.2): those that found no room are recorded once there is some.
   * Such a request is tried again then, as the SMMU may at any time (SMMUv3 3.12.2.2), and may find its page.
   */
  #recordStalls(): void {
    while (this.events.hasRoom) {
      const request = this.#stalls.releaseUnrecorded();
      if (request === undefined) return;
      this.translate(request, { ...emptyOutcome });
    }
  }

  /** CMD_RESUME: what waits is tried again, or ends. */
  #resume(stream: number, tag: number, isRetried: boolean): void {
    const request = this.#stalls.release(stream, tag);
    if (request !== undefined && isRetried) this.translate(request, { ...emptyOutcome });
  }

  #refuse(request: DmaRequest, outcome: Outcome, reason: number): void {
    outcome.reason = reason;
    const isRecorded =
      reason === badStream
        ? this.#translator.isRecorded && this.#reads(recordsBadStreams, register.CR2)
        : reason !== silentAbort && this.#translator.isRecorded;
    const tag = this.#stallTag(request, reason);
    // The event of a request that waits is always recorded: software could not name it otherwise (SMMUv3 3.12.2).
    if (isRecorded || tag >= 0)
      outcome.record = this.events.record(request, reason, this.#translator.stages, tag);
    const { trace } = this.#unit;
    if (trace.isOn) trace.emit('fault', reason, outcome.record, 0, 0, 0);
    if (tag >= 0) this.#stalls.hold(tag, request, outcome.record >= 0);
  }
}
