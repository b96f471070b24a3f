import { encode, readField } from '../../bits/access';
import { fieldOf } from '../../bits/layout';
import { streamPointer } from '../../smmuv3/layouts/stream';
import type { PageWriter } from '../shared/page-writer';

/** Bits of a stream ID for the second level: 256 entries of 64 bytes in four pages. */
export const splitBits = 8;
const entryBytes = 64;
const pointerBytes = 8;
const tablePages = (2 ** splitBits * entryBytes) / 4096;

/** A stream table of two levels as software keeps it (SMMUv3 3.3.1.2): second levels come when they are needed. */
export class StreamTable {
  readonly #writer: PageWriter;
  readonly #page: number;

  constructor(writer: PageWriter, page: number) {
    this.#writer = writer;
    this.#page = page;
  }

  /** Where the entry of a stream lies. */
  placeOf(stream: number): { readonly page: number; readonly offset: number } {
    const bytes = Math.floor(stream / 2 ** splitBits) * pointerBytes;
    const page = this.#page + Math.floor(bytes / 4096);
    const words = this.#writer.read(page, bytes % 4096, 2);
    const isNew = readField(fieldOf(streamPointer, 'Span'), words) === 0;
    const table = isNew
      ? this.#newTable(page, bytes % 4096)
      : Math.floor(readField(fieldOf(streamPointer, 'L2Ptr'), words) / (4096 / entryBytes));
    const at = (stream % 2 ** splitBits) * entryBytes;
    return { page: table + Math.floor(at / 4096), offset: at % 4096 };
  }

  #newTable(page: number, offset: number): number {
    const table = this.#writer.allocate(tablePages);
    for (let n = 0; n < tablePages; n++) this.#writer.own(table + n, 'host');
    const words = encode(streamPointer, { L2Ptr: table * (4096 / entryBytes), Span: splitBits + 1 });
    this.#writer.write('host', page, offset, words);
    return table;
  }
}
