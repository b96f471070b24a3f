import type { TableSoftware } from '../../architecture';
import { encode, readField, writeField } from '../../bits/access';
import { parseWord, splitAddress } from '../../bits/hex';
import { fieldOf, type Layout } from '../../bits/layout';
import { mostPages } from '../../memory/memory';
import type { Problem } from '../../scenario/problem';
import type { Binding, Mapping, Space, StepOf } from '../../scenario/schema';
import { writers } from '../../trace/events';
import type { VtdIommu } from '../../vtd/iommu';
import { descriptorOfType } from '../../vtd/layouts/descriptors';
import * as device from '../../vtd/layouts/device-tables';
import { queueTail } from '../../vtd/layouts/registers';
import { isReadOnly, register } from '../../vtd/registers';
import type { PageWriter } from './page-writer';
import { TableSpace } from './space';

const host = writers.indexOf('host');
const perPasidTable = 64;
const tailUnit = 16;
/** A directory with size code PDTS has 2^(PDTS + 7) entries of 8 bytes, each for 64 PASIDs (VT-d 9.4). */
const directoryBytes = (size: number): number => 2 ** (size + 7) * 8;
const pasidsOf = (size: number): number => 2 ** (size + 7) * perPasidTable;

/** What an operating system does with a VT-d unit, told from scenario steps. */
export class VtdSoftware implements TableSoftware {
  readonly #iommu: VtdIommu;
  readonly #writer: PageWriter;
  readonly #isScalable: boolean;
  readonly #rootPage: number;
  readonly #spaces = new Map<string, TableSpace>();

