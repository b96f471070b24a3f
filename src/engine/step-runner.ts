import type { Architecture, Machine } from './architecture';
import { parseWord, splitAddress, type Word64 } from './bits/hex';
import type { Devices } from './device/devices';
import { type Memory, mostPages } from './memory/memory';
import { accesses, type DmaRequest, type Outcome, requestTypes } from './request';
import type { Problem } from './scenario/problem';
import type { Scenario, Step, StepOf } from './scenario/schema';
import type { BuiltSoftware } from './software/build';
import { sources, writers } from './trace/events';
import type { TraceWriter } from './trace/trace';

/** What came of one step. Steps that ask nothing have no answer. */
export interface StepResult {
  /** The index of the step's first event. */
  readonly start: number;
  readonly answer: StepAnswer | undefined;
  /** Words that the step's expectation names, as they are after it: address to halves. */
  readonly memory: Readonly<Record<string, readonly [number, number]>>;
  readonly problem: Problem | undefined;
}

/** A request's answer. */
export interface StepAnswer {
  readonly ok: boolean;
  readonly page: number;
  readonly offset: number;
  /** Power of two. */
  readonly size: number;
  readonly reason: number;
  readonly reads: number;
  /** Code of `sources`. */
  readonly source: number;
  /** The fault record, by the names of recorded answers. */
  readonly fault: Readonly<Record<string, number | boolean | string>>;
  /** What the answer says besides its address, by the names of recorded answers. */
  readonly said: Readonly<Record<string, number | string>>;
}

/** The requests and outcomes that a machine writes over. */
export function emptyRequest(): DmaRequest {
  return { device: 0, pasid: -1, access: 0, privileged: false, type: 0, page: 0, offset: 0, data: 0 };
}

export function emptyOutcome(): Outcome {
  return { ok: false, page: 0, size: 0, permissions: 0, source: 0, reason: 0, record: -1, reads: 0 };
}

/** What steps are performed on. */
export interface World {
  readonly architecture: Architecture;
  readonly machine: Machine;
  readonly devices: Devices;
  readonly memory: Memory;
  readonly trace: TraceWriter;
  readonly software: BuiltSoftware;
}

const hostWriter = writers.indexOf('host');
const deviceWriter = writers.indexOf('device');
const interruptSource = sources.indexOf('interrupt');

/** Performs a scenario's steps on a machine, one after the other. */
export class StepRunner {
  readonly #scenario: Scenario;
  readonly #architecture: Architecture;
  readonly #machine: Machine;
  readonly #memory: Memory;
  readonly #trace: TraceWriter;
  readonly #devices: Devices;
  readonly #software: BuiltSoftware;
  readonly #request = emptyRequest();
  readonly #outcome = emptyOutcome();
  readonly #doorbells: readonly number[];
  #problems = 0;

  constructor(scenario: Scenario, world: World) {
    this.#scenario = scenario;
    this.#architecture = world.architecture;
    this.#machine = world.machine;
    this.#devices = world.devices;
    this.#memory = world.memory;
    this.#trace = world.trace;
    this.#software = world.software;
    this.#doorbells = (scenario.doorbells ?? []).map(({ at }) => pageOf(at));
  }

  perform(step: Step, index: number): StepResult {
    const start = this.#trace.length;
    this.#trace.emit('step', index);
    const before = this.#problems;
    let answer: StepAnswer | undefined;
    let problem: Problem | undefined;
    if (step.do === 'dma') {
      const asked = this.#dma(step);
      if ('message' in asked) problem = asked;
      else answer = asked;
    } else {
      problem = this.#change(step);
    }
    if (problem !== undefined) {
      this.#problems += 1;
      this.#trace.emit('problem', before);
      problem = { path: `steps[${index}]${problem.path}`, message: problem.message };
    }
    return { start, answer, memory: this.#wordsAfter(step), problem };
  }

  #change(step: Exclude<Step, { do: 'dma' }>): Problem | undefined {
    const { software, iommu } = this.#machine;
    switch (step.do) {
      case 'write':
        return this.#write(step);
      case 'command':
        return software.queue(step);
      case 'flush':
        return software.flush(step);
      case 'respond':
        return software.respond(step);
      case 'register':
        return software.register(step);
      case 'map':
        return software.map(step.space, step.map);
      case 'unmap':
        return software.unmap(step);
      case 'permit':
        return software.permit(step);
      case 'bind':
        return software.bind(step.binding);
      case 'unbind':
        return software.unbind(step);
      case 'call': {
        const model = this.#software.models.get(step.to);
        return model === undefined
          ? { path: '.to', message: `This scenario has no software called ${step.to}.` }
          : model.call(step);
      }
      case 'acknowledge':
        iommu.acknowledgeFaults(hostWriter);
        return undefined;
      case 'note':
        return undefined;
    }
  }

