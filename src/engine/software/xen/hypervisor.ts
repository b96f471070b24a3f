import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import { Arguments } from '../arguments';
import { errorNumber } from '../errors';
import type { SoftwareModel } from '../model';
import { isMapped } from './bus-mappings';
import { dropTimes } from './config';
import { verb } from './description';
import { destroyDomain, scanFor } from './end-of-domain';
import { type Host, IommuOperations } from './iommu-operations';
import { type Operation, parseOperations, self } from './operation';

const mostFrames = 4096;
const mostFrameNumber = 2 ** 52 - 1;

/** Xen as a model: the hypercalls of its domains, memory that guests give back, and the ends of domains. */
export class Hypervisor implements SoftwareModel {
  readonly #host: Host;
  readonly #operations: IommuOperations;

  constructor(host: Host) {
    this.#host = host;
    this.#operations = new IommuOperations(host);
  }

  call(step: StepOf<'call'>): Problem | undefined {
    const problem = this.#perform(step);
    if (problem === undefined) this.#host.domains.settle();
    return problem;
  }

  #perform(step: StepOf<'call'>): Problem | undefined {
    const given = new Arguments(step);
    switch (step.op) {
      case 'map':
      case 'unmap':
      case 'flush':
        return this.#one(step.op, given);
      case 'batch':
        return this.#batch(given);
      case 'balloon':
        return this.#balloon(given);
      case 'invalidate':
        return this.#invalidate(given);
      case 'destroy':
      case 'scan':
        return this.#end(step.op, given);
      case 'drop':
        return this.#drop(given);
    }
    const ops = 'map, unmap, flush, batch, balloon, invalidate, destroy, scan, drop';
    return { path: '.op', message: `Xen has no ${step.op}. It has ${ops}.` };
  }

  /** A hypercall with one operation. */
  #one(op: Operation['op'], given: Arguments): Problem | undefined {
    const by = this.#domain(given, 'by');
    const operation = this.#operation(op, given);
    return given.end() ?? this.#stopped(by, 'by') ?? this.#operations.perform(by, operation);
  }

  #operation(op: Operation['op'], given: Arguments): Operation {
    if (op === 'flush') {
      const bfn = given.number('bfn', -1, mostFrameNumber, -1);
      return bfn < 0 ? { op } : { op, bfn, frames: given.number('frames', 1, mostFrames, 1) };
    }
    const bfn = frame(given, 'bfn');
    if (op === 'unmap') return { op, bfn };
    const target = given.choice('domid', [...this.#host.config.domains, self]);
    return {
      op,
      bfn,
      target: target === this.#host.config.domains.length ? 'self' : target,
      gfn: frame(given, 'gfn'),
      isReadOnly: given.flag('readonly'),
    };
  }

  /** One hypercall with several operations: each has a result of its own, and none is undone. */
  #batch(given: Arguments): Problem | undefined {
    const by = this.#domain(given, 'by');
    const text = given.text('ops');
    const problem = given.end() ?? this.#stopped(by, 'by');
    if (problem !== undefined) return problem;
    const operations = parseOperations(text, this.#host.config.domains);
    if ('message' in operations) return operations;
    const result = this.#operations.privilegeOf(by);
    this.#host.tell.act(verb.hypercall, result, by, operations.length);
    if (result !== 0) return undefined;
    for (const operation of operations) {
      const failure = this.#operations.perform(by, operation);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /** A guest gives frames back; its emulators hear of it in a call of their own. */
  #balloon(given: Arguments): Problem | undefined {
    const { pages, tell } = this.#host;
    const by = this.#domain(given, 'by');
    const gfn = frame(given, 'gfn');
    const frames = given.number('frames', 1, mostFrames, 1);
    const problem = given.end() ?? this.#stopped(by, 'by');
    if (problem !== undefined) return problem;
    const all = Array.from({ length: frames }, (_, n) => gfn + n);
    const result = all.every((each) => pages.find(by, each) !== undefined) ? 0 : -errorNumber('EINVAL');
    tell.act(verb.balloon, result, by, gfn, frames);
    if (result === 0) for (const each of all) pages.giveBack(by, each);
    return undefined;
  }

  /** Tells the emulators of a guest to drop every page of it, or those named; they unmap and flush as much. */
  #invalidate(given: Arguments): Problem | undefined {
    const { config, domains, mappings, tell } = this.#host;
    const target = this.#domain(given, 'domid');
    const gfn = given.number('gfn', -1, mostFrameNumber, -1);
    const frames = gfn < 0 ? mostFrameNumber : given.number('frames', 1, mostFrames, 1);
    const problem = given.end();
    if (problem !== undefined) return problem;
    if (gfn < 0) tell.act(verb.invalidateAll, 0, target);
    else tell.act(verb.invalidateFrames, 0, target, gfn, frames);
    for (const emulator of config.control) {
      if (!domains.runs(emulator)) continue;
      const meant = mappings.where(
        (mapping) =>
          mapping.mapper === emulator &&
          mapping.target === target &&
          isMapped(mapping) &&
          (gfn < 0 || (mapping.gfn >= gfn && mapping.gfn < gfn + frames)),
      );
      if (meant.length === 0) continue;
      for (const { bfn } of meant) {
        const failure = this.#operations.unmap(emulator, bfn);
        if (failure !== undefined) return failure;
      }
      const flushed = gfn < 0 ? [undefined] : meant.map(({ bfn }) => bfn);
      for (const bfn of flushed) {
        const failure = this.#operations.flush(emulator, bfn);
        if (failure !== undefined) return failure;
      }
    }
    return undefined;
  }

  #end(op: 'destroy' | 'scan', given: Arguments): Problem | undefined {
    const target = this.#domain(given, 'domid');
    const wrong = given.end();
    if (wrong !== undefined) return wrong;
    if (op === 'destroy')
      return this.#stopped(target, 'domid') ?? destroyDomain(this.#host, this.#operations, target);
    if (!this.#host.domains.runs(target)) return scanFor(this.#host, this.#operations, target);
    return { path: '.with.domid', message: 'The scan belongs to the end of a domain: destroy it first.' };
  }

  /** Changes when the reference of an unmapped page is dropped. */
  #drop(given: Arguments): Problem | undefined {
    const at = given.choice('at', dropTimes);
    const problem = given.end();
    if (problem !== undefined) return problem;
    this.#operations.holdsUntilFlush = dropTimes[at] === 'flush';
    this.#host.tell.act(verb.drop, 0, at);
    return undefined;
  }

  #domain(given: Arguments, name: string): number {
    return given.choice(name, this.#host.config.domains);
  }

  #stopped(domain: number, name: string): Problem | undefined {
    if (this.#host.domains.runs(domain)) return undefined;
    const message = `${this.#host.config.domains[domain]} is destroyed. Name a domain that runs.`;
    return { path: `.with.${name}`, message };
  }
}

function frame(given: Arguments, name: string): number {
  return given.number(name, 0, mostFrameNumber);
}
