import { guestPointer } from '../../amdvi/layouts/device';
import { encode, readField, readPage } from '../../bits/access';
import { fieldOf } from '../../bits/layout';
import type { PageWriter } from '../shared/page-writer';
import type { TableSpace } from '../shared/space';

const levelBits = 9;

/** The GCR3 table of a device as software keeps it (AMD IOMMU 2.2.6.3): in the memory of whoever owns the guest tables. */
export class GuestRoots {
  readonly #writer: PageWriter;
  readonly #owner: TableSpace;
  /** The top page: a guest page over host tables. */
  root: number;
  levels = 1;

  constructor(writer: PageWriter, owner: TableSpace) {
    this.#writer = writer;
    this.#owner = owner;
    this.root = this.#newPage();
  }

  /** Puts the top guest table of a PASID in, or 0 to take it out; levels are added on top until the PASID fits. */
  set(pasid: number, table: number): void {
    while (pasid >= 2 ** (levelBits * this.levels)) this.#addLevel();
    let page = this.root;
    for (let level = this.levels - 1; level > 0; level--) {
      const offset = (Math.floor(pasid / 2 ** (levelBits * level)) % 512) * 8;
      const words = this.#writer.read(this.#owner.hostOf(page), offset, 2);
      const isThere = readField(fieldOf(guestPointer, 'V'), words) === 1;
      const next = isThere ? readPage(fieldOf(guestPointer, 'Next'), words) : this.#newPage();
      if (!isThere) this.#write(page, offset, next);
      page = next;
    }
    this.#write(page, (pasid % 512) * 8, table);
  }

  #addLevel(): void {
    const page = this.#newPage();
    this.#write(page, 0, this.root);
    this.root = page;
    this.levels += 1;
  }

  #newPage(): number {
    if (this.#owner.over !== undefined) return this.#owner.newTable();
    const page = this.#writer.allocate();
    this.#writer.own(page, this.#owner.owner);
    return page;
  }

  #write(page: number, offset: number, next: number): void {
    const words = next === 0 ? [0, 0] : encode(guestPointer, { Next: next, V: 1 });
    this.#writer.write(this.#owner.owner, this.#owner.hostOf(page), offset, words);
  }
}
