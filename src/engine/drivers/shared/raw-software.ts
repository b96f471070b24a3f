import type { TableSoftware } from '../../architecture';
import { parseWord } from '../../bits/hex';
import type { Iommu } from '../../iommu';
import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import { writers } from '../../trace/events';
import type { PageWriter } from './page-writer';

const host = writers.indexOf('host');

/** Where a machine's next command goes, and what moves its tail. */
export interface CommandRing {
  /** 64-bit words of a command. */
  readonly words: number;
  next(): { readonly page: number; readonly offset: number };
  /** The register of the tail and its value behind the next command. */
  tail(): { readonly register: number; readonly value: number };
}

/** Software that writes words, registers and raw commands; tables come from a memory image. */
export class RawSoftware implements TableSoftware {
  readonly #iommu: Iommu;
  readonly #writer: PageWriter;
  readonly #ring: CommandRing;
  readonly #isReadOnly: (register: number) => boolean;

  constructor(
    iommu: Iommu,
    writer: PageWriter,
    ring: CommandRing,
    isReadOnly: (register: number) => boolean,
  ) {
    this.#iommu = iommu;
    this.#writer = writer;
    this.#ring = ring;
    this.#isReadOnly = isReadOnly;
  }

  addSpace(): Problem {
    return noTables;
  }

  map(): Problem {
    return noTables;
  }

  unmap(): Problem {
    return noTables;
  }

  permit(): Problem {
    return noTables;
  }

  bind(): Problem {
    return noTables;
  }

  unbind(): Problem {
    return noTables;
  }

  queue(step: StepOf<'command'>): Problem | undefined {
    const count = this.#ring.words;
    if (step.words === undefined)
      return { path: '.descriptor', message: `Commands of this machine are given as ${count} raw words.` };
    if (step.words.length !== count)
      return { path: '.words', message: `A command has ${count} words of 64 bits.` };
    const words: number[] = [];
    for (const [index, text] of step.words.entries()) {
      const word = parseWord(text);
      if (word === undefined)
        return { path: `.words[${index}]`, message: `${text} is not a 64-bit hexadecimal number.` };
      words.push(word.low, word.high);
    }
    const { page, offset } = this.#ring.next();
    const { register, value } = this.#ring.tail();
    this.#writer.write('host', page, offset, words);
    this.#iommu.writeRegister(host, register, value, 0);
    return undefined;
  }

  register(step: StepOf<'register'>): Problem | undefined {
    const index = this.#iommu.shapes.findIndex(({ id }) => id === step.name);
    const value = parseWord(step.value);
    if (index < 0) return { path: '.name', message: `This machine has no register ${step.name}.` };
    if (value === undefined)
      return { path: '.value', message: 'The value is not a 64-bit hexadecimal number.' };
    if (this.#isReadOnly(index)) return { path: '.name', message: `Only hardware changes ${step.name}.` };
    this.#iommu.writeRegister(host, index, value.low, value.high);
    return undefined;
  }
}

const noTables: Problem = {
  path: '',
  message: 'Tables of this machine come from a memory image; name their words under `memory`.',
};
