import { encode, readField, readPage } from '../../bits/access';
import { fieldOf } from '../../bits/layout';
import { contextDescriptor, contextPointer } from '../../smmuv3/layouts/stream';
import type { Bound } from '../shared/machine-driver';
import type { PageWriter } from '../shared/page-writer';
import type { TableSpace } from '../shared/space';

const contextBytes = 64;
export const contextsPerPage = 4096 / contextBytes;
const levelBits = 9;
const longDescriptors = { AA64: 1, EPD1: 1, R: 1, A: 1, V: 1 } as const;

/** Context descriptor tables as software keeps them (SMMUv3 3.3.2): in the memory of whoever owns the first stage. */
export class Contexts {
  readonly #writer: PageWriter;
  readonly #outputSize: number;

  /** `outputSize` is the code of the SMMU's address size. */
  constructor(writer: PageWriter, outputSize: number) {
    this.#writer = writer;
    this.#outputSize = outputSize;
  }

  /** The first of `count` fresh adjacent pages, in the memory of the space's owner. */
  newPages(owner: TableSpace, count: number): number {
    if (owner.over !== undefined) return owner.newTable(count);
    const page = this.#writer.allocate(count);
    for (let n = 0; n < count; n++) this.#writer.own(page + n, owner.owner);
    return page;
  }

  /** A first level for `substreams`, whose first entry leads to a page that exists. */
  newFirstLevel(owner: TableSpace, substreams: number, leaf: number): number {
    const page = this.newPages(owner, substreams / contextsPerPage / 512);
    this.#point(owner, page, 0, leaf);
    return page;
  }

  /** Writes a descriptor in a linear table of one page. */
  writeLinear(owner: TableSpace, page: number, substream: number, words: readonly number[]): void {
    const host = owner.hostOf(page);
    this.#writer.write(owner.owner, host, substream * contextBytes, words);
  }

  /** Writes a descriptor through a first level; its page is made when it is missing. */
  writeTwoLevel(owner: TableSpace, root: number, substream: number, words: readonly number[]): void {
    const index = Math.floor(substream / contextsPerPage);
    const host = owner.hostOf(root + (index >>> levelBits));
    const entry = this.#writer.read(host, (index & 511) * 8, 2);
    const isThere = readField(fieldOf(contextPointer, 'V'), entry) === 1;
    const page = isThere ? readPage(fieldOf(contextPointer, 'L2Ptr'), entry) : this.newPages(owner, 1);
    if (!isThere) this.#point(owner, root, index, page);
    this.writeLinear(owner, page, substream % contextsPerPage, words);
  }

  /** The descriptor of a first stage (SMMUv3 5.4). */
  wordsOf({ first, tag }: Bound): number[] {
    if (first === undefined) return new Array<number>(contextBytes / 4).fill(0);
    return encode(contextDescriptor, {
      ...longDescriptors,
      T0SZ: 64 - 12 - levelBits * first.levels,
      IPS: this.#outputSize,
      ASID: tag,
      TTB0: first.root,
    });
  }

  #point(owner: TableSpace, root: number, index: number, page: number): void {
    const at = root + (index >>> levelBits);
    const words = encode(contextPointer, { L2Ptr: page, V: 1 });
    this.#writer.write(owner.owner, owner.hostOf(at), (index & 511) * 8, words);
  }
}
