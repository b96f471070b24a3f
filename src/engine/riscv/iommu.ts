import { readField, writeField } from '../bits/access';
import type { Word64 } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import { type DevicePort, noDevices, withoutPasid } from '../device/port';
import type { Iommu } from '../iommu';
import type { Memory } from '../memory/memory';
import { RegisterFile } from '../registers';
import type { DmaRequest, Outcome } from '../request';
import { tellRequest, tellResult } from '../trace/tell';
import type { TraceWriter } from '../trace/trace';
import { buildCaches, cacheIndex, type Geometries } from './caches';
import { FaultQueue } from './fault-queue';
import { faultCauses } from './faults';
import { type Features, featuresOf } from './features';
import { control } from './find-device';
import { Invalidator } from './invalidate';
import { commandControl, directoryPointer, faultControl } from './layouts/registers';
import { PageQueue } from './page-queue';
import { CommandQueue } from './queue';
import { register, registerShapes } from './registers';
import { may } from './stage-format';
import { grantsExecute, Translator } from './translate';
import type { Unit } from './unit';

const mode = fieldOf(directoryPointer, 'MODE');
const root = fieldOf(directoryPointer, 'PPN');
const bare = 1;
const untranslated = 0;
const ats = 2;
const readOrWrite = 3;
const typeDisallowed = 260;
/** Answers to page requests. */
const success = 0;
const invalidRequest = 1;
const failure = 15;
const fromWalk = 0;
const passesUntranslated = 3;

/** What a RISC-V IOMMU is built with. */
export interface RiscvConfig {
  readonly capabilities: Word64;
  readonly fctl: Word64;
  readonly ddtp: Word64;
  readonly cqb: Word64;
  readonly fqb: Word64;
  readonly caches: Geometries;
  readonly seed: number;
}

/** One RISC-V IOMMU. */
export class RiscvIommu implements Iommu {
  readonly registers: RegisterFile;
  readonly shapes = registerShapes;
  readonly features: Features;
  readonly queue: CommandQueue;
  readonly faults: FaultQueue;
  readonly translator: Translator;
  readonly #unit: Unit;
  readonly #pages: PageQueue;
  /** ddtp, decoded when it changes: levels of the directory, -1 when off, 0 when bare. */
  #levels = -1;
  #root = 0;
  /** What a translation request was told when it was refused. */
  response: 'UR' | 'CA' | 'none' = 'none';

