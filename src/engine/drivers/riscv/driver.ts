import { encode, readField, readPage } from '../../bits/access';
import { fieldOf } from '../../bits/layout';
import type { RiscvIommu } from '../../riscv/iommu';
import { commandOf, pageResponse } from '../../riscv/layouts/commands';
import { deviceContext, processContext } from '../../riscv/layouts/device';
import { directoryPointer, pageControl, queueBase } from '../../riscv/layouts/registers';
import { isReadOnly, register } from '../../riscv/registers';
import type { Problem } from '../../scenario/problem';
import { writers } from '../../trace/events';
import { withFields } from '../shared/entry-words';
import type { Bound, CommandRing, Flush, MachineDriver, PageResponse } from '../shared/machine-driver';
import type { PageWriter } from '../shared/page-writer';
import type { PagingDialect } from '../shared/paging-dialect';
import { firstStageDialect, secondStageDialect } from './dialects';
import { DeviceDirectory, ProcessDirectory } from './directories';
import { flushWords } from './flush';

/** Words of the part of a device context that both formats have. */
const contextWords = 8;
/** Mode of Sv39 and Sv39x4; each level more is one up. */
const threeLevels = 8;
/** Mode of ddtp with one level of directory; each level more is one up. */
const oneDirectoryLevel = 2;
/** Opcode of messages to devices. */
const toDevices = 4;
/** log2 of the page requests that a page holds. */
const recordBits = 8;
const host = writers.indexOf('host');
const nothing = new Array<number>(contextWords).fill(0);

/** What software must know of a RISC-V IOMMU. */
export class RiscvDriver implements MachineDriver {
  readonly deviceBits = 24;
  readonly ring: CommandRing;
  readonly commands = Object.entries(commandOf).flatMap(([opcode, layouts]) =>
    layouts.map((structure, form) => ({ structure, fixed: { OPCODE: Number(opcode), FUNC3: form } })),
  );
  readonly isReadOnly = isReadOnly;
  readonly #iommu: RiscvIommu;
  readonly #writer: PageWriter;
  readonly #devices: DeviceDirectory;
  readonly #processes = new Map<number, ProcessDirectory>();

  constructor(iommu: RiscvIommu, writer: PageWriter) {
    this.#iommu = iommu;
    this.#writer = writer;
    const { registers, queue } = iommu;
    const ddtp = [registers.low(register.ddtp), registers.high(register.ddtp)];
    const levels = readField(fieldOf(directoryPointer, 'MODE'), ddtp) - oneDirectoryLevel + 1;
    const root = readPage(fieldOf(directoryPointer, 'PPN'), ddtp);
    this.#devices = new DeviceDirectory(writer, root, Math.max(1, levels), iommu.isExtended);
    this.ring = {
      words: 2,
      next: () => queue.placeOf(queue.tail),
      tail: () => ({ register: register.cqt, value: (queue.tail + 1) % queue.length }),
    };
  }

  dialect(stage: 1 | 2): PagingDialect {
    return stage === 1 ? firstStageDialect : secondStageDialect;
  }

  levelsProblem(_: 1 | 2, levels: number): string | undefined {
    return levels < 3 || levels > 5 ? 'A stage has 3 to 5 levels: Sv39, Sv48, Sv57.' : undefined;
  }

