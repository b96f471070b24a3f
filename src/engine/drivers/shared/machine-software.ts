import type { TableSoftware } from '../../architecture';
import { responseCodes } from '../../device/port';
import type { Iommu } from '../../iommu';
import { mostPages } from '../../memory/memory';
import type { Problem } from '../../scenario/problem';
import type { Binding, Mapping, Space, StepOf } from '../../scenario/schema';
import { writers } from '../../trace/events';
import { Bindings } from './bindings';
import { commandWords } from './command-words';
import { flushOf } from './flush-target';
import type { AtsRights, MachineDriver, Stages } from './machine-driver';
import { mappedPages } from './mapped-pages';
import { deviceOf, pageOf } from './numbers';
import type { PageWriter } from './page-writer';
import { setRegister } from './set-register';
import { TableSpace } from './space';
import { tablePlaceOf } from './table-place';

const host = writers.indexOf('host');

/** What an operating system does with an IOMMU, told from scenario steps. The machine's own part is its driver. */
export class MachineSoftware implements TableSoftware {
  readonly #iommu: Iommu;
  readonly #writer: PageWriter;
  readonly #driver: MachineDriver;
  readonly #spaces = new Map<string, TableSpace>();
  readonly #bindings = new Bindings();
  readonly #ats = new Map<number, AtsRights>();

  constructor(iommu: Iommu, writer: PageWriter, driver: MachineDriver) {
    this.#iommu = iommu;
    this.#writer = writer;
    this.#driver = driver;
  }

