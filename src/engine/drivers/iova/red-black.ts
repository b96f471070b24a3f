import { Line } from './meter';

/** A node as others see it: the pages `first` to `last`, smaller ones to the left. */
export interface RangeNode {
  readonly first: number;
  readonly last: number;
  readonly isRed: boolean;
  readonly left: RangeNode | undefined;
  readonly right: RangeNode | undefined;
}

/** A node of the tree; struct iova is aligned to a cache line of its own. */
export class TreeNode implements RangeNode {
  readonly first: number;
  readonly last: number;
  readonly line = new Line();
  isRed = true;
  left: TreeNode | undefined;
  right: TreeNode | undefined;
  parent: TreeNode | undefined;

  constructor(first: number, last: number) {
    this.first = first;
    this.last = last;
  }
}

/** Hears which nodes are looked at, and which are written. */
export interface TreeWatcher {
  visited(node: TreeNode): void;
  changed(node: TreeNode): void;
}

const isRed = (node: TreeNode | undefined): boolean => node?.isRed === true;

type Side = 'left' | 'right';
const other = (side: Side): Side => (side === 'left' ? 'right' : 'left');

/** A red-black tree of ranges that do not overlap (Linux lib/rbtree.c). */
export class RedBlackTree {
  root: TreeNode | undefined;
  readonly #watcher: TreeWatcher;

  constructor(watcher: TreeWatcher) {
    this.#watcher = watcher;
  }

  /** The node that holds `page`. */
  find(page: number): TreeNode | undefined {
    let node = this.root;
    while (node !== undefined) {
      this.#watcher.visited(node);
      if (page >= node.first && page <= node.last) return node;
      node = page < node.first ? node.left : node.right;
    }
    return undefined;
  }

  previous(node: TreeNode): TreeNode | undefined {
    return this.#neighbour(node, 'left');
  }

  next(node: TreeNode): TreeNode | undefined {
    return this.#neighbour(node, 'right');
  }

  /** Puts a new node below `start`, under which its place must be. */
  insert(node: TreeNode, start = this.root): void {
    let parent: TreeNode | undefined;
    let at = start;
    while (at !== undefined) {
      this.#watcher.visited(at);
      parent = at;
      at = node.first < at.first ? at.left : at.right;
    }
    this.#hang(node, parent, parent !== undefined && node.first < parent.first ? 'left' : 'right');
    this.#mendRedPair(node);
  }

  /** Takes a node out. */
  erase(node: TreeNode): void {
    const { left, right } = node;
    if (left !== undefined && right !== undefined) {
      this.#eraseBetween(node, left, right);
      return;
    }
    const parent = node.parent;
    const child = left ?? right;
    this.#replace(node, child);
    if (!node.isRed) this.#mendMissingBlack(child, parent);
  }

