import { hexAddress } from '../../bits/hex';
import type { IovaAllocator } from '../../drivers/iova/allocator';
import type { AllocatorKind } from '../../drivers/iova/allocators';
import { MagazineAllocator } from '../../drivers/iova/magazines';
import { PerCpuRanges } from '../../drivers/iova/per-cpu-ranges';
import type { RangeNode } from '../../drivers/iova/red-black';
import { RoundRobinBitmap } from '../../drivers/iova/round-robin-bitmap';
import { anchorPage, TreeAllocator } from '../../drivers/iova/tree';
import type { LedgerColumn, LedgerShape } from '../model';

/** Rows by key, as a ledger has them. */
export type AllocatorRows = ReadonlyMap<number, readonly number[]>;

const number = (name: string): LedgerColumn => ({ name, text: (value) => String(value) });
const page = (name: string): LedgerColumn => ({ name, text: (value) => hexAddress(value) });
const nothing: LedgerColumn = { name: 'left', text: (value) => (value < 0 ? '' : hexAddress(value)) };
const none = -1;
/** Rows of sub-ranges below 4 GiB belong to every CPU. */
const ownerText = (value: number): string => (value < 0 ? 'all' : `CPU ${value}`);
const classes = 6;

/** What the inside of an allocator looks like as a ledger. */
export function allocatorColumns(kind: AllocatorKind): Pick<LedgerShape, 'about' | 'key' | 'columns'> {
  switch (kind) {
    case 'tree':
      return {
        about: 'The nodes of the red-black tree, each with its children. One lock guards all of it.',
        key: page('first'),
        columns: [
          page('last'),
          { name: 'colour', text: (value) => (value === 1 ? 'red' : 'black') },
          nothing,
          { ...nothing, name: 'right' },
          number('depth'),
        ],
      };
    case 'round-robin-bitmap':
      return {
        about: 'Bitmaps of 128 MiB each. The next search begins where the last one ended.',
        key: number('aperture'),
        columns: [number('pages in use'), page('next search')],
      };
    case 'per-cpu-ranges':
      return {
        about: 'Sub-ranges with a lock and a bitmap each; a CPU looks into its own first.',
        key: page('from'),
        columns: [number('pages'), { name: 'owner', text: ownerText }, page('next search')],
      };
    case 'magazines':
      return {
        about: 'Addresses that a CPU keeps for itself, by size; the last one in is the first one out.',
        key: {
          name: 'CPU and size',
          text: (value) => `CPU ${Math.floor(value / classes)}, ${2 ** (value % classes)} pages`,
        },
        columns: [number('loaded'), number('previous')],
      };
  }
}

/** The inside of an allocator now. */
export function allocatorRows(allocator: IovaAllocator, cpus: number): AllocatorRows {
  if (allocator instanceof TreeAllocator) return treeRows(allocator.root);
  if (allocator instanceof RoundRobinBitmap) return bitmapRows(allocator);
  if (allocator instanceof PerCpuRanges)
    return new Map(
      allocator.subRanges.map(({ first, pages, owner, nextPage }) => [first, [pages, owner, nextPage]]),
    );
  return allocator instanceof MagazineAllocator ? magazineRows(allocator, cpus) : new Map();
}

function treeRows(root: RangeNode): AllocatorRows {
  const rows = new Map<number, readonly number[]>();
  const walk = (node: RangeNode | undefined, depth: number): void => {
    if (node === undefined) return;
    const child = (next: RangeNode | undefined): number =>
      next === undefined || next.first === anchorPage ? none : next.first;
    walk(node.left, depth + 1);
    if (node.first !== anchorPage)
      rows.set(node.first, [node.last, node.isRed ? 1 : 0, child(node.left), child(node.right), depth]);
    walk(node.right, depth + 1);
  };
  walk(root, 0);
  return rows;
}

const aperturePages = 32_768;

function bitmapRows(allocator: RoundRobinBitmap): AllocatorRows {
  const rows = new Map<number, readonly number[]>();
  const used = new Map<number, number>();
  for (const { first, pages } of allocator.ranges()) {
    const aperture = Math.floor(first / aperturePages);
    used.set(aperture, (used.get(aperture) ?? 0) + pages);
  }
  for (let aperture = 0; aperture < allocator.apertures; aperture++)
    rows.set(aperture, [used.get(aperture) ?? 0, allocator.nextPage]);
  return rows;
}

function magazineRows(allocator: MagazineAllocator, cpus: number): AllocatorRows {
  const rows = new Map<number, readonly number[]>();
  for (let cpu = 0; cpu < cpus; cpu++)
    allocator.caches.forEach((cache, size) => {
      const { loaded, previous } = cache.heldBy(cpu);
      if (loaded + previous > 0) rows.set(cpu * classes + size, [loaded, previous]);
    });
  return rows;
}
