import { readField, writeField } from '../bits/access';
import type { Word64 } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import type { Iommu } from '../iommu';
import type { Memory } from '../memory/memory';
import { RegisterFile } from '../registers';
import type { DmaRequest, Outcome } from '../request';
import type { TraceWriter } from '../trace/trace';
import { buildCaches, cacheIndex, type Geometries } from './caches';
import { FaultQueue } from './fault-queue';
import { faultCauses } from './faults';
import { type Features, featuresOf } from './features';
import { control } from './find-device';
import { Invalidator } from './invalidate';
import { commandControl, directoryPointer, faultControl } from './layouts/registers';
import { CommandQueue } from './queue';
import { register, registerShapes } from './registers';
import { Translator } from './translate';
import type { Unit } from './unit';

const mode = fieldOf(directoryPointer, 'MODE');
const root = fieldOf(directoryPointer, 'PPN');
const bare = 1;
const untranslated = 0;
const ats = 2;
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
      reads: 0,
    };
    this.queue = new CommandQueue(this.#unit, new Invalidator(this.#unit));
    this.faults = new FaultQueue(this.#unit);
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
    if (unit.trace.isOn) tellRequest(unit, request);
    const reason = this.#translate(request, outcome);
    outcome.reads = unit.reads;
    if (reason !== 0) return this.#refuse(request, outcome, reason);
    outcome.ok = true;
    if (unit.trace.isOn) tellResult(unit, request, outcome);
  }

  /** Software writes a register (RISC-V IOMMU 6). */
  writeRegister(by: number, index: number, low: number, high: number): void {
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
      if (this.#unit.trace.isOn) tellResult(this.#unit, request, outcome);
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

function tellRequest(unit: Unit, request: DmaRequest): void {
  unit.trace.emit(
    'request',
    request.device,
    request.pasid,
    request.access,
    request.privileged ? 1 : 0,
    request.type,
    request.page,
    request.offset,
  );
}

function tellResult(unit: Unit, request: DmaRequest, outcome: Outcome): void {
  unit.trace.emit(
    'result',
    outcome.page,
    request.offset,
    outcome.size,
    outcome.permissions,
    outcome.source,
    outcome.reads,
  );
}
