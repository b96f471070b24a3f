import { encode, readField, writeField } from '../../bits/access';
import { fieldOf, type Layout } from '../../bits/layout';
import type { Problem } from '../../scenario/problem';
import type { SmmuIommu } from '../../smmuv3/iommu';
import { commandOf } from '../../smmuv3/layouts/commands';
import { control0, streamTable, streamTableFormat } from '../../smmuv3/layouts/registers';
import { streamEntry } from '../../smmuv3/layouts/stream';
import { isReadOnly, register } from '../../smmuv3/registers';
import { Ring } from '../../smmuv3/ring';
import { writers } from '../../trace/events';
import { withFields } from '../shared/entry-words';
import type { Bound, CommandRing, Flush, MachineDriver, PageResponse } from '../shared/machine-driver';
import type { PageWriter } from '../shared/page-writer';
import type { PagingDialect } from '../shared/paging-dialect';
import type { TableSpace } from '../shared/space';
import { Contexts, contextsPerPage } from './contexts';
import { firstStageDialect, secondStageDialect } from './dialects';
import { flushWords } from './flush';
import { StreamTable } from './stream-table';

const host = writers.indexOf('host');
/** log2 of the page requests that a page holds. */
const log2PageRequests = 8;
/** PRI_RESP, and its Resp by the code of PCIe. */
const pageResponse = 0x41;
const responses: Readonly<Record<number, number>> = { 0: 2, 1: 1, 15: 0 };
const entryWords = 16;
const config = { bypass: 4, first: 1, second: 2 } as const;
/** What comes of requests without a substream. */
const without = { abort: 0, bypass: 1, zero: 2 } as const;
const twoLevels = 1;
const linearBits = 6;
const levelBits = 9;
const sixtyfourths = 64;

/** What software must know of an SMMUv3. */
export class SmmuDriver implements MachineDriver {
  readonly deviceBits = 32;
  readonly ring: CommandRing;
  readonly commands = Object.entries(commandOf).map(([op, structure]) => ({
    structure,
    fixed: { Op: Number(op) },
  }));
  readonly isReadOnly = isReadOnly;
  readonly #iommu: SmmuIommu;
  readonly #writer: PageWriter;
  readonly #streams: StreamTable;
  readonly #contexts: Contexts;
  /** In whose memory a stream's context descriptors lie: with the tables of its first space. */
  readonly #owners = new Map<number, TableSpace>();

  constructor(iommu: SmmuIommu, writer: PageWriter) {
    this.#iommu = iommu;
    this.#writer = writer;
    const { registers, outputSize } = iommu;
    const words = [registers.low(register.STRTAB_BASE), registers.high(register.STRTAB_BASE)];
    const base = readField(fieldOf(streamTable, 'ADDR'), words);
    this.#streams = new StreamTable(writer, Math.floor(base / sixtyfourths));
    this.#contexts = new Contexts(writer, outputSize);
    const { ring } = iommu.commands;
    this.ring = {
      words: 2,
      next: () => ring.at(ring.producer),
      tail: () => ({
        register: register.CMDQ_PROD,
        value: ring.valueAt(register.CMDQ_PROD, ring.after(ring.producer)),
      }),
    };
  }

  dialect(stage: 1 | 2): PagingDialect {
    return stage === 1 ? firstStageDialect : secondStageDialect;
  }

  levelsProblem(_: 1 | 2, levels: number): string | undefined {
    return levels < 3 || levels > 4 ? 'A stage with pages of 4 KiB has 3 or 4 levels.' : undefined;
  }

