import { encode, readField, writeField } from '../../bits/access';
import { fieldOf } from '../../bits/layout';
import * as device from '../../vtd/layouts/device-tables';
import type { AtsRights } from '../shared/machine-driver';
import type { PageWriter } from '../shared/page-writer';

const perPasidTable = 64;
/** A directory with size code PDTS has 2^(PDTS + 7) entries of 8 bytes, each for 64 PASIDs (VT-d 9.4). */
const directoryBytes = (size: number): number => 2 ** (size + 7) * 8;
const pasidsOf = (size: number): number => 2 ** (size + 7) * perPasidTable;

/** Root, context and PASID tables as software keeps them. */
export class DeviceTables {
  readonly #writer: PageWriter;
  readonly #isScalable: boolean;
  readonly #rootPage: number;
  readonly #hasPasids: boolean;

  constructor(writer: PageWriter, isScalable: boolean, rootPage: number, hasPasids: boolean) {
    this.#writer = writer;
    this.#isScalable = isScalable;
    this.#rootPage = rootPage;
    this.#hasPasids = hasPasids;
  }

  /** Where the PASID entry lies; tables on the way are made when they are missing. */
  pasidPlace(source: number, pasid: number): { page: number; offset: number } {
    const contexts = this.contextTable(source);
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
      if (isNew && this.#hasPasids) writeField(fieldOf(device.scalableContextEntry, 'PASIDE'), words, 0, 1);
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

  /** DTE and PRE of a context entry that there is (VT-d 9.4). */
  allowAts(source: number, rights: AtsRights): void {
    if (rights === 'none') return;
    const contexts = this.contextTable(source);
    const at = (source & 127) * 32;
    const words = [...this.#writer.read(contexts, at, 8)];
    writeField(fieldOf(device.scalableContextEntry, 'DTE'), words, 0, 1);
    writeField(fieldOf(device.scalableContextEntry, 'PRE'), words, 0, rights === 'pages' ? 1 : 0);
    this.#writer.write('host', contexts, at, words);
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

  /** The page of the context table that serves a device; it is made when it is missing. */
  contextTable(source: number): number {
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