  allowAts(id: string, wantsPages: boolean): Problem | undefined {
    const device = deviceOf(id, this.#driver.deviceBits);
    if (device === undefined) return { ...this.#noDevice(), path: '.id' };
    if (this.#ats.has(device)) return { path: '.id', message: `Two devices with ats have the number ${id}.` };
    this.#ats.set(device, wantsPages ? 'pages' : 'translations');
    return undefined;
  }

  addSpace(space: Space): Problem | undefined {
    const { id, stage, levels } = space;
    if (this.#spaces.has(id)) return { path: '.id', message: `There are two spaces called ${id}.` };
    const over = space.over === undefined ? undefined : this.#spaces.get(space.over);
    if (space.over !== undefined && over === undefined)
      return { path: '.over', message: `There is no space ${space.over} before this one.` };
    const place = tablePlaceOf(space);
    if ('message' in place) return place;
    const tooMany = this.#driver.levelsProblem(stage, levels);
    if (tooMany !== undefined) return { path: '.levels', message: tooMany };
    const dialect = this.#driver.dialect(stage);
    const owner = space.owner ?? (over === undefined ? 'host' : 'guest');
    const rootPages = 2 ** dialect.topBits;
    const firstTable = Math.ceil(place.first / rootPages) * rootPages;
    const shape = { id, stage, levels, owner, firstTable, spread: place.spread };
    this.#spaces.set(id, new TableSpace(shape, dialect, this.#writer, over));
    return undefined;
  }

  map(id: string, mapping: Mapping): Problem | undefined {
    const space = this.#spaces.get(id);
    if (space === undefined) return noSpace(id);
    const pages = mappedPages(mapping);
    if ('message' in pages) return pages;
    const { from, to, count = 1 } = pages;
    if (!space.holds(from, count))
      return { path: '[0]', message: `The range does not fit ${space.levels} levels of tables.` };
    if (to + count > mostPages) return { path: '[1]', message: 'Physical addresses have at most 56 bits.' };
    return space.map(from, to, count, mapping[3] ?? 'rw');
  }

  unmap(step: StepOf<'unmap'>): Problem | undefined {
    const space = this.#spaces.get(step.space);
    if (space === undefined) return noSpace(step.space);
    const from = pageOf(step.from);
    const count = pageOf(step.length ?? '0x1000');
    if (from === undefined || count === undefined)
      return { path: '.from', message: 'Ranges are multiples of 0x1000.' };
    return space.unmap(from, count);
  }

  permit(step: StepOf<'permit'>): Problem | undefined {
    const space = this.#spaces.get(step.space);
    if (space === undefined) return noSpace(step.space);
    let page = step.from === undefined ? undefined : pageOf(step.from);
    if (step.tableOf !== undefined) {
      const inner = this.#spaces.get(step.tableOf.space);
      const from = pageOf(step.tableOf.from);
      if (inner === undefined || from === undefined) return noSpace(step.tableOf.space);
      page = inner.tableOn(from, step.tableOf.level);
    }
    if (page === undefined) return { path: '.from', message: 'Say which page: `from`, or `tableOf`.' };
    return space.permit(page, step.permissions);
  }

  bind(binding: Binding): Problem | undefined {
    const device = deviceOf(binding.device, this.#driver.deviceBits);
    if (device === undefined) return this.#noDevice();
    const stages = this.#stages(binding);
    if ('message' in stages) return stages;
    const { pasid, domain } = binding;
    const tag = binding.tag ?? this.#bindings.tagOf(stages.first);
    const ats = this.#ats.get(device) ?? 'none';
    const bound = { ...stages, device, pasid, domain, tag, ats, binding };
    const problem = this.#driver.bind(bound);
    if (problem === undefined) this.#bindings.set(bound);
    return problem;
  }

  unbind(step: StepOf<'unbind'>): Problem | undefined {
    const device = deviceOf(step.device, this.#driver.deviceBits);
    if (device === undefined) return this.#noDevice();
    this.#driver.unbind(device, step.pasid);
    return undefined;
  }

  queue(step: StepOf<'command'>): Problem | undefined {
    const words = commandWords(step, this.#driver.commands, this.#driver.ring.words * 2);
    return Array.isArray(words) ? this.#enqueue(words) : (words as Problem);
  }

  flush(step: StepOf<'flush'>): Problem | undefined {
    const target = flushOf(step, this.#driver.deviceBits, this.#spaces, this.#bindings);
    if ('message' in target) return target;
    for (const words of this.#driver.flush(target)) {
      const problem = this.#enqueue(words);
      if (problem !== undefined) return problem;
    }
    if (target.of === 'everything') for (const { spare } of this.#spaces.values()) spare.releaseAll();
    if (target.of === 'space') target.space.spare.releaseAll();
    if (target.of === 'pages') target.space.spare.release(target.from, target.count);
    return undefined;
  }

  respond({ device: id, pasid, group, answer }: StepOf<'respond'>): Problem | undefined {
    const device = deviceOf(id, this.#driver.deviceBits);
    if (device === undefined) return this.#noDevice();
    const code = Number(Object.entries(responseCodes).find(([, name]) => name === answer)?.[0]);
    return this.#enqueue(this.#driver.respond({ device, pasid, group, code }));
  }

  register(step: StepOf<'register'>): Problem | undefined {
    return setRegister(this.#iommu, step, (index) => this.#driver.isReadOnly(index));
  }

  #enqueue(words: readonly number[]): Problem | undefined {
    const { ring } = this.#driver;
    const place = ring.next();
    if ('message' in place) return place;
    const { register, value } = ring.tail();
    this.#writer.write('host', place.page, place.offset, words);
    this.#iommu.writeRegister(host, register, value, 0);
    return undefined;
  }

  #stages(binding: Binding): Stages | Problem {
    const first = binding.first === undefined ? undefined : this.#spaces.get(binding.first);
    const second = binding.second === undefined ? undefined : this.#spaces.get(binding.second);
    if (binding.first !== undefined && first === undefined)
      return { ...noSpace(binding.first), path: '.first' };
    if (binding.second !== undefined && second === undefined)
      return { ...noSpace(binding.second), path: '.second' };
    if (first?.stage === 2) return { path: '.first', message: `${first.id} is a second-stage space.` };
    if (second?.stage === 1) return { path: '.second', message: `${second.id} is a first-stage space.` };
    if (first === undefined && second === undefined && binding.passThrough !== true)
      return { path: '', message: 'A binding names a first stage, a second stage, both, or passThrough.' };
    return { first, second };
  }

  #noDevice(): Problem {
    return { path: '.device', message: `The number of a device has ${this.#driver.deviceBits} bits.` };
  }
}

function noSpace(id: string): Problem {
  return { path: '.space', message: `There is no space ${id}.` };
}
