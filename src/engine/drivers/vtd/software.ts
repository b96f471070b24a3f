import type { TableSoftware } from '../../architecture';
import { encode, readField } from '../../bits/access';
import { parseWord, splitAddress } from '../../bits/hex';
import { fieldOf } from '../../bits/layout';
import { mostPages } from '../../memory/memory';
import type { Problem } from '../../scenario/problem';
import type { Binding, Mapping, Space, StepOf } from '../../scenario/schema';
import { writers } from '../../trace/events';
import type { VtdIommu } from '../../vtd/iommu';
import * as device from '../../vtd/layouts/device-tables';
import { queueTail } from '../../vtd/layouts/registers';
import { isReadOnly, register } from '../../vtd/registers';
import type { PageWriter } from '../shared/page-writer';
import { DeviceTables } from './device-tables';
import { encodeCommand } from './encode-command';
import { TableSpace } from './space';

const host = writers.indexOf('host');
const tailUnit = 16;

/** What an operating system does with a VT-d unit, told from scenario steps. */
export class VtdSoftware implements TableSoftware {
  readonly #iommu: VtdIommu;
  readonly #writer: PageWriter;
  readonly #isScalable: boolean;
  readonly #tables: DeviceTables;
  readonly #spaces = new Map<string, TableSpace>();

  constructor(iommu: VtdIommu, writer: PageWriter, isScalable: boolean, rootPage: number) {
    this.#iommu = iommu;
    this.#writer = writer;
    this.#isScalable = isScalable;
    this.#tables = new DeviceTables(writer, isScalable, rootPage, iommu.features.pasid);
  }

  addSpace(space: Space): Problem | undefined {
    if (this.#spaces.has(space.id))
      return { path: '.id', message: `There are two spaces called ${space.id}.` };
    const over = space.over === undefined ? undefined : this.#spaces.get(space.over);
    if (space.over !== undefined && over === undefined) {
      return { path: '.over', message: `There is no space ${space.over} before this one.` };
    }
    const first = pageOf(space.tables);
    const spread = space.spread === undefined ? 1 : pageOf(space.spread);
    if (first === undefined)
      return { path: '.tables', message: 'The address of the tables is a multiple of 0x1000.' };
    if (spread === undefined || spread < 1)
      return { path: '.spread', message: 'The spread is a multiple of 0x1000.' };
    if (first >= mostPages) return { path: '.tables', message: 'Physical addresses have at most 56 bits.' };
    if (space.stage === 1 && space.levels < 4)
      return { path: '.levels', message: 'A first stage has 4 or 5 levels.' };
    const owner = space.owner ?? (over === undefined ? 'host' : 'guest');
    this.#spaces.set(
      space.id,
      new TableSpace(space.id, space.stage, space.levels, owner, this.#writer, first, spread, over),
    );
    return undefined;
  }

  map(id: string, mapping: Mapping): Problem | undefined {
    const space = this.#spaces.get(id);
    if (space === undefined) return noSpace(id);
    const [from, to, length, permissions] = mapping;
    const pages = [from, to, length ?? '0x1000'].map(pageOf);
    const wrong = pages.indexOf(undefined);
    if (wrong >= 0)
      return { path: `[${wrong}]`, message: 'Addresses and lengths of mappings are multiples of 0x1000.' };
    const [first, target, count] = pages as [number, number, number];
    if (!space.holds(first, count))
      return { path: '[0]', message: `The range does not fit ${space.levels} levels of tables.` };
    if (target + count > mostPages)
      return { path: '[1]', message: 'Physical addresses have at most 56 bits.' };
    const allows1G =
      space.stage === 1 ? this.#iommu.features.firstStage1G : this.#iommu.features.secondStage1G;
    return space.map(first, target, count, permissions ?? 'rw', allows1G);
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
    const source = sourceOf(binding.device);
    if (source === undefined) return noSource;
    const stages = this.#stages(binding);
    if ('message' in stages) return stages;
    return this.#isScalable
      ? this.#bindPasid(source, binding, stages)
      : this.#bindContext(source, binding, stages);
  }

  unbind(step: StepOf<'unbind'>): Problem | undefined {
    const source = sourceOf(step.device);
    if (source === undefined) return noSource;
    if (!this.#isScalable) {
      const table = this.#tables.contextTable(source);
      this.#writer.write('host', table, (source & 255) * 16, [0, 0, 0, 0]);
      return undefined;
    }
    const place = this.#tables.pasidPlace(source, step.pasid ?? 0);
    this.#writer.write('host', place.page, place.offset, new Array<number>(16).fill(0));
    return undefined;
  }

  queue(step: StepOf<'command'>): Problem | undefined {
    const { queue, registers } = this.#iommu;
    const count = queue.descriptorBytes / 4;
    const words = encodeCommand(step, count);
    if (!Array.isArray(words)) return words as Problem;
    const tail = readField(fieldOf(queueTail, 'QT'), [registers.low(register.IQT), 0]) * tailUnit;
    if (tail % queue.descriptorBytes !== 0 || tail >= queue.ringBytes) {
      return {
        path: '',
        message: `The tail is at no descriptor of the ring. Set IQT to a multiple of ${queue.descriptorBytes} below ${queue.ringBytes} first.`,
      };
    }
    this.#writer.write('host', queue.ringPage + Math.floor(tail / 4096), tail % 4096, words);
    const next = (tail + queue.descriptorBytes) % queue.ringBytes;
    const [low] = encode(queueTail, { QT: next / tailUnit });
    this.#iommu.writeRegister(host, register.IQT, low as number, 0);
    return undefined;
  }

  register(step: StepOf<'register'>): Problem | undefined {
    const index = this.#iommu.shapes.findIndex(({ id }) => id === step.name);
    const value = parseWord(step.value);
    if (index < 0) return { path: '.name', message: `This machine has no register ${step.name}.` };
    if (value === undefined)
      return { path: '.value', message: 'The value is not a 64-bit hexadecimal number.' };
    if (isReadOnly(index)) return { path: '.name', message: `Only hardware changes ${step.name}.` };
    this.#iommu.writeRegister(host, index, value.low, value.high);
    return undefined;
  }

  #stages(binding: Binding): { first: TableSpace | undefined; second: TableSpace | undefined } | Problem {
    const first = binding.first === undefined ? undefined : this.#spaces.get(binding.first);
    const second = binding.second === undefined ? undefined : this.#spaces.get(binding.second);
    if (binding.first !== undefined && first === undefined)
      return { ...noSpace(binding.first), path: '.first' };
    if (binding.second !== undefined && second === undefined)
      return { ...noSpace(binding.second), path: '.second' };
    if (first?.stage === 2) return { path: '.first', message: `${first.id} is a second-stage space.` };
    if (second?.stage === 1) return { path: '.second', message: `${second.id} is a first-stage space.` };
    if (first === undefined && second === undefined && binding.passThrough !== true) {
      return { path: '', message: 'A binding names a first stage, a second stage, both, or passThrough.' };
    }
    if (!this.#isScalable && (first !== undefined || binding.pasid !== undefined)) {
      return { path: '', message: 'Legacy mode has a second stage only, and no PASIDs.' };
    }
    return { first, second };
  }

