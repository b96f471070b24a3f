import { bitsReader, pageReader } from '../bits/access';
import { fieldOf, type Layout } from '../bits/layout';
import { breaksMask, type ReservedMask, reservedMask } from '../bits/reserved';
import { type EntryFormat, leadsToPage, leadsToTable } from '../walk/entry-format';
import type { Walk } from '../walk/walk';
import type { Features } from './features';
import {
  firstStage1G,
  firstStage2M,
  firstStage4K,
  firstStageTable,
  firstStageTop,
} from './layouts/paging-entries';
import { may } from './permissions';
import { structureIndex } from './structures';

const isPresent = bitsReader(firstStage4K, 'P');
const isWritable = bitsReader(firstStage4K, 'R/W');
const isUser = bitsReader(firstStage4K, 'U/S');
const isLarge = bitsReader(firstStage2M, 'PS');
const forbidsExecute = (words: Uint32Array, at: number): number => (words[at + 1] as number) >>> executeShift;
const executeShift = fieldOf(firstStage4K, 'XD').low - 32;
const pageOf = pageReader(firstStage4K, 'ADDR');
const bit = (layout: Layout, name: string): number => 2 ** fieldOf(layout, name).low;
const accessed = bit(firstStage4K, 'A');
const dirty = bit(firstStage4K, 'D');
const extendedAccessed = bit(firstStage4K, 'EA');

const leaves = [firstStage4K, firstStage2M, firstStage1G];

/** First-stage entries: the processor's own format (VT-d 9.7), with the checks of VT-d 7.1.3. */
export class FirstStageFormat implements EntryFormat {
  readonly unwritable = 0x77;
  /** Of the PASID entry that the walk serves. */
  obeysWriteProtect = false;
  setsExtendedAccessed = false;
  readonly #leafMasks: readonly ReservedMask[];
  readonly #tableMasks: readonly ReservedMask[];
  readonly #tableStructures: readonly number[];
  readonly #leafStructures = leaves.map(structureIndex);

  constructor(features: Features) {
    const beyondHost = features.hostWidth < 52 ? ([[51, features.hostWidth]] as const) : [];
    const tableOf = [firstStageTable, firstStageTable, firstStageTable, firstStageTop, firstStageTop];
    const noLarge: readonly [number, number] = [7, 7];
    this.#leafMasks = leaves.map((leaf, level) =>
      reservedMask(leaf, level === 2 && !features.firstStage1G ? [...beyondHost, noLarge] : beyondHost),
    );
    this.#tableMasks = tableOf.map((table) => reservedMask(table, beyondHost));
    this.#tableStructures = tableOf.map(structureIndex);
  }

  judge(walk: Walk, words: Uint32Array, at: number, level: number): number {
    if (isPresent.of(words, at) === 0) return -0x71;
    const isLeaf = level === 0 || (level < 3 && isLarge.of(words, at) === 1);
    const mask = (isLeaf ? this.#leafMasks[level] : this.#tableMasks[level]) as ReservedMask;
    let permissions = walk.permissions;
    if (isUser.of(words, at) === 0) permissions &= ~may.user;
    if (isWritable.of(words, at) === 0) permissions &= ~may.write;
    if (forbidsExecute(words, at) === 1) permissions &= ~may.execute;
    walk.permissions = permissions;
    if (breaksMask(mask, words, at)) return -0x72;
    if ((permissions & may.user) === 0 && !walk.isPrivileged) return -0x81;
    if (walk.wantsExecute && (permissions & may.execute) === 0) return -0x82;
    if (
      walk.wantsWrite &&
      (permissions & may.write) === 0 &&
      (!walk.isPrivileged || this.obeysWriteProtect)
    ) {
      if (!walk.takesLess) return -0x85;
      walk.wantsWrite = false;
    }
    walk.next = pageOf.of(words, at);
    if (!isLeaf) return leadsToTable;
    if (level > 0) walk.next -= walk.next & 1;
    return leadsToPage;
  }

  marks(walk: Walk, words: Uint32Array, at: number, isLeaf: boolean): number {
    let wanted = accessed;
    if (this.setsExtendedAccessed) wanted += extendedAccessed;
    if (isLeaf && walk.wantsWrite) wanted += dirty;
    return wanted & ~(words[at] as number);
  }

  tooWide(): number {
    return 0x80;
  }

  unreadable(walk: Walk, level: number): number {
    return level === walk.topLevel ? 0x73 : 0x70;
  }

  structureOf(words: Uint32Array, at: number, level: number): number {
    const isLeaf = level === 0 || (level < 3 && isLarge.of(words, at) === 1);
    return (isLeaf ? this.#leafStructures[level] : this.#tableStructures[level]) as number;
  }
}
