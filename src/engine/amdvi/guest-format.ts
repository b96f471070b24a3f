import { bitsReader, pageReader } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { type EntryFormat, leadsToPage, leadsToTable } from '../walk/entry-format';
import { pagesPerEntry } from '../walk/table-shape';
import type { Walk } from '../walk/walk';
import { may } from './host-format';
import { guestPage, guestTable } from './layouts/paging';
import { structureIndex } from './structures';

const isPresent = bitsReader(guestPage, 'P');
const isWritable = bitsReader(guestPage, 'R/W');
const isUser = bitsReader(guestPage, 'U/S');
const isLarge = bitsReader(guestPage, 'PS');
const forbidsExecute = bitsReader(guestPage, 'NX');
const page = pageReader(guestPage, 'Page');
const bit = (name: string): number => 2 ** fieldOf(guestPage, name).low;
const accessed = bit('A');
const dirty = bit('D');

/** Guest entries, version 2: the processor's own format (AMD64 volume 2, 5.3). */
export class GuestFormat implements EntryFormat {
  readonly unwritable = 0x22;
  readonly #table = structureIndex(guestTable);
  readonly #page = structureIndex(guestPage);

  judge(walk: Walk, words: Uint32Array, at: number, level: number): number {
    if (isPresent.of(words, at) === 0) return -0x20;
    const isLeaf = level === 0 || (level < 3 && isLarge.of(words, at) === 1);
    if (!isLeaf && isLarge.of(words, at) === 1) return -0x21;
    let { permissions } = walk;
    if (isUser.of(words, at) === 0) permissions &= ~may.user;
    if (isWritable.of(words, at) === 0) permissions &= ~may.write;
    if (forbidsExecute.of(words, at) === 1) permissions &= ~may.execute;
    walk.permissions = permissions;
    if ((permissions & may.user) === 0 && !walk.isPrivileged) return -0x22;
    if (walk.wantsExecute && (permissions & may.execute) === 0) return -0x22;
    if (walk.wantsWrite && (permissions & may.write) === 0) return -0x22;
    walk.next = page.of(words, at);
    if (!isLeaf) return leadsToTable;
    walk.next -= walk.next % pagesPerEntry(level);
    return leadsToPage;
  }

  marks(walk: Walk, words: Uint32Array, at: number, isLeaf: boolean): number {
    const wanted = isLeaf && walk.wantsWrite ? accessed + dirty : accessed;
    return wanted & ~(words[at] as number);
  }

  unreadable(): number {
    return 0x40;
  }

  tooWide(): number {
    return 0x24;
  }

  structureOf(words: Uint32Array, at: number, level: number): number {
    return level === 0 || (level < 3 && isLarge.of(words, at) === 1) ? this.#page : this.#table;
  }
}
