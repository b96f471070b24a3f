import { readField, readPage, writeField } from '../bits/access';
import type { Word64 } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import { type DevicePort, noDevices } from '../device/port';
import type { Iommu } from '../iommu';
import type { Memory } from '../memory/memory';
import { RegisterFile } from '../registers';
import type { DmaRequest, Outcome } from '../request';
import { tellRequest, tellResult } from '../trace/tell';
import type { TraceWriter } from '../trace/trace';
import { buildCaches, cacheIndex, deviceColumn, type Geometries } from './caches';
import { CommandBuffer } from './commands';
import { EventLog } from './event-log';
import { eventReasons } from './faults';
import { has } from './find-device';
import { remapInterrupt } from './interrupt';
import { Invalidator } from './invalidate';
import { control, deviceTable, status } from './layouts/registers';
import { PageLog } from './page-log';
import { register, registerShapes } from './registers';
import { Ring } from './ring';
import { Translator } from './translate';
import { featuresOf, type Unit } from './unit';

const isEnabled = fieldOf(control, 'IommuEn');
const base = fieldOf(deviceTable, 'Base');
const size = fieldOf(deviceTable, 'Size');
const running = 2 ** fieldOf(status, 'CmdBufRun').low + 2 ** fieldOf(status, 'EventLogRun').low;
/** Bits of the status register that writing 1 clears. */
const clearable = ['EventOverflow', 'EventLogInt', 'ComWaitInt', 'PPROverflow', 'PPRInt']
  .map((name) => 2 ** fieldOf(status, name).low)
  .reduce((sum, bit) => sum + bit, 0);
const entriesPerPage = 128;
const firstInterruptPage = 0xfee00;
const lastInterruptPage = 0xfeeff;
const sourceOf = { walk: 0, untranslated: 3, interrupt: 4 } as const;
const write = 1;
const translationRequest = 2;
const hardware = 0;
const invalidPageRequest = 0x90;
/** Answer to a page request. */
const invalidRequest = 1;
const logsPages = fieldOf(control, 'PPRLogEn');
const pagesRun = fieldOf(status, 'PPRLogRun');
const executeAccess = 2;
const readOrWrite = 3;

/** What an AMD IOMMU is built with. */
export interface AmdConfig {
  readonly efr: Word64;
  readonly control: Word64;
  readonly devtab_base: Word64;
  readonly cmdbuf_base: Word64;
  readonly evtlog_base: Word64;
  readonly caches: Geometries;
  readonly seed: number;
}

/** One AMD IOMMU. */
export class AmdIommu implements Iommu {
  readonly registers: RegisterFile;
  readonly shapes = registerShapes;
  readonly commands: CommandBuffer;
  readonly log: EventLog;
  readonly #unit: Unit;
  readonly #pages: PageLog;
  readonly #translator: Translator;
  /** IommuEn and the device table, decoded when the registers change. */
  #isEnabled = false;
  #page = 0;
  #entries = 0;

