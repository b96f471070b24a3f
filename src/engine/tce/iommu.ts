import { readField, readPage } from '../bits/access';
import type { Word64 } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import { type DevicePort, noDevices } from '../device/port';
import type { Iommu } from '../iommu';
import type { Memory } from '../memory/memory';
import { RegisterFile } from '../registers';
import type { DmaRequest, Outcome } from '../request';
import { tellRequest, tellResult } from '../trace/tell';
import type { TraceWriter } from '../trace/trace';
import { buildCaches, type Geometries } from './caches';
import { ErrorLog } from './error-log';
import { kill } from './layouts/registers';
import { register, registerShapes } from './registers';
import { Translator } from './translate';
import type { Unit } from './unit';

const killed = {
  all: fieldOf(kill, 'ALL'),
  endpoint: fieldOf(kill, 'PE'),
  one: fieldOf(kill, 'ONE'),
  address: fieldOf(kill, 'Address'),
  number: fieldOf(kill, 'PENUM'),
};

const invalidRequest = 1;

/** What a host bridge is built with. */
export interface TceConfig {
  readonly rtt_bar: Word64;
  readonly tvt_bar: Word64;
  readonly caches: Geometries;
  readonly seed: number;
}

/** One POWER host bridge (IODA2): devices in PEs, two windows a PE, TCE tables. */
export class TceIommu implements Iommu {
  readonly registers: RegisterFile;
  readonly shapes = registerShapes;
  readonly #unit: Unit;
  readonly #translator: Translator;
  readonly #errors: ErrorLog;
  #devices = noDevices;

  constructor(config: TceConfig, memory: Memory, trace: TraceWriter) {
    this.registers = new RegisterFile(this.shapes.length, trace);
    this.#unit = {
      memory,
      registers: this.registers,
      caches: buildCaches(config.caches, config.seed),
      trace,
      reads: 0,
    };
    this.#translator = new Translator(this.#unit);
    this.#errors = new ErrorLog(this.#unit);
    const { words } = this.registers;
    words.set([config.rtt_bar.low, config.rtt_bar.high], register.RTT_BAR * 2);
    words.set([config.tvt_bar.low, config.tvt_bar.high], register.TVT_BAR * 2);
  }

  connect(devices: DevicePort): void {
    this.#devices = devices;
  }

  /** A host bridge has no queue of page requests: the device is told so. */
  askForPage({ device, pasid }: DmaRequest, group: number): void {
    this.#devices.respond(device, pasid, group, invalidRequest);
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
    if (unit.trace.isOn) tellRequest(unit.trace, request);
    const reason = this.#translator.translate(request, outcome);
    outcome.reads = unit.reads;
    if (reason !== 0) {
      outcome.reason = reason;
      outcome.record = this.#errors.record(request, reason, this.#translator.endpoint.endpoint);
      if (unit.trace.isOn) unit.trace.emit('fault', reason, outcome.record, 0, 0, 0);
      return;
    }
    outcome.ok = true;
    if (unit.trace.isOn) tellResult(unit.trace, request, outcome);
  }

  /** Software writes a register; a kill takes effect at once, and any write to the error status frees the record. */
  writeRegister(by: number, index: number, low: number, high: number): void {
    if (index === register.TCE_ERR_STATUS) return this.registers.set(by, index, 0, 0);
    this.registers.set(by, index, low, high);
    if (index === register.TCE_KILL) this.#kill([low, high]);
  }

  load(words: Uint32Array): void {
    this.registers.words.set(words);
  }

  acknowledgeFaults(by: number): void {
    if (this.registers.high(register.TCE_ERR_STATUS) !== 0)
      this.registers.set(by, register.TCE_ERR_STATUS, 0, 0);
  }

  dropCaches(): void {
    for (const cache of this.caches) cache.clear();
  }

  dropTranslations(): void {
    this.dropCaches();
  }

  /** What a write to PHB_TCE_KILL drops (IODA2); without one of its three flags, nothing. */
  #kill(words: readonly number[]): void {
    const { cache } = this.#translator;
    if (readField(killed.all, words) === 1) return cache.drop();
    const number = readField(killed.number, words);
    if (readField(killed.endpoint, words) === 1) return cache.drop(number);
    if (readField(killed.one, words) === 1) cache.drop(number, readPage(killed.address, words));
  }
}