  #dma(step: StepOf<'dma'>): StepAnswer | Problem {
    const address = parseWord(step.at);
    if (address === undefined)
      return { path: '.at', message: 'The address is not a 64-bit hexadecimal number.' };
    const device = parseWord(step.device);
    const { deviceBits } = this.#architecture;
    if (device === undefined || device.high !== 0 || device.low >= 2 ** deviceBits) {
      return { path: '.device', message: `The number of a device has ${deviceBits} bits.` };
    }
    const { iommu } = this.#machine;
    if (this.#scenario.machine.faults === 'acknowledge') iommu.acknowledgeFaults(hostWriter);
    const { page, offset } = splitAddress(address);
    const request = this.#request;
    request.device = device.low;
    request.pasid = step.pasid ?? -1;
    request.access = accesses.indexOf(step.access);
    request.privileged = step.privileged ?? false;
    request.type = requestTypes.indexOf(step.type ?? 'untranslated');
    request.page = page;
    request.offset = offset;
    request.data = parseWord(step.data ?? '0x0')?.low ?? 0;
    const carried = carriedBy(step, offset);
    if ('message' in carried) return carried;
    this.#send(step, request);
    this.#ring(request);
    this.#reach(carried, offset);
    return this.#answer(offset);
  }

  /** A device that keeps translations uses them, but interrupts carry an address that is not translated (PCIe ATS 10.1.1). */
  #send(step: StepOf<'dma'>, request: DmaRequest): void {
    const keeps = this.#devices.has(request.device);
    if (keeps && step.type === 'ats') this.#devices.prefetch(request, this.#outcome);
    else if (keeps && step.type === undefined && step.data === undefined)
      this.#devices.access(request, this.#outcome);
    else this.#machine.iommu.translate(request, this.#outcome);
  }

  /** A write that reaches a doorbell's page is an interrupt. */
  #ring(request: DmaRequest): void {
    const outcome = this.#outcome;
    if (!outcome.ok || request.access !== accesses.indexOf('w')) return;
    const doorbell = this.#doorbells.indexOf(outcome.page);
    if (doorbell < 0) return;
    const served = this.#scenario.doorbells?.[doorbell]?.devices;
    const isKnown = served?.some((device) => parseWord(device)?.low === request.device) ?? true;
    this.#trace.emit('interrupt', doorbell, request.data, isKnown ? 1 : 0);
  }

  /** What a write carries comes to memory, unless it is an interrupt. */
  #reach(words: readonly Word64[], offset: number): void {
    const { ok, page, source } = this.#outcome;
    if (!ok || source === interruptSource || page >= mostPages || this.#doorbells.includes(page)) return;
    this.#store(deviceWriter, page, offset, words);
  }

  #store(by: number, page: number, offset: number, words: readonly Word64[]): void {
    for (const [index, { low, high }] of words.entries()) {
      this.#memory.write(page, offset + index * 8, low, high);
      this.#trace.emit('store', by, page, offset + index * 8, low, high);
    }
  }

  #answer(offset: number): StepAnswer {
    const { ok, page, size, reason, reads, source } = this.#outcome;
    const fault = ok ? {} : this.#machine.faultFields(this.#outcome);
    const said = this.#machine.answerFields(this.#outcome, this.#request);
    return { ok, page, offset, size, reason, reads, source, fault, said };
  }

  #write(step: StepOf<'write'>): Problem | undefined {
    const at = parseWord(step.at);
    if (at === undefined || at.low % 8 !== 0) {
      return { path: '.at', message: 'The address of a 64-bit word is hexadecimal and a multiple of 8.' };
    }
    const { page, offset } = splitAddress(at);
    if (page >= mostPages) return { path: '.at', message: 'Physical addresses have at most 56 bits.' };
    const words = wordsOf(step.words, offset);
    if ('message' in words) return words;
    this.#store(writers.indexOf(step.by ?? 'host'), page, offset, words);
    return undefined;
  }

  #wordsAfter(step: Step): Record<string, readonly [number, number]> {
    const expect = step.do === 'dma' || step.do === 'command' ? step.expect : undefined;
    const named = { ...expect?.memory, ...expect?.memoryAfter };
    const words: Record<string, readonly [number, number]> = {};
    for (const address of Object.keys(named)) {
      const at = parseWord(address);
      if (at === undefined) continue;
      const { page, offset } = splitAddress(at);
      words[address] = [this.#memory.low(page, offset), this.#memory.high(page, offset)];
    }
    return words;
  }
}

/** The words that a request carries into memory, from `offset` of a page. */
function carriedBy({ words, access }: StepOf<'dma'>, offset: number): readonly Word64[] | Problem {
  if (words === undefined) return [];
  if (access !== 'w') return { path: '.words', message: 'Only a write carries words.' };
  if (offset % 8 !== 0)
    return { path: '.at', message: 'Words are written to an address that is a multiple of 8.' };
  return wordsOf(words, offset);
}

/** 64-bit words from their texts, for `offset` of a page. */
function wordsOf(texts: readonly string[], offset: number): readonly Word64[] | Problem {
  if (offset + texts.length * 8 > 4096)
    return { path: '.words', message: 'The words must not cross a page.' };
  const words: Word64[] = [];
  for (const [index, text] of texts.entries()) {
    const word = parseWord(text);
    if (word === undefined)
      return { path: `.words[${index}]`, message: `${text} is not a 64-bit hexadecimal number.` };
    words.push(word);
  }
  return words;
}

function pageOf(text: string): number {
  const word = parseWord(text);
  return word === undefined ? -1 : splitAddress(word).page;
}