  /** The successor takes the place and the colour of a node with two children. */
  #eraseBetween(node: TreeNode, left: TreeNode, right: TreeNode): void {
    let successor = right;
    while (successor.left !== undefined) {
      this.#watcher.visited(successor);
      successor = successor.left;
    }
    const child = successor.right;
    const lacksBlack = !successor.isRed;
    const mendBelow = successor === right ? successor : successor.parent;
    if (successor !== right) {
      this.#replace(successor, child);
      this.#hang(right, successor, 'right');
    }
    this.#replace(node, successor);
    this.#hang(left, successor, 'left');
    successor.isRed = node.isRed;
    this.#watcher.changed(successor);
    if (lacksBlack) this.#mendMissingBlack(child, mendBelow);
  }

  #neighbour(node: TreeNode, side: Side): TreeNode | undefined {
    let below = node[side];
    if (below !== undefined) {
      this.#watcher.visited(below);
      for (let inner = below[other(side)]; inner !== undefined; inner = below[other(side)]) {
        this.#watcher.visited(inner);
        below = inner;
      }
      return below;
    }
    let child = node;
    let parent = node.parent;
    while (parent !== undefined && parent[side] === child) {
      this.#watcher.visited(parent);
      child = parent;
      parent = parent.parent;
    }
    if (parent !== undefined) this.#watcher.visited(parent);
    return parent;
  }

  #hang(node: TreeNode, parent: TreeNode | undefined, side: Side): void {
    node.parent = parent;
    this.#watcher.changed(node);
    if (parent === undefined) {
      this.root = node;
      return;
    }
    parent[side] = node;
    this.#watcher.changed(parent);
  }

  /** Where `node` hung hangs `successor`, or nothing. */
  #replace(node: TreeNode, successor: TreeNode | undefined): void {
    const parent = node.parent;
    if (successor !== undefined) {
      this.#hang(successor, parent, parent?.left === node ? 'left' : 'right');
    } else if (parent === undefined) {
      this.root = undefined;
    } else {
      parent[parent.left === node ? 'left' : 'right'] = undefined;
      this.#watcher.changed(parent);
    }
  }

  /** `node` goes down to `side`, its child on the other side comes up. */
  #rotate(node: TreeNode, side: Side): void {
    const up = node[other(side)] as TreeNode;
    const across = up[side];
    this.#replace(node, up);
    node[other(side)] = across;
    if (across !== undefined) this.#hang(across, node, other(side));
    this.#hang(node, up, side);
  }

  #paint(node: TreeNode, red: boolean): void {
    if (node.isRed === red) return;
    node.isRed = red;
    this.#watcher.changed(node);
  }

  /** No red node has a red parent. */
  #mendRedPair(added: TreeNode): void {
    let node = added;
    let parent = node.parent;
    while (parent?.isRed === true) {
      const grandparent = parent.parent as TreeNode;
      const side: Side = parent === grandparent.left ? 'left' : 'right';
      const uncle = grandparent[other(side)];
      if (uncle?.isRed) {
        this.#paint(parent, false);
        this.#paint(uncle, false);
        this.#paint(grandparent, true);
        node = grandparent;
        parent = node.parent;
        continue;
      }
      if (node === parent[other(side)]) {
        this.#rotate(parent, side);
        parent = node;
      }
      this.#paint(parent, false);
      this.#paint(grandparent, true);
      this.#rotate(grandparent, other(side));
      break;
    }
    if (this.root !== undefined) this.#paint(this.root, false);
  }

  /** Every way down passes the same number of black nodes: below `parent`, `lighter` lacks one. */
  #mendMissingBlack(lighter: TreeNode | undefined, above: TreeNode | undefined): void {
    let node = lighter;
    let parent = above;
    while (parent !== undefined && !isRed(node)) {
      const side: Side = node === parent.left ? 'left' : 'right';
      let sibling = parent[other(side)] as TreeNode;
      this.#watcher.visited(sibling);
      if (sibling.isRed) {
        this.#paint(sibling, false);
        this.#paint(parent, true);
        this.#rotate(parent, side);
        sibling = parent[other(side)] as TreeNode;
      }
      const far = sibling[other(side)];
      const near = sibling[side];
      if (!isRed(far) && !isRed(near)) {
        this.#paint(sibling, true);
        node = parent;
        parent = node.parent;
        continue;
      }
      this.#mendWithRedNephew(parent, sibling, side);
      return;
    }
    if (node !== undefined) this.#paint(node, false);
  }

  #mendWithRedNephew(parent: TreeNode, sibling: TreeNode, side: Side): void {
    let up = sibling;
    if (!isRed(up[other(side)])) {
      const near = up[side] as TreeNode;
      this.#paint(near, false);
      this.#paint(up, true);
      this.#rotate(up, other(side));
      up = near;
    }
    this.#paint(up, parent.isRed);
    this.#paint(parent, false);
    this.#paint(up[other(side)] as TreeNode, false);
    this.#rotate(parent, side);
  }
}