  #bindContext(source: number, binding: Binding, stages: { second: TableSpace | undefined }): undefined {
    const widest = [3, 2, 1].find((code) => (this.#iommu.features.supportedWidths >> code) & 1) ?? 2;
    const words = encode(device.contextEntry, {
      P: 1,
      TT: stages.second === undefined ? 2 : 0,
      AW: stages.second === undefined ? widest : stages.second.levels - 2,
      SSPTPTR: stages.second?.root ?? 0,
      DID: binding.domain,
    });
    this.#writer.write('host', this.#tables.contextTable(source), (source & 255) * 16, words);
    return undefined;
  }

  #bindPasid(
    source: number,
    binding: Binding,
    stages: { first: TableSpace | undefined; second: TableSpace | undefined },
  ): undefined {
    const { first, second } = stages;
    const type =
      first !== undefined && second !== undefined
        ? 3
        : first !== undefined
          ? 1
          : second !== undefined
            ? 2
            : 4;
    const words = encode(device.pasidEntry, {
      P: 1,
      PGTT: type,
      DID: binding.domain,
      AW: second === undefined ? 0 : second.levels - 2,
      SSPTPTR: second?.root ?? 0,
      FSPTPTR: first?.root ?? 0,
      FSPM: first === undefined ? 0 : first.levels - 4,
      SRE: binding.supervisor === true ? 1 : 0,
      ERE: binding.execute === true ? 1 : 0,
      WPE: binding.supervisor === true ? 1 : 0,
    });
    const place = this.#tables.pasidPlace(source, binding.pasid ?? 0);
    this.#writer.write('host', place.page, place.offset, words);
    return undefined;
  }
}

const noSource: Problem = { path: '.device', message: 'A requester ID has 16 bits.' };

function sourceOf(text: string): number | undefined {
  const word = parseWord(text);
  return word === undefined || word.high !== 0 || word.low > 0xffff ? undefined : word.low;
}

function noSpace(id: string): Problem {
  return { path: '.space', message: `There is no space ${id}.` };
}

/** The page number of an address that is a multiple of 0x1000. */
function pageOf(text: string): number | undefined {
  const word = parseWord(text);
  if (word === undefined) return undefined;
  const { page, offset } = splitAddress(word);
  return offset === 0 ? page : undefined;
}