  bind(bound: Bound): Problem | undefined {
    const format = [this.#iommu.registers.low(register.STRTAB_BASE_CFG), 0];
    if (readField(fieldOf(streamTableFormat, 'FMT'), format) === 0)
      return { path: '', message: 'This stream table comes from a memory image; write its words.' };
    if (bound.device >= 2 ** readField(fieldOf(streamTableFormat, 'LOG2SIZE'), format))
      return { path: '.device', message: 'The stream table ends before this stream.' };
    const { device, pasid, first } = bound;
    if (pasid !== undefined && first === undefined)
      return { path: '', message: 'A substream has a first stage; the second belongs to the whole stream.' };
    if (bound.ats === 'pages') this.#openPageQueue();
    const place = this.#streams.placeOf(device);
    let words = [...this.#writer.read(place.page, place.offset, entryWords)];
    if (first !== undefined) {
      words = this.#withRoom(words, bound, first);
      this.#writeContext(words, device, pasid ?? 0, this.#contexts.wordsOf(bound));
    }
    words = withFields(streamEntry, words, {
      ...this.#withoutSubstream(words, bound),
      ...this.#stages(words, bound),
    });
    this.#writer.write('host', place.page, place.offset, words);
    return undefined;
  }

  unbind(device: number, pasid: number | undefined): void {
    const place = this.#streams.placeOf(device);
    const nothing = new Array<number>(entryWords).fill(0);
    if (pasid === undefined) this.#writer.write('host', place.page, place.offset, nothing);
    else this.#writeContext(this.#writer.read(place.page, place.offset, entryWords), device, pasid, nothing);
  }

  respond({ device: StreamID, pasid, group: PRGIndex, code }: PageResponse): readonly number[] {
    const whose = pasid === undefined ? {} : { SSV: 1, SubstreamID: pasid };
    const Resp = responses[code] as number;
    return encode(commandOf[pageResponse] as Layout, {
      Op: pageResponse,
      StreamID,
      ...whose,
      PRGIndex,
      Resp,
    });
  }

  flush(flush: Flush): readonly (readonly number[])[] {
    return flushWords(flush);
  }

  /** One page of requests, where there is no queue yet. */
  #openPageQueue(): void {
    const { registers } = this.#iommu;
    if (registers.low(register.PRIQ_BASE) !== 0 || registers.high(register.PRIQ_BASE) !== 0) return;
    const page = this.#writer.allocate();
    this.#writer.own(page, 'host');
    const base = Ring.baseAt(page, log2PageRequests);
    this.#iommu.writeRegister(host, register.PRIQ_BASE, base.low, base.high);
    const control = [registers.low(register.CR0), 0];
    writeField(fieldOf(control0, 'PRIQEN'), control, 0, 1);
    this.#iommu.writeRegister(host, register.CR0, control[0] as number, 0);
  }

  /** The stream entry with context descriptors enough for the binding. */
  #withRoom(before: readonly number[], { device, pasid }: Bound, first: TableSpace): number[] {
    const isNew = readOf(before, 'Config') % 2 === 0;
    if (isNew) this.#owners.set(device, first);
    const owner = this.#owners.get(device) ?? first;
    const pointer = isNew ? this.#contexts.newPages(owner, 1) * sixtyfourths : readOf(before, 'S1ContextPtr');
    const words = withFields(streamEntry, before, { S1ContextPtr: pointer });
    if (pasid === undefined) return words;
    if (pasid < contextsPerPage || readOf(words, 'S1Fmt') === twoLevels)
      return withFields(streamEntry, words, { S1CDMax: Math.max(readOf(words, 'S1CDMax'), linearBits) });
    const most = this.#iommu.substreamBits;
    const root = this.#contexts.newFirstLevel(owner, 2 ** most, pointer / sixtyfourths);
    return withFields(streamEntry, words, {
      S1Fmt: twoLevels,
      S1CDMax: most,
      S1ContextPtr: root * sixtyfourths,
    });
  }

  /** S1DSS: requests without a substream use context 0, or leave the first stage out, or abort. */
  #withoutSubstream(words: readonly number[], { pasid, first }: Bound): Record<string, number> {
    if (pasid === undefined) return { S1DSS: first === undefined ? without.bypass : without.zero };
    const hadContextZero = readOf(words, 'Config') % 2 === 1 && readOf(words, 'S1DSS') === without.zero;
    const isFresh = readOf(words, 'V') === 0;
    if (isFresh) return { S1DSS: without.abort };
    return { S1DSS: hadContextZero ? without.zero : readOf(words, 'S1DSS') };
  }

  /** Which stages translate, and the second one's tables. */
  #stages(words: readonly number[], { first, second, domain, ats }: Bound): Record<string, number> {
    const before = readOf(words, 'Config');
    const hasFirst = first !== undefined || before % 2 === 1;
    const hasSecond = second !== undefined || before >= config.bypass + config.second;
    const fields = {
      V: 1,
      Config: config.bypass + (hasFirst ? config.first : 0) + (hasSecond ? config.second : 0),
      S2VMID: domain,
      EATS: ats === 'none' ? 0 : 1,
    };
    if (second === undefined) return fields;
    return {
      ...fields,
      S2T0SZ: 64 - 12 - levelBits * second.levels,
      S2SL0: second.levels - 2,
      S2PS: this.#iommu.outputSize,
      S2AA64: 1,
      S2R: 1,
      S2TTB: second.root,
    };
  }

  #writeContext(
    words: readonly number[],
    device: number,
    substream: number,
    context: readonly number[],
  ): void {
    const owner = this.#owners.get(device);
    const root = readOf(words, 'S1ContextPtr') / sixtyfourths;
    if (owner === undefined) return;
    if (readOf(words, 'S1Fmt') === twoLevels) this.#contexts.writeTwoLevel(owner, root, substream, context);
    else this.#contexts.writeLinear(owner, root, substream, context);
  }
}

function readOf(words: readonly number[], name: string): number {
  return readField(fieldOf(streamEntry, name), words);
}