  constructor(config: AmdConfig, memory: Memory, trace: TraceWriter) {
    this.registers = new RegisterFile(this.shapes.length, trace);
    this.#unit = {
      features: featuresOf(config.efr),
      memory,
      registers: this.registers,
      caches: buildCaches(config.caches, config.seed),
      trace,
      devices: noDevices,
      reads: 0,
    };
    this.commands = new CommandBuffer(this.#unit, new Invalidator(this.#unit));
    this.log = new EventLog(this.#unit);
    this.#pages = new PageLog(this.#unit);
    this.#translator = new Translator(this.#unit);
    const initial: readonly (readonly [number, Word64])[] = [
      [register.efr, config.efr],
      [register.control, config.control],
      [register.devtab_base, config.devtab_base],
      [register.cmdbuf_base, config.cmdbuf_base],
      [register.evtlog_base, config.evtlog_base],
      [register.status, { low: running, high: 0 }],
    ];
    for (const [index, word] of initial) {
      this.registers.words[index * 2] = word.low;
      this.registers.words[index * 2 + 1] = word.high;
    }
    this.#latch();
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
    if (!this.#isEnabled) return this.#answer(request, outcome, sourceOf.untranslated);
    const isInterrupt =
      request.access === write &&
      request.pasid < 0 &&
      request.page >= firstInterruptPage &&
      request.page <= lastInterruptPage;
    if (isInterrupt) return this.#interrupt(request, outcome);
    const reason = this.#translator.translate(request, outcome, this.#page, this.#entries);
    outcome.reads = unit.reads;
    const isAsking = request.type === translationRequest;
    if (isAsking && eventReasons.get(reason)?.isPageFault === true)
      return this.#grantNothing(request, outcome);
    if (reason !== 0) return this.#refuse(request, outcome, reason);
    if (isAsking && request.access !== executeAccess) outcome.permissions &= readOrWrite;
    outcome.ok = true;
    if (unit.trace.isOn) tellResult(unit.trace, request, outcome);
  }

  /** A device asks for a page. One that may not is told so, and an event is logged (AMD IOMMU 2.6, 2.5.11). */
  askForPage(request: DmaRequest, group: number): void {
    const { devices, trace } = this.#unit;
    const { device } = this.#translator;
    const missing = device.find(request.device, this.#page, this.#entries);
    const isAllowed = this.#pages.isOn && device.is(has.pageRequests);
    const reason = missing !== 0 ? missing : isAllowed ? 0 : invalidPageRequest;
    if (reason === 0) return this.#pages.put(request, group);
    const record = this.log.record(request, reason, 0);
    if (trace.isOn) trace.emit('fault', reason, record, 0, 0, 0);
    devices.respond(request.device, request.pasid, group, invalidRequest);
  }

  connect(devices: DevicePort): void {
    this.#unit.devices = devices;
  }

  /** Software writes a register (AMD IOMMU 3.4). */
  writeRegister(by: number, index: number, low: number, high: number): void {
    if (index === register.status) {
      this.registers.set(by, index, (this.registers.low(index) & ~(low & clearable)) >>> 0, 0);
      return;
    }
    this.registers.set(by, index, low, high);
    if (index === register.control) this.#runPageLog();
    this.#latch();
    if (index === register.cmd_tail || index === register.control) this.commands.run();
  }

  load(words: Uint32Array): void {
    this.registers.words.set(words);
    this.#latch();
  }

  acknowledgeFaults(by: number): void {
    const { tail, head } = this.log.ring;
    if (head !== tail) this.registers.set(by, register.evt_head, Ring.valueOf(tail), 0);
  }

  dropCaches(): void {
    const { caches } = this;
    for (let index = 0; index < caches.length; index++) caches[index]?.clear();
  }

  dropTranslations(): void {
    for (const index of [cacheIndex.iotlb, cacheIndex.guestWalk, cacheIndex.hostWalk])
      this.caches[index]?.clear();
  }

  /** PPRLogRun follows PPRLogEn. */
  #runPageLog(): void {
    const isOn = readField(logsPages, [this.registers.low(register.control), 0]);
    const words = [this.registers.low(register.status), 0];
    if (readField(pagesRun, words) === isOn) return;
    writeField(pagesRun, words, 0, isOn);
    this.registers.set(hardware, register.status, words[0] as number, 0);
  }

  #latch(): void {
    const { registers } = this;
    const table = [registers.low(register.devtab_base), registers.high(register.devtab_base)];
    this.#isEnabled = readField(isEnabled, [registers.low(register.control), 0]) === 1;
    this.#page = readPage(base, table);
    this.#entries = (readField(size, table) + 1) * entriesPerPage;
  }

  /** A write to the interrupt range (AMD IOMMU 2.2.5). */
  #interrupt(request: DmaRequest, outcome: Outcome): void {
    const { device } = this.#translator;
    const missing = device.find(request.device, this.#page, this.#entries);
    const reason = missing !== 0 ? missing : remapInterrupt(this.#unit, device, request.data);
    outcome.reads = this.#unit.reads;
    if (reason !== 0) return this.#refuse(request, outcome, reason);
    this.#answer(request, outcome, sourceOf.interrupt);
    if (this.#unit.trace.isOn) this.#unit.trace.emit('interrupt', -1, request.data, 1);
  }

  #answer(request: DmaRequest, outcome: Outcome, source: number): void {
    outcome.ok = true;
    outcome.page = request.page;
    outcome.size = 64;
    outcome.permissions = 7;
    outcome.source = source;
    if (this.#unit.trace.isOn) tellResult(this.#unit.trace, request, outcome);
  }

  /** The answer to a translation request that finds no page, or none that it may use: no page fault is logged. */
  #grantNothing(request: DmaRequest, outcome: Outcome): void {
    outcome.ok = true;
    outcome.page = 0;
    outcome.size = 12;
    outcome.permissions = 0;
    outcome.source = sourceOf.walk;
    if (this.#unit.trace.isOn) tellResult(this.#unit.trace, request, outcome);
  }

  #refuse(request: DmaRequest, outcome: Outcome, reason: number): void {
    const { device } = this.#translator;
    const known = eventReasons.get(reason);
    outcome.reason = reason;
    const isSilent =
      known?.isPageFault === true &&
      device.is(known.flags.I === 1 ? has.suppressInterrupts : has.suppressAll);
    if (!isSilent) {
      outcome.record = this.log.record(request, reason, device.get(deviceColumn.domain));
      if (known?.isPageFault === true && device.is(has.suppressFirst)) device.suppress();
    }
    const { trace } = this.#unit;
    if (trace.isOn) trace.emit('fault', reason, outcome.record, 0, 0, 0);
  }
}
