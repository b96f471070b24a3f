import { encode, readField } from '../../bits/access';
import { fieldOf } from '../../bits/layout';
import type { Problem } from '../../scenario/problem';
import { writers } from '../../trace/events';
import type { VtdIommu } from '../../vtd/iommu';
import { descriptorOfType, pageResponseDescriptor } from '../../vtd/layouts/descriptors';
import * as device from '../../vtd/layouts/device-tables';
import { pageQueueAddress, queueTail } from '../../vtd/layouts/registers';
import { isReadOnly, register } from '../../vtd/registers';
import type { Bound, CommandRing, Flush, MachineDriver, PageResponse } from '../shared/machine-driver';
import type { PageWriter } from '../shared/page-writer';
import type { PagingDialect } from '../shared/paging-dialect';
import { DeviceTables } from './device-tables';
import { firstStageDialect, secondStageDialect } from './dialects';
import { flushWords } from './flush';

const hostWriter = writers.indexOf('host');
const tailUnit = 16;
const pageResponseType = 9;
const pasidEntryWords = 16;
const contextEntryWords = 4;

/** What software must know of a VT-d unit. */
export class VtdDriver implements MachineDriver {
  readonly deviceBits = 16;
  readonly ring: CommandRing;
  readonly commands = Object.entries(descriptorOfType).map(([type, structure]) => ({
    structure,
    fixed: { TYPE: Number(type) },
  }));
  readonly isReadOnly = isReadOnly;
  readonly #iommu: VtdIommu;
  readonly #writer: PageWriter;
  readonly #isScalable: boolean;
  readonly #tables: DeviceTables;
  /** Where the unit says that it is done; -1 before the first flush. */
  #statusPage = -1;

  constructor(iommu: VtdIommu, writer: PageWriter, isScalable: boolean, rootPage: number) {
    this.#iommu = iommu;
    this.#writer = writer;
    this.#isScalable = isScalable;
    this.#tables = new DeviceTables(writer, isScalable, rootPage, iommu.features.pasid);
    const { queue } = iommu;
    this.ring = {
      words: queue.descriptorBytes / 8,
      next: () => {
        const tail = this.#tail();
        if (tail % queue.descriptorBytes === 0 && tail < queue.ringBytes)
          return { page: queue.ringPage + Math.floor(tail / 4096), offset: tail % 4096 };
        const message = `The tail is at no descriptor of the ring. Set IQT to a multiple of ${queue.descriptorBytes} below ${queue.ringBytes} first.`;
        return { path: '', message };
      },
      tail: () => {
        const next = (this.#tail() + queue.descriptorBytes) % queue.ringBytes;
        return { register: register.IQT, value: encode(queueTail, { QT: next / tailUnit })[0] as number };
      },
    };
  }

  dialect(stage: 1 | 2): PagingDialect {
    const { features } = this.#iommu;
    return stage === 1
      ? firstStageDialect(features.firstStage1G)
      : secondStageDialect(features.secondStage1G);
  }

  levelsProblem(stage: 1 | 2, levels: number): string | undefined {
    if (stage === 1 && (levels < 4 || levels > 5)) return 'A first stage has 4 or 5 levels.';
    return levels < 3 || levels > 5 ? 'A second stage has 3 to 5 levels.' : undefined;
  }

  bind(bound: Bound): Problem | undefined {
    if (this.#isScalable) return this.#bindPasid(bound);
    if (bound.first !== undefined || bound.pasid !== undefined)
      return { path: '', message: 'Legacy mode has a second stage only, and no PASIDs.' };
    return this.#bindContext(bound);
  }

  unbind(source: number, pasid: number | undefined): void {
    if (!this.#isScalable) {
      this.#writeContext(source, new Array<number>(contextEntryWords).fill(0));
      return;
    }
    const place = this.#tables.pasidPlace(source, pasid ?? 0);
    this.#writer.write('host', place.page, place.offset, new Array<number>(pasidEntryWords).fill(0));
  }

  respond({ device: RID, pasid, group, code }: PageResponse): readonly number[] {
    const words = encode(pageResponseDescriptor, {
      TYPE: pageResponseType,
      RID,
      ...(pasid === undefined ? {} : { PP: 1, PASID: pasid }),
      PRGI: group,
      LPIG: 1,
      CODE: code,
    });
    return [...words, ...new Array<number>(this.ring.words * 2 - words.length).fill(0)];
  }

  flush(flush: Flush): readonly (readonly number[])[] {
    if (this.#statusPage < 0) this.#statusPage = this.#writer.allocate();
    return flushWords(flush, this.#isScalable, this.ring.words * 2, this.#statusPage);
  }

  #tail(): number {
    return readField(fieldOf(queueTail, 'QT'), [this.#iommu.registers.low(register.IQT), 0]) * tailUnit;
  }

  #bindContext({ device: source, second, domain, ats }: Bound): undefined {
    const widest = [3, 2, 1].find((code) => (this.#iommu.features.supportedWidths >> code) & 1) ?? 2;
    const words = encode(device.contextEntry, {
      P: 1,
      TT: second === undefined ? 2 : ats === 'none' ? 0 : 1,
      AW: second === undefined ? widest : second.levels - 2,
      SSPTPTR: second?.root ?? 0,
      DID: domain,
    });
    this.#writeContext(source, words);
  }

  #writeContext(source: number, words: readonly number[]): void {
    this.#writer.write('host', this.#tables.contextTable(source), (source & 255) * 16, words);
  }

  #bindPasid({ device: source, pasid, first, second, domain, ats, binding }: Bound): undefined {
    if (ats === 'pages') this.#openPageRequestQueue();
    const supervisor = binding.supervisor === true ? 1 : 0;
    const words = encode(device.pasidEntry, {
      P: 1,
      PGTT: translationType(first !== undefined, second !== undefined),
      DID: domain,
      AW: second === undefined ? 0 : second.levels - 2,
      SSPTPTR: second?.root ?? 0,
      FSPTPTR: first?.root ?? 0,
      FSPM: first === undefined ? 0 : first.levels - 4,
      SRE: supervisor,
      ERE: binding.execute === true ? 1 : 0,
      WPE: supervisor,
    });
    const place = this.#tables.pasidPlace(source, pasid ?? 0);
    this.#writer.write('host', place.page, place.offset, words);
    this.#tables.allowAts(source, ats);
  }

  /** One page of descriptors, where there is no queue yet. */
  #openPageRequestQueue(): void {
    const { registers } = this.#iommu;
    if (registers.low(register.PQA) !== 0 || registers.high(register.PQA) !== 0) return;
    const page = this.#writer.allocate();
    this.#writer.own(page, 'host');
    const [low, high] = encode(pageQueueAddress, { PQA: page });
    this.#iommu.writeRegister(hostWriter, register.PQA, low as number, high as number);
  }
}

/** PGTT: first stage, second stage, nested, pass-through (VT-d 9.6). */
function translationType(hasFirst: boolean, hasSecond: boolean): number {
  if (hasFirst) return hasSecond ? 3 : 1;
  return hasSecond ? 2 : 4;
}
