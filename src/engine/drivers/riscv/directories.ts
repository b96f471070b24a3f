import { encode, readField, readPage } from '../../bits/access';
import { fieldOf, type Layout, wordCount } from '../../bits/layout';
import { directoryEntry, processContext, processEntry } from '../../riscv/layouts/device';
import type { PageWriter } from '../shared/page-writer';
import type { TableSpace } from '../shared/space';

/** Bits of a process_id below each level of the directory (RISC-V IOMMU 3.2). */
const processShift = [0, 8, 17] as const;
const processReach = [8, 17, 20] as const;

/** The device directory as software keeps it (RISC-V IOMMU 3.1): lower tables come when they are needed. */
export class DeviceDirectory {
  readonly #writer: PageWriter;
  readonly #root: number;
  readonly #levels: number;
  readonly #leafBits: number;

  constructor(writer: PageWriter, root: number, levels: number, isExtended: boolean) {
    this.#writer = writer;
    this.#root = root;
    this.#levels = levels;
    this.#leafBits = isExtended ? 6 : 7;
  }

  /** Bits of a device_id that the directory takes. */
  get reach(): number {
    return Math.min(24, this.#leafBits + 9 * (this.#levels - 1));
  }

  /** Where the context of a device lies. */
  placeOf(device: number): { readonly page: number; readonly offset: number } {
    let page = this.#root;
    for (let level = this.#levels - 1; level > 0; level--) {
      const offset = (Math.floor(device / 2 ** (this.#leafBits + 9 * (level - 1))) % 512) * 8;
      page = follow(this.#writer, directoryEntry, page, offset, undefined);
    }
    const index = device % 2 ** this.#leafBits;
    return { page, offset: index * (4096 / 2 ** this.#leafBits) };
  }
}

/** A process directory as software keeps it: in the memory of whoever owns the first stage. */
export class ProcessDirectory {
  readonly #writer: PageWriter;
  readonly #owner: TableSpace;
  root: number;
  levels = 1;

  constructor(writer: PageWriter, owner: TableSpace) {
    this.#writer = writer;
    this.#owner = owner;
    this.root = freshPage(writer, owner);
  }

  /** Writes the context of a process; levels are added on top until the process_id fits. */
  set(process: number, words: readonly number[]): void {
    while (process >= 2 ** (processReach[(this.levels - 1) as 0] as number)) this.#addLevel();
    let page = this.root;
    for (let level = this.levels - 1; level > 0; level--) {
      const offset = (Math.floor(process / 2 ** (processShift[level as 0] as number)) % 512) * 8;
      page = follow(this.#writer, processEntry, this.#owner.hostOf(page), offset, this.#owner);
    }
    const offset = (process % 256) * wordCount(processContext) * 4;
    this.#writer.write(this.#owner.owner, this.#owner.hostOf(page), offset, words);
  }

  #addLevel(): void {
    const page = freshPage(this.#writer, this.#owner);
    const words = encode(processEntry, { V: 1, PPN: this.root });
    this.#writer.write(this.#owner.owner, this.#owner.hostOf(page), 0, words);
    this.root = page;
    this.levels += 1;
  }
}

/** The page that an entry of a directory leads to; a fresh one when it leads nowhere. */
function follow(
  writer: PageWriter,
  layout: Layout,
  host: number,
  offset: number,
  owner: TableSpace | undefined,
): number {
  const words = writer.read(host, offset, 2);
  if (readField(fieldOf(layout, 'V'), words) === 1) return readPage(fieldOf(layout, 'PPN'), words);
  const next = freshPage(writer, owner);
  writer.write(owner?.owner ?? 'host', host, offset, encode(layout, { V: 1, PPN: next }));
  return next;
}

function freshPage(writer: PageWriter, owner: TableSpace | undefined): number {
  if (owner?.over !== undefined) return owner.newTable();
  const page = writer.allocate();
  writer.own(page, owner?.owner ?? 'host');
  return page;
}
