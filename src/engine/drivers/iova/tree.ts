import { first64BitPage, type IovaAllocator, type IovaRange } from './allocator';
import { Line, Lock, type Meter } from './meter';
import { type RangeNode, RedBlackTree, TreeNode } from './red-black';

/** Below this many pages a request is rounded up to a power of two. */
const largestRounded = 32;

/** The node above all addresses at which every search can start: IOVA_ANCHOR. */
export const anchorPage = 2 ** 52;

/** How many pages a request takes: a power of two below 32 (Linux drivers/iommu/iova.c, alloc_iova_fast). */
export function roundedPages(pages: number): number {
  return pages < largestRounded ? powerOfTwoFrom(pages) : pages;
}

/** The least power of two that is not below `pages`. */
export function powerOfTwoFrom(pages: number): number {
  let power = 1;
  while (power < pages) power *= 2;
  return power;
}

/**
 * The ranges of a domain in a red-black tree under one lock, given out from the limit downwards (Linux
 * drivers/iommu/iova.c). Page 0 is never given out.
 */
export class TreeAllocator implements IovaAllocator {
  readonly name = 'Red-black tree';
  readonly #meter: Meter;
  readonly #lock = new Lock();
  /** The cached nodes and max32_alloc_size. */
  readonly #fields = new Line();
  readonly #tree: RedBlackTree;
  readonly #anchor = new TreeNode(anchorPage, anchorPage);
  /** Where the next search below 4 GiB, and the next above, starts. */
  #cached32 = this.#anchor;
  #cached = this.#anchor;
  /** Pages; a request of this size or more below 4 GiB fails at once. */
  #max32 = first64BitPage;
  #cpu = 0;

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#tree = new RedBlackTree({
      visited: (node) => meter.visitNode(node.line, this.#cpu),
      changed: (node) => meter.write(node.line, this.#cpu),
    });
    this.#tree.insert(this.#anchor);
  }

  /** The tree as it stands, with its anchor above all addresses. */
  get root(): RangeNode {
    return this.#tree.root ?? this.#anchor;
  }

  /** The first pages of the nodes at which a search below 4 GiB and one above it would start. */
  get startsAt(): { readonly below4GiB: number; readonly above: number } {
    return { below4GiB: this.#cached32.first, above: this.#cached.first };
  }

  /** Requests of this many pages or more below 4 GiB fail at once: max32_alloc_size. */
  get failsFrom(): number {
    return this.#max32;
  }

  allocate(pages: number, limitPage: number, cpu: number): number {
    this.#cpu = cpu;
    this.#meter.acquire(this.#lock, cpu);
    this.#meter.read(this.#fields, cpu);
    const first = this.#allocateLocked(roundedPages(pages), limitPage + 1);
    this.#meter.release(this.#lock, cpu);
    return first;
  }

  free(page: number, _pages: number, cpu: number): void {
    this.freeAll([page], cpu);
  }

  /** Takes back the ranges with these first pages, under one hold of the lock. */
  freeAll(pages: readonly number[], cpu: number): void {
    if (pages.length === 0) return;
    this.#cpu = cpu;
    this.#meter.acquire(this.#lock, cpu);
    for (const page of pages) {
      const node = this.#tree.find(page);
      if (node === undefined || node === this.#anchor) continue;
      this.#moveStartsAwayFrom(node);
      this.#tree.erase(node);
    }
    this.#meter.release(this.#lock, cpu);
  }

  ranges(): readonly IovaRange[] {
    const found: IovaRange[] = [];
    const collect = (node: RangeNode | undefined): void => {
      if (node === undefined) return;
      collect(node.left);
      if (node.first !== anchorPage)
        found.push({ first: node.first, pages: node.last - node.first + 1, state: 'live' });
      collect(node.right);
    };
    collect(this.#tree.root);
    return found;
  }

  /** `limit` is the first page above what the device can reach, as in __alloc_and_insert_iova_range. */
  #allocateLocked(pages: number, limit: number): number {
    const isBelow4GiB = limit <= first64BitPage;
    if (isBelow4GiB && pages >= this.#max32) return -1;
    const start = isBelow4GiB ? this.#cached32 : this.#cached;
    const retryAbove = start.last;
    const found =
      this.#searchDown(start, pages, limit, 1) ??
      (retryAbove < limit ? this.#searchDown(this.#nodeAt(limit), pages, limit, retryAbove + 1) : undefined);
    if (found === undefined) {
      this.#max32 = pages;
      this.#meter.write(this.#fields, this.#cpu);
      return -1;
    }
    const node = new TreeNode(found.first, found.first + pages - 1);
    this.#tree.insert(node, found.above);
    if (node.last < first64BitPage) this.#cached32 = node;
    else this.#cached = node;
    this.#meter.write(this.#fields, this.#cpu);
    return node.first;
  }

  /** The highest aligned room below `start`, from `lowest` on, and the node just above it. */
  #searchDown(
    start: TreeNode,
    pages: number,
    limit: number,
    lowest: number,
  ): { readonly first: number; readonly above: TreeNode } | undefined {
    const alignment = powerOfTwoFrom(pages);
    let above = start;
    for (;;) {
      const end = Math.min(limit, above.first);
      const first = Math.floor((end - pages) / alignment) * alignment;
      if (first < lowest) return undefined;
      const below = this.#tree.previous(above);
      if (below === undefined || first > below.last) return { first, above };
      above = below;
    }
  }

  /** The lowest node that does not lie below `limit`: above 4 GiB always the anchor (iova_find_limit). */
  #nodeAt(limit: number): TreeNode {
    if (limit > first64BitPage) return this.#anchor;
    let node = this.#tree.root;
    let lowest = this.#anchor;
    while (node !== undefined) {
      this.#meter.visitNode(node.line, this.#cpu);
      if (node.last >= limit) lowest = node;
      node = node.last >= limit ? node.left : node.right;
    }
    return lowest;
  }

  /** What is freed above a cached node makes room there; below 4 GiB, sizes that failed may fit again. */
  #moveStartsAwayFrom(node: TreeNode): void {
    if (node === this.#cached32 || (node.last < first64BitPage && node.first >= this.#cached32.first))
      this.#cached32 = this.#after(node);
    if (node.first < first64BitPage) this.#max32 = first64BitPage;
    if (node.first >= this.#cached.first) this.#cached = this.#after(node);
    this.#meter.write(this.#fields, this.#cpu);
  }

  #after(node: TreeNode): TreeNode {
    return this.#tree.next(node) ?? this.#anchor;
  }
}
