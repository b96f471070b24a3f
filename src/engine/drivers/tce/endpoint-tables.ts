import { encode, readField, readPage, writeField } from '../../bits/access';
import { fieldOf } from '../../bits/layout';
import { entriesPerPage } from '../../tce/find-endpoint';
import type { TceIommu } from '../../tce/iommu';
import { deviceEntry, windowEntry } from '../../tce/layouts/device';
import { deviceTableBase, kill, windowTableBase } from '../../tce/layouts/registers';
import { register } from '../../tce/registers';
import { writers } from '../../trace/events';
import type { PageWriter } from '../shared/page-writer';
import type { TceTable } from './table';

const host = writers.indexOf('host');
const size = fieldOf(deviceTableBase, 'Size');
const smallestTableBits = 8;
const bytesBelowPageSize = 11;

/** Requester and window entries as software keeps them, where the registers say. */
export class EndpointTables {
  readonly #iommu: TceIommu;
  readonly #writer: PageWriter;

  constructor(iommu: TceIommu, writer: PageWriter) {
    this.#iommu = iommu;
    this.#writer = writer;
  }

  /** Puts a device into a PE; the requester table is made long enough for it. */
  join(device: number, endpoint: number): void {
    this.#reach(device);
    this.#writeDevice(device, encode(deviceEntry, { V: 1, PE: endpoint }));
  }

  leave(device: number): void {
    this.#writeDevice(device, [0, 0]);
  }

  /** Opens a PE's window on a table. */
  open(endpoint: number, { window, root, levels, indexBits }: TceTable): void {
    const words = encode(windowEntry, {
      TTA: root,
      LEVELS: levels - 1,
      TTS: indexBits - smallestTableBits,
      PSIZE: window.pageShift - bytesBelowPageSize,
    });
    this.#writeWindow(endpoint, window.number, words);
  }

  /** The 64-bit window without translation. */
  openBypass(endpoint: number): void {
    this.#writeWindow(endpoint, 1, encode(windowEntry, { TTS: 1 }));
  }

  close(endpoint: number): void {
    for (const number of [0, 1] as const) this.#writeWindow(endpoint, number, [0, 0]);
  }

  /** Drops all that the TCE cache has. */
  killAll(): void {
    this.#kill({ ALL: 1 });
  }

  /** Drops what the TCE cache has of a PE: for one page of the bus, or all. */
  kill(endpoint: number, page?: number): void {
    this.#kill(page === undefined ? { PE: 1, PENUM: endpoint } : { ONE: 1, Address: page, PENUM: endpoint });
  }

  #kill(fields: Readonly<Record<string, number>>): void {
    const [low, high] = encode(kill, fields);
    this.#iommu.writeRegister(host, register.TCE_KILL, low as number, high as number);
  }

  #reach(device: number): void {
    const words = [...this.#words(register.RTT_BAR)];
    const pages = Math.floor(device / entriesPerPage);
    if (readField(size, words) >= pages) return;
    writeField(size, words, 0, pages);
    this.#iommu.writeRegister(host, register.RTT_BAR, words[0] as number, words[1] as number);
  }

  #writeDevice(device: number, words: readonly number[]): void {
    const base = readPage(fieldOf(deviceTableBase, 'Base'), this.#words(register.RTT_BAR));
    const page = base + Math.floor(device / entriesPerPage);
    this.#writer.write('host', page, (device % entriesPerPage) * 8, words);
  }

  #writeWindow(endpoint: number, number: 0 | 1, words: readonly number[]): void {
    const base = readPage(fieldOf(windowTableBase, 'Base'), this.#words(register.TVT_BAR));
    this.#writer.write('host', base, (endpoint * 2 + number) * 8, words);
  }

  #words(index: number): readonly number[] {
    const { registers } = this.#iommu;
    return [registers.low(index), registers.high(index)];
  }
}
