import type { TableSoftware } from '../../architecture';
import { parseWord } from '../../bits/hex';
import type { RiscvIommu } from '../../riscv/iommu';
import { isReadOnly, register } from '../../riscv/registers';
import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import { writers } from '../../trace/events';
import type { PageWriter } from '../vtd/page-writer';

const host = writers.indexOf('host');
const commandWords = 2;

/** What an operating system does with a RISC-V IOMMU, told from scenario steps. */
export class RiscvSoftware implements TableSoftware {
  readonly #iommu: RiscvIommu;
  readonly #writer: PageWriter;

  constructor(iommu: RiscvIommu, writer: PageWriter) {
    this.#iommu = iommu;
    this.#writer = writer;
  }

  addSpace(): Problem | undefined {
    return noTables;
  }

  map(): Problem | undefined {
    return noTables;
  }

  unmap(): Problem | undefined {
    return noTables;
  }

  permit(): Problem | undefined {
    return noTables;
  }

  bind(): Problem | undefined {
    return noTables;
  }

  unbind(): Problem | undefined {
    return noTables;
  }

  queue(step: StepOf<'command'>): Problem | undefined {
    if (step.words === undefined)
      return { path: '.descriptor', message: 'Commands of this machine are given as two raw words.' };
    if (step.words.length !== commandWords)
      return { path: '.words', message: 'A command has two words of 64 bits.' };
    const words: number[] = [];
    for (const [index, text] of step.words.entries()) {
      const word = parseWord(text);
      if (word === undefined)
        return { path: `.words[${index}]`, message: `${text} is not a 64-bit hexadecimal number.` };
      words.push(word.low, word.high);
    }
    const { queue, registers } = this.#iommu;
    const tail = registers.low(register.cqt);
    const { page, offset } = queue.placeOf(tail);
    this.#writer.write('host', page, offset, words);
    this.#iommu.writeRegister(host, register.cqt, (tail + 1) % queue.length, 0);
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
}

const noTables: Problem = {
  path: '',
  message: 'Tables of this machine come from a memory image; name their words under `memory`.',
};
