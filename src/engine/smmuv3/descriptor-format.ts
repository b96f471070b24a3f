import { bitsReader, wideReader } from '../bits/access';
import { type EntryFormat, leadsToPage, leadsToTable } from '../walk/entry-format';
import type { Walk } from '../walk/walk';
import { firstLeaf, secondLeaf, tableDescriptor } from './layouts/paging';
import { structureIndex } from './structures';

/** Permission bits of a walk and of a TLB entry: of users, and of privileged requests. */
export const may = {
  read: 1,
  write: 2,
  execute: 4,
  privilegedRead: 8,
  privilegedWrite: 16,
  privilegedExecute: 32,
} as const;
export const everything = 63;

const kind = bitsReader(tableDescriptor, 'Kind');
const noUser = bitsReader(tableDescriptor, 'APTable');
const noUserExecution = bitsReader(tableDescriptor, 'UXNTable');
const noPrivilegedExecution = bitsReader(tableDescriptor, 'PXNTable');
const access = bitsReader(firstLeaf, 'AP');
const accessed = bitsReader(firstLeaf, 'AF');
const notGlobal = bitsReader(firstLeaf, 'nG');
const userNever = bitsReader(firstLeaf, 'UXN');
const privilegedNever = bitsReader(firstLeaf, 'PXN');
const secondNever = bitsReader(secondLeaf, 'XN');
const address = wideReader(tableDescriptor, 'Next');
const afBit = 2 ** 10;
const users = may.read + may.write + may.execute;
const writes = may.write + may.privilegedWrite;

const translation = 0x10;
const addressSize = 0x11;
const accessFlag = 0x12;
const permission = 0x13;

/** Descriptors of one stage (Arm D8.3 and D8.4, as SMMUv3 3.3 uses them). */
export class DescriptorFormat implements EntryFormat {
  readonly #isSecond: boolean;
  readonly unwritable = permission;
  /** log2 of the granule: 12, 14 or 16. */
  granule = 12;
  /** Pages from here up are beyond the output size. */
  outputLimit = Number.POSITIVE_INFINITY;
  ignoresAccessFlag = false;
  ignoresTablePermissions = false;
  writableNeverExecutes = false;
  /** What the last leaf said. */
  isGlobal = false;
  readonly #table = structureIndex(tableDescriptor);
  readonly #leaf: number;

  constructor(isSecond: boolean) {
    this.#isSecond = isSecond;
    this.#leaf = structureIndex(isSecond ? secondLeaf : firstLeaf);
  }

  judge(walk: Walk, words: Uint32Array, at: number, level: number): number {
    const what = kind.of(words, at);
    if ((what & 1) === 0 || (what === 1 && !this.#hasBlocks(level))) return -translation;
    const next = address.of(words, at);
    const aligned = this.granule === 12 ? next : next - (next % 2 ** (this.granule - 12));
    if (aligned >= this.outputLimit) return -addressSize;
    if (what === 3 && level > 0) {
      if (!this.#isSecond && !this.ignoresTablePermissions) walk.permissions &= restrictions(words, at);
      walk.next = aligned;
      return leadsToTable;
    }
    walk.permissions &= this.#isSecond ? secondPermissions(words, at) : this.#firstPermissions(words, at);
    if (accessed.of(words, at) === 0 && !this.ignoresAccessFlag && !walk.setsMarks) return -accessFlag;
    if (!isAllowed(walk)) return -permission;
    this.isGlobal = !this.#isSecond && notGlobal.of(words, at) === 0;
    const isWhole = level === 0 && this.granule === 12;
    walk.next = isWhole ? next : next - (next % 2 ** (this.granule - 12 + (this.granule - 3) * level));
    return leadsToPage;
  }

  marks(_walk: Walk, words: Uint32Array, at: number, isLeaf: boolean): number {
    return isLeaf && accessed.of(words, at) === 0 ? afBit : 0;
  }

  unreadable(): number {
    return 0x0b;
  }

  tooWide(): number {
    return translation;
  }

  structureOf(words: Uint32Array, at: number, level: number): number {
    return level > 0 && kind.of(words, at) === 3 ? this.#table : this.#leaf;
  }

  /** Blocks: 4 KiB granules have them at levels 1 and 2, the others at level 2 (Arm D8.3). */
  #hasBlocks(level: number): boolean {
    return this.granule === 12 ? level === 1 || level === 2 : level === 1;
  }

  #firstPermissions(words: Uint32Array, at: number): number {
    const bits = access.of(words, at);
    const isReadOnly = (bits & 2) !== 0;
    const isUser = (bits & 1) !== 0;
    let granted = may.privilegedRead;
    if (!isReadOnly) granted += may.privilegedWrite;
    if (isUser) granted += may.read + (isReadOnly ? 0 : may.write);
    if (userNever.of(words, at) === 0) granted += may.execute;
    if (privilegedNever.of(words, at) === 0 && (!isUser || isReadOnly)) granted += may.privilegedExecute;
    if (!this.writableNeverExecutes) return granted;
    if ((granted & may.write) !== 0) granted &= ~may.execute;
    return (granted & may.privilegedWrite) !== 0 ? granted & ~may.privilegedExecute : granted;
  }
}

/** What a table descriptor leaves of the permissions below it. */
function restrictions(words: Uint32Array, at: number): number {
  const bits = noUser.of(words, at);
  let left = everything;
  if ((bits & 1) !== 0) left &= ~users;
  if ((bits & 2) !== 0) left &= ~writes;
  if (noUserExecution.of(words, at) === 1) left &= ~may.execute;
  return noPrivilegedExecution.of(words, at) === 1 ? left & ~may.privilegedExecute : left;
}

function secondPermissions(words: Uint32Array, at: number): number {
  const bits = access.of(words, at);
  const never = secondNever.of(words, at);
  let granted = 0;
  if ((bits & 1) !== 0) granted += may.read + may.privilegedRead;
  if ((bits & 2) !== 0) granted += may.write + may.privilegedWrite;
  if (never === 0 || never === 1) granted += may.execute;
  if (never === 0 || never === 3) granted += may.privilegedExecute;
  return granted;
}

/** Whether the walk's request is granted by what its leaf says. */
function isAllowed(walk: Walk): boolean {
  const { permissions } = walk;
  if (walk.takesLess) {
    if ((permissions & (walk.isPrivileged ? may.privilegedWrite : may.write)) === 0) walk.wantsWrite = false;
    return (permissions & (walk.isPrivileged ? everything - users : users)) !== 0;
  }
  if (walk.wantsExecute)
    return (permissions & (walk.isPrivileged ? may.privilegedExecute : may.execute)) !== 0;
  if (walk.wantsWrite) return (permissions & (walk.isPrivileged ? may.privilegedWrite : may.write)) !== 0;
  return (permissions & (walk.isPrivileged ? may.privilegedRead : may.read)) !== 0;
}