  bind(bound: Bound): Problem | undefined {
    const { device, pasid, first, second, domain, ats } = bound;
    if (device >= 2 ** this.#devices.reach)
      return { path: '.device', message: `The device directory takes ${this.#devices.reach} bits.` };
    if (pasid !== undefined && first === undefined)
      return { path: '', message: 'A process has a first stage; the second belongs to the whole device.' };
    if (ats === 'pages') this.#openPageQueue();
    const place = this.#devices.placeOf(device);
    let words = [...this.#writer.read(place.page, place.offset, contextWords)];
    words = withFields(deviceContext, words, {
      V: 1,
      EN_ATS: ats === 'none' ? 0 : 1,
      EN_PRI: ats === 'pages' ? 1 : 0,
      ...secondFields(second, domain),
    });
    if (pasid !== undefined) words = this.#withProcess(words, bound, pasid);
    else if (this.#processes.has(device)) words = this.#withDefault(words, bound);
    else words = withFields(deviceContext, words, firstFields(bound));
    this.#writer.write('host', place.page, place.offset, words);
    return undefined;
  }

  unbind(device: number, pasid: number | undefined): void {
    const place = this.#devices.placeOf(device);
    if (pasid !== undefined) this.#processes.get(device)?.set(pasid, nothing.slice(0, 4));
    else this.#writer.write('host', place.page, place.offset, nothing);
  }

  /** The payload is that of the PCIe message: group in bits 8:0 of the upper part, code in 15:12. */
  respond({ device, pasid, group, code }: PageResponse): readonly number[] {
    return encode(pageResponse, {
      OPCODE: toDevices,
      FUNC3: 1,
      RID: device & 0xffff,
      ...(device > 0xffff ? { DSV: 1, DSEG: device >> 16 } : {}),
      ...(pasid === undefined ? {} : { PV: 1, PID: pasid }),
      PAYLOADH: group + code * 2 ** 12,
    });
  }

  flush(flush: Flush): readonly (readonly number[])[] {
    return flushWords(flush);
  }

  /** One page of records, where there is no queue yet. */
  #openPageQueue(): void {
    const { registers } = this.#iommu;
    if (registers.low(register.pqb) !== 0 || registers.high(register.pqb) !== 0) return;
    const page = this.#writer.allocate();
    this.#writer.own(page, 'host');
    const [low, high] = encode(queueBase, { PPN: page, LOG2SZ: recordBits - 1 });
    this.#iommu.writeRegister(host, register.pqb, low as number, high as number);
    this.#iommu.writeRegister(host, register.pqcsr, encode(pageControl, { pqen: 1 })[0] as number, 0);
  }

  /** The first process_id turns the first stage of the device into that of process 0. */
  #withProcess(before: readonly number[], bound: Bound, pasid: number): number[] {
    const { device, first } = bound;
    if (first === undefined) return [...before];
    const known = this.#processes.get(device);
    const directory = known ?? new ProcessDirectory(this.#writer, first);
    this.#processes.set(device, directory);
    let words = [...before];
    const mode = readField(fieldOf(deviceContext, 'FSC.MODE'), before);
    if (known === undefined && mode !== 0) {
      const read = (name: string): number => readField(fieldOf(deviceContext, name), before);
      directory.set(0, contextWordsOf(mode, read('FSC.PPN'), read('PSCID'), false));
      words = withFields(deviceContext, words, { DPE: 1, PSCID: 0 });
    }
    directory.set(pasid, processWords(bound));
    return withFields(deviceContext, words, {
      PDTV: 1,
      'FSC.MODE': directory.levels,
      'FSC.PPN': directory.root,
    });
  }

  /** Requests without a process_id where there is a directory: process 0, or no first stage. */
  #withDefault(before: readonly number[], bound: Bound): number[] {
    const directory = this.#processes.get(bound.device);
    if (bound.first !== undefined) directory?.set(0, processWords(bound));
    return withFields(deviceContext, before, { DPE: bound.first === undefined ? 0 : 1 });
  }
}

function processWords({ first, tag, binding }: Bound): number[] {
  if (first === undefined) return nothing.slice(0, 4);
  return contextWordsOf(first.levels - 3 + threeLevels, first.root, tag, binding.supervisor === true);
}

function contextWordsOf(mode: number, root: number, tag: number, isSupervisor: boolean): number[] {
  const supervisor = isSupervisor ? 1 : 0;
  return encode(processContext, {
    V: 1,
    ENS: supervisor,
    SUM: supervisor,
    'FSC.MODE': mode,
    'FSC.PPN': root,
    PSCID: tag,
  });
}

function firstFields({ first, tag }: Bound): Record<string, number> {
  if (first === undefined) return { 'FSC.MODE': 0, 'FSC.PPN': 0, PSCID: 0 };
  return { 'FSC.MODE': first.levels - 3 + threeLevels, 'FSC.PPN': first.root, PSCID: tag };
}

function secondFields(second: Bound['second'], domain: number): Record<string, number> {
  if (second === undefined) return {};
  return { 'GATP.MODE': second.levels - 3 + threeLevels, 'GATP.PPN': second.root, GSCID: domain };
}