  constructor(config: RiscvConfig, memory: Memory, trace: TraceWriter) {
    this.features = featuresOf(config.capabilities, config.fctl);
    this.registers = new RegisterFile(this.shapes.length, trace);
    this.#unit = {
      features: this.features,
      memory,
      registers: this.registers,
      caches: buildCaches(config.caches, config.seed),
      trace,
      devices: noDevices,
      reads: 0,
    };
    this.queue = new CommandQueue(this.#unit, new Invalidator(this.#unit));
    this.faults = new FaultQueue(this.#unit);
    this.#pages = new PageQueue(this.#unit);
    this.translator = new Translator(this.#unit);
    const initial: readonly (readonly [number, Word64])[] = [
      [register.capabilities, config.capabilities],
      [register.fctl, config.fctl],
      [register.ddtp, config.ddtp],
      [register.cqb, config.cqb],
      [register.fqb, config.fqb],
      [register.cqcsr, switchedOn(commandControl, 'cqon', 'cqen')],
      [register.fqcsr, switchedOn(faultControl, 'fqon', 'fqen')],
    ];
    for (const [index, word] of initial) {
      this.registers.words[index * 2] = word.low;
      this.registers.words[index * 2 + 1] = word.high;
    }
    this.#latch();
  }

  /** Whether device contexts have their long format. */
  get isExtended(): boolean {
    return this.#unit.features.isExtended;
  }

  get caches() {
    return this.#unit.caches;
  }

  translate(request: DmaRequest, outcome: Outcome): void {
    const unit = this.#unit;
    unit.reads = 0;
    this.response = 'none';
    outcome.ok = false;
    outcome.reason = 0;
    outcome.record = -1;
    outcome.reads = 0;
    if (unit.trace.isOn) tellRequest(unit.trace, request);
    const reason = this.#translate(request, outcome);
    outcome.reads = unit.reads;
    if (reason !== 0) return this.#refuse(request, outcome, reason);
    outcome.ok = true;
    if (request.type === ats) outcome.permissions = this.#granted(request);
    if (unit.trace.isOn) tellResult(unit.trace, request, outcome);
  }

  /** What the completion lets the device do: nothing where an interrupt file must be written untranslated. */
  #granted({ access }: DmaRequest): number {
    const { permissions, doorbell } = this.translator.completion;
    if (doorbell?.file !== undefined) return 0;
    return (permissions & readOrWrite) + (grantsExecute(access, permissions) ? may.execute : 0);
  }

  /** A device asks for a page. Where it cannot be queued the IOMMU answers by itself (RISC-V IOMMU 3.7). */
  askForPage(request: DmaRequest, group: number): void {
    const { devices, trace } = this.#unit;
    const { translator } = this;
    const { device: context } = translator;
    const cause = this.#checkPageRequest(request);
    const { hasContext } = translator;
    const keepsProcess = hasContext && context.has(control.prpr);
    if (cause === 0) {
      const code = this.#pages.put(request, group);
      if (code < 0) return;
      const says = code === success && !keepsProcess ? withoutPasid : request.pasid;
      return devices.respond(request.device, says, group, code);
    }
    const isSilent =
      hasContext && context.has(control.noFaults) && faultCauses.get(cause)?.ignoresDtf !== true;
    const record = isSilent ? -1 : this.faults.recordPageRequest(request, cause);
    if (trace.isOn) trace.emit('fault', cause, record, 0, 0, 0);
    const isInvalid = cause === typeDisallowed;
    const says = isInvalid && !keepsProcess ? withoutPasid : request.pasid;
    devices.respond(request.device, says, group, isInvalid ? invalidRequest : failure);
  }

  #checkPageRequest(request: DmaRequest): number {
    const levels = this.#levels;
    const { translator } = this;
    translator.hasContext = false;
    if (levels < 0) return 256;
    if (levels === bare - 1) return typeDisallowed;
    const { device } = translator;
    const missing = device.find(request.device, this.#root, levels);
    if (missing !== 0) return missing;
    translator.hasContext = true;
    return device.has(control.pageRequests) ? 0 : typeDisallowed;
  }

  connect(devices: DevicePort): void {
    this.#unit.devices = devices;
  }

  /** Software writes a register (RISC-V IOMMU 6). */
  writeRegister(by: number, index: number, low: number, high: number): void {
    if (index === register.pqcsr) return this.#pages.control(by, low);
    this.registers.set(by, index, low, high);
    if (index === register.ddtp) this.#latch();
    if (index === register.cqt || index === register.cqcsr) this.queue.run();
  }

  load(words: Uint32Array): void {
    this.registers.words.set(words);
    this.#latch();
  }

  acknowledgeFaults(by: number): void {
    const tail = this.registers.low(register.fqt);
    if (this.registers.low(register.fqh) !== tail) this.registers.set(by, register.fqh, tail, 0);
  }

  dropCaches(): void {
    const { caches } = this.#unit;
    for (let index = 0; index < caches.length; index++) caches[index]?.clear();
  }

  dropTranslations(): void {
    for (const index of [cacheIndex.iotlb, cacheIndex.firstWalk, cacheIndex.secondWalk])
      this.caches[index]?.clear();
  }

  #latch(): void {
    const words = [this.registers.low(register.ddtp), this.registers.high(register.ddtp)];
    this.#levels = readField(mode, words) - 1;
    this.#root = readField(root, words);
  }

  #translate(request: DmaRequest, outcome: Outcome): number {
    const levels = this.#levels;
    this.translator.hasContext = false;
    if (levels < 0) return 256;
    if (levels === bare - 1) return this.#passBare(request, outcome);
    return this.translator.translate(request, outcome, levels, this.#root);
  }

  #passBare(request: DmaRequest, outcome: Outcome): number {
    if (request.type !== untranslated) return 260;
    outcome.page = request.page;
    outcome.size = 64;
    outcome.permissions = 7;
    outcome.source = passesUntranslated;
    this.translator.completion.doorbell = undefined;
    this.translator.completion.memoryType = 0;
    return 0;
  }

  /** A translation request is told by a completion where the page is only missing (RISC-V IOMMU 3.6). */
  #refuse(request: DmaRequest, outcome: Outcome, reason: number): void {
    const known = faultCauses.get(reason);
    const { completion, stages, device } = this.translator;
    const isAsking = request.type === ats;
    if (isAsking && known?.ats === 'none') {
      completion.isEmpty = true;
      completion.permissions = 0;
      outcome.ok = true;
      outcome.permissions = 0;
      outcome.page = 0;
      outcome.size = 12;
      outcome.source = fromWalk;
      if (this.#unit.trace.isOn) tellResult(this.#unit.trace, request, outcome);
      return;
    }
    outcome.reason = reason;
    if (isAsking) this.response = known?.ats ?? 'CA';
    const isSilent = this.translator.hasContext && device.has(control.noFaults) && known?.ignoresDtf !== true;
    if (!isSilent)
      outcome.record = this.faults.record(request, reason, stages.guestPage, stages.implicit, request.offset);
    const { trace } = this.#unit;
    if (trace.isOn) trace.emit('fault', reason, outcome.record, stages.implicit > 0 ? 2 : 0, 0, 0);
  }
}

function switchedOn(layout: typeof commandControl, ...names: string[]): Word64 {
  const words = [0, 0];
  for (const name of names) writeField(fieldOf(layout, name), words, 0, 1);
  return { low: words[0] as number, high: 0 };
}