  constructor(iommu: VtdIommu, writer: PageWriter, isScalable: boolean, rootPage: number) {
    this.#iommu = iommu;
    this.#writer = writer;
    this.#isScalable = isScalable;
    this.#rootPage = rootPage;
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
    if (first >= mostPages) return { path: '.tables', message: 'Physical addresses have 52 bits.' };
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
    if (target + count > mostPages) return { path: '[1]', message: 'Physical addresses have 52 bits.' };
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
      const table = this.#contextTable(source);
      this.#writer.write('host', table, (source & 255) * 16, [0, 0, 0, 0]);
      return undefined;
    }
    const place = this.#pasidPlace(source, step.pasid ?? 0);
    this.#writer.write('host', place.page, place.offset, new Array<number>(16).fill(0));
    return undefined;
  }

  queue(step: StepOf<'command'>): Problem | undefined {
    const { queue, registers } = this.#iommu;
    const count = queue.descriptorBytes / 4;
    const words = this.#descriptor(step, count);
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

  #descriptor(step: StepOf<'command'>, count: number): number[] | Problem {
    if (step.words !== undefined) {
      if (step.words.length * 2 !== count) {
        return { path: '.words', message: `The queue holds descriptors of ${count / 2} words of 64 bits.` };
      }
      const words: number[] = [];
      for (const [index, text] of step.words.entries()) {
        const word = parseWord(text);
        if (word === undefined)
          return { path: `.words[${index}]`, message: `${text} is not a 64-bit hexadecimal number.` };
        words.push(word.low, word.high);
      }
      return words;
    }
    const found = Object.entries(descriptorOfType).find(([, { id }]) => id === step.descriptor);
    if (found === undefined)
      return { path: '.descriptor', message: `There is no descriptor ${step.descriptor ?? ''}.` };
    return this.#encode(found[1], Number(found[0]), step.fields ?? {}, count);
  }

  #encode(
    structure: Layout,
    type: number,
    fields: Readonly<Record<string, number | string>>,
    count: number,
  ): number[] | Problem {
    const values: Record<string, number> = { TYPE: type };
    for (const [name, given] of Object.entries(fields)) {
      const field = structure.fields.find(({ abbr }) => abbr === name);
      if (field === undefined)
        return { path: `.fields.${name}`, message: `${structure.name} has no field ${name}.` };
      const value = typeof given === 'number' ? given : numberOf(given, field.kind === 'page');
      if (
        value === undefined ||
        !Number.isInteger(value) ||
        value < 0 ||
        value >= 2 ** (field.high - field.low + 1)
      ) {
        return { path: `.fields.${name}`, message: `${given} does not fit ${name}.` };
      }
      values[name] = value;
    }
    const words = encode(structure, values);
    return [...words, ...new Array<number>(count - words.length).fill(0)];
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
    this.#writer.write('host', this.#contextTable(source), (source & 255) * 16, words);
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
    const place = this.#pasidPlace(source, binding.pasid ?? 0);
    this.#writer.write('host', place.page, place.offset, words);
    return undefined;
  }

  /** Where the PASID entry lies; tables on the way are made when they are missing. */
  #pasidPlace(source: number, pasid: number): { page: number; offset: number } {
    const contexts = this.#contextTable(source);
    const contextAt = (source & 127) * 32;
    const context = this.#writer.read(contexts, contextAt, 8);
    const read = (name: string): number => readField(fieldOf(device.scalableContextEntry, name), context);
    let directory = read('PASIDDIRPTR');
    const isNew = read('P') === 0;
    if (isNew || pasid >= pasidsOf(read('PDTS'))) {
      const before = { page: directory, bytes: isNew ? 0 : directoryBytes(read('PDTS')) };
      const size = Math.max(0, Math.ceil(Math.log2((pasid + 1) / pasidsOf(0))));
      directory = this.#newDirectory(size, before);
      const words = [...context];
      writeField(fieldOf(device.scalableContextEntry, 'PASIDDIRPTR'), words, 0, directory);
      writeField(fieldOf(device.scalableContextEntry, 'PDTS'), words, 0, size);
      writeField(fieldOf(device.scalableContextEntry, 'P'), words, 0, 1);
      if (isNew && this.#iommu.features.pasid)
        writeField(fieldOf(device.scalableContextEntry, 'PASIDE'), words, 0, 1);
      this.#writer.write('host', contexts, contextAt, words);
    }
    const slot = Math.floor(pasid / perPasidTable);
    const directoryPage = directory + Math.floor(slot / 512);
    const entry = this.#writer.read(directoryPage, (slot % 512) * 8, 2);
    let table = readField(fieldOf(device.pasidDirectoryEntry, 'SMPTBLPTR'), entry);
    if (readField(fieldOf(device.pasidDirectoryEntry, 'P'), entry) === 0) {
      table = this.#newPage();
      const words = encode(device.pasidDirectoryEntry, { P: 1, SMPTBLPTR: table });
      this.#writer.write('host', directoryPage, (slot % 512) * 8, words);
    }
    return { page: table, offset: (pasid % perPasidTable) * 64 };
  }

  /** A directory of that size code, with what an earlier and smaller one held. */
  #newDirectory(size: number, before: { readonly page: number; readonly bytes: number }): number {
    const page = this.#writer.allocate(Math.max(1, directoryBytes(size) / 4096));
    for (let n = 0; n < directoryBytes(size); n += 4096) this.#writer.own(page + n / 4096, 'host');
    for (let at = 0; at < before.bytes; at += 8) {
      const from = before.page + Math.floor(at / 4096);
      const words = this.#writer.read(from, at % 4096, 2);
      this.#writer.write('host', page + Math.floor(at / 4096), at % 4096, words);
    }
    return page;
  }

  #contextTable(source: number): number {
    const structure = this.#isScalable ? device.scalableRootEntry : device.rootEntry;
    const [present, pointer] = this.#isScalable
      ? source & 128
        ? ['UP', 'UCTP']
        : ['LP', 'LCTP']
      : ['P', 'CTP'];
    const offset = (source >> 8) * 16;
    const words = this.#writer.read(this.#rootPage, offset, 4);
    if (readField(fieldOf(structure, present as string), words) === 1) {
      return readField(fieldOf(structure, pointer as string), words);
    }
    const table = this.#newPage();
    const added = encode(structure, { [present as string]: 1, [pointer as string]: table });
    this.#writer.write(
      'host',
      this.#rootPage,
      offset,
      words.map((word, index) => (word | (added[index] as number)) >>> 0),
    );
    return table;
  }

  #newPage(): number {
    const page = this.#writer.allocate();
    this.#writer.own(page, 'host');
    return page;
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

function numberOf(text: string, isPage: boolean): number | undefined {
  const word = parseWord(text);
  if (word === undefined) return undefined;
  return isPage ? splitAddress(word).page : word.high * 2 ** 32 + word.low;
}
