import type { AmdIommu } from '../../amdvi/iommu';
import { commandOf, pageResponse } from '../../amdvi/layouts/commands';
import { deviceEntry } from '../../amdvi/layouts/device';
import { control, deviceTable, ringBase } from '../../amdvi/layouts/registers';
import { isReadOnly, register } from '../../amdvi/registers';
import { Ring } from '../../amdvi/ring';
import { encode, readField, readPage } from '../../bits/access';
import { fieldOf } from '../../bits/layout';
import type { Problem } from '../../scenario/problem';
import { writers } from '../../trace/events';
import { withFields } from '../shared/entry-words';
import type { Bound, CommandRing, Flush, MachineDriver, PageResponse } from '../shared/machine-driver';
import type { PageWriter } from '../shared/page-writer';
import type { PagingDialect } from '../shared/paging-dialect';
import { guestDialect, hostDialect } from './dialects';
import { flushWords } from './flush';
import { GuestRoots } from './guest-roots';

const host = writers.indexOf('host');
const pageResponseOpcode = 7;
/** log2 of the page requests that a page holds. */
const log2Requests = 8;
const entryWords = 8;
const entryBytes = entryWords * 4;
const entriesPerPage = 4096 / entryBytes;
/** Fewest levels of guest tables, which GPM = 0 stands for. */
const fewestGuestLevels = 4;

/** What software must know of an AMD IOMMU. */
export class AmdDriver implements MachineDriver {
  readonly deviceBits = 16;
  readonly ring: CommandRing;
  readonly commands = Object.entries(commandOf).map(([op, structure]) => ({
    structure,
    fixed: { Op: Number(op) },
  }));
  readonly isReadOnly = isReadOnly;
  readonly #iommu: AmdIommu;
  readonly #writer: PageWriter;
  readonly #roots = new Map<number, GuestRoots>();

  constructor(iommu: AmdIommu, writer: PageWriter) {
    this.#iommu = iommu;
    this.#writer = writer;
    const { ring } = iommu.commands;
    this.ring = {
      words: 2,
      next: () => ring.placeOf(ring.tail),
      tail: () => ({ register: register.cmd_tail, value: Ring.valueOf((ring.tail + 1) % ring.length) }),
    };
  }

  dialect(stage: 1 | 2): PagingDialect {
    return stage === 1 ? guestDialect : hostDialect;
  }

  levelsProblem(stage: 1 | 2, levels: number): string | undefined {
    if (stage === 1)
      return levels < fewestGuestLevels || levels > 5 ? 'Guest tables have 4 or 5 levels.' : undefined;
    return levels > 6 ? 'Host tables have 1 to 6 levels.' : undefined;
  }

  bind(bound: Bound): Problem | undefined {
    const { device, pasid, first, second, domain } = bound;
    if (device >= this.#entries())
      return { path: '.device', message: `The device table has ${this.#entries()} entries.` };
    if (pasid !== undefined && first === undefined)
      return { path: '', message: 'A PASID has guest tables; host tables belong to the whole device.' };
    if (bound.ats === 'pages') this.#openPageLog();
    let words = [...this.#read(device)];
    words = withFields(deviceEntry, words, {
      V: 1,
      TV: 1,
      IR: 1,
      IW: 1,
      DomainID: domain,
      I: bound.ats === 'none' ? 0 : 1,
      PPR: bound.ats === 'pages' ? 1 : 0,
    });
    if (second !== undefined)
      words = withFields(deviceEntry, words, { Mode: second.levels, Root: second.root });
    if (first !== undefined) {
      const roots = this.#roots.get(device) ?? new GuestRoots(this.#writer, first);
      this.#roots.set(device, roots);
      roots.set(pasid ?? 0, first.root);
      words = withFields(deviceEntry, words, rootFields(roots, first.levels));
    }
    if (pasid === undefined) words = withFields(deviceEntry, words, { GIOV: first === undefined ? 0 : 1 });
    this.#write(device, words);
    return undefined;
  }

  unbind(device: number, pasid: number | undefined): void {
    if (pasid !== undefined) this.#roots.get(device)?.set(pasid, 0);
    // V without TV: nothing passes. An entry of zeros would let everything through.
    else this.#write(device, withFields(deviceEntry, new Array<number>(entryWords).fill(0), { V: 1 }));
  }

  respond({ device: DeviceID, pasid, group: Tag, code: Response }: PageResponse): readonly number[] {
    const whose = pasid === undefined ? {} : { GN: 1, PASID: pasid };
    return encode(pageResponse, { Op: pageResponseOpcode, DeviceID, ...whose, Tag, Response });
  }

  flush(flush: Flush): readonly (readonly number[])[] {
    return flushWords(flush);
  }

  /** One page of requests, where there is no log yet. */
  #openPageLog(): void {
    const { registers } = this.#iommu;
    if (registers.low(register.ppr_base) !== 0 || registers.high(register.ppr_base) !== 0) return;
    const page = this.#writer.allocate();
    this.#writer.own(page, 'host');
    const [low, high] = encode(ringBase, { Base: page, Length: log2Requests });
    this.#iommu.writeRegister(host, register.ppr_base, low as number, high as number);
    const words = [registers.low(register.control), registers.high(register.control)];
    const on = withFields(control, words, { PPRLogEn: 1, PPREn: 1 });
    this.#iommu.writeRegister(host, register.control, on[0] as number, on[1] as number);
  }

  #entries(): number {
    return (readField(fieldOf(deviceTable, 'Size'), this.#base()) + 1) * entriesPerPage;
  }

  #base(): readonly number[] {
    const { registers } = this.#iommu;
    return [registers.low(register.devtab_base), registers.high(register.devtab_base)];
  }

  #place(device: number): { page: number; offset: number } {
    const page = readPage(fieldOf(deviceTable, 'Base'), this.#base());
    return {
      page: page + Math.floor(device / entriesPerPage),
      offset: (device % entriesPerPage) * entryBytes,
    };
  }

  #read(device: number): readonly number[] {
    const { page, offset } = this.#place(device);
    return this.#writer.read(page, offset, entryWords);
  }

  #write(device: number, words: readonly number[]): void {
    const { page, offset } = this.#place(device);
    this.#writer.write('host', page, offset, words);
  }
}

/** The three parts of the GCR3 table's address, its levels and those of the guest tables. */
function rootFields(roots: GuestRoots, levels: number): Record<string, number> {
  return {
    GV: 1,
    GLX: roots.levels - 1,
    GPM: levels - fewestGuestLevels,
    GCR3A: roots.root % 2 ** 3,
    GCR3B: Math.floor(roots.root / 2 ** 3) % 2 ** 16,
    GCR3C: Math.floor(roots.root / 2 ** 19),
  };
}
