import { bitsReader, pageReader } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { breaksMask, type ReservedMask, reservedMask } from '../bits/reserved';
import { type EntryFormat, leadsToPage, leadsToTable } from '../walk/entry-format';
import type { Walk } from '../walk/walk';
import type { Features } from './features';
import {
  secondStage1G,
  secondStage2M,
  secondStage4K,
  secondStageTable,
  secondStageTop,
} from './layouts/paging-entries';
import { may } from './permissions';
import { structureIndex } from './structures';

const canRead = bitsReader(secondStage4K, 'R');
const canWrite = bitsReader(secondStage4K, 'W');
const isLarge = bitsReader(secondStage2M, 'PS');
const pageOf = pageReader(secondStage4K, 'ADDR');
const accessed = 2 ** fieldOf(secondStage4K, 'A').low;
const dirty = 2 ** fieldOf(secondStage4K, 'D').low;
const snoop = fieldOf(secondStage4K, 'SNP').low;

const leaves = [secondStage4K, secondStage2M, secondStage1G];

/** Second-stage entries (VT-d 9.8), with the checks and reasons of legacy or of scalable mode (VT-d 7.1.3). */
export class SecondStageFormat implements EntryFormat {
  readonly unwritable = 0;
  isScalable = false;
  readonly #leafMasks: readonly ReservedMask[];
  readonly #tableMasks: readonly ReservedMask[];
  readonly #tableStructures: readonly number[];
  readonly #leafStructures = leaves.map(structureIndex);

  constructor(features: Features) {
    const beyondHost: (readonly [number, number])[] =
      features.hostWidth < 52 ? [[51, features.hostWidth]] : [];
    const noSnoop: (readonly [number, number])[] = features.snoopControl ? [] : [[snoop, snoop]];
    const isAllowed = [true, features.secondStage2M, features.secondStage1G];
    const noLarge: readonly [number, number] = [7, 7];
    const tableOf = [secondStageTable, secondStageTable, secondStageTable, secondStageTop, secondStageTop];
    this.#leafMasks = leaves.map((leaf, level) =>
      reservedMask(leaf, [...beyondHost, ...noSnoop, ...(isAllowed[level] ? [] : [noLarge])]),
    );
    this.#tableMasks = tableOf.map((table) => reservedMask(table, beyondHost));
    this.#tableStructures = tableOf.map(structureIndex);
  }

  judge(walk: Walk, words: Uint32Array, at: number, level: number): number {
    const read = canRead.of(words, at);
    const write = canWrite.of(words, at);
    if (read === 0) walk.permissions &= ~(may.read | may.execute);
    if (write === 0) walk.permissions &= ~(may.write | may.hostWrite);
    if (walk.takesLess && (walk.permissions & may.write) === 0) walk.wantsWrite = false;
    const wanted = walk.wantsWrite ? may.write : may.read;
    const isLeaf = level === 0 || (level < 3 && isLarge.of(words, at) === 1);
    const mask = (isLeaf ? this.#leafMasks[level] : this.#tableMasks[level]) as ReservedMask;
    if (this.isScalable) {
      if (read + write === 0) return -0x79;
      if (breaksMask(mask, words, at)) return -0x7a;
      if ((walk.permissions & wanted) === 0) return -this.#denied(walk);
    } else {
      if ((walk.permissions & wanted) === 0) return walk.wantsWrite ? -0x5 : -0x6;
      if (breaksMask(mask, words, at)) return -0xc;
    }
    walk.next = pageOf.of(words, at);
    return isLeaf ? leadsToPage : leadsToTable;
  }

  marks(walk: Walk, words: Uint32Array, at: number, isLeaf: boolean): number {
    const wanted = isLeaf && walk.wantsWrite ? accessed + dirty : accessed;
    return wanted & ~(words[at] as number);
  }

  /** A first-stage table that does not fit has a reason of its own. */
  tooWide(walk: Walk): number {
    if (!this.isScalable) return 0x4;
    return walk.serves >= 0 ? 0x74 : 0x84;
  }

  unreadable(walk: Walk, level: number): number {
    const isTop = level === walk.topLevel;
    if (this.isScalable) return isTop ? 0x7b : 0x78;
    return isTop ? 0x3 : 0x7;
  }

  structureOf(words: Uint32Array, at: number, level: number): number {
    const isLeaf = level === 0 || (level < 3 && isLarge.of(words, at) === 1);
    return (isLeaf ? this.#leafStructures[level] : this.#tableStructures[level]) as number;
  }

  /** Reading a first-stage table has reasons of its own: one for the root, one for the others. */
  #denied(walk: Walk): number {
    if (walk.serves < 0) return walk.wantsWrite ? 0x85 : 0x86;
    return walk.serves === walk.innerTopLevel ? 0x75 : 0x76;
  }
}
