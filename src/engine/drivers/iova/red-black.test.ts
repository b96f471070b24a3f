import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RangeNode, RedBlackTree, TreeNode } from './red-black';

const deaf = { visited: () => undefined, changed: () => undefined };

/** Black nodes on every way down; fails when two ways differ, or when a red node has a red child. */
function blackHeight(node: RangeNode | undefined): number {
  if (node === undefined) return 1;
  if (node.isRed) expect([node.left?.isRed ?? false, node.right?.isRed ?? false]).toEqual([false, false]);
  const height = blackHeight(node.left);
  expect(blackHeight(node.right)).toBe(height);
  return height + (node.isRed ? 0 : 1);
}

function inOrder(node: RangeNode | undefined): number[] {
  return node === undefined ? [] : [...inOrder(node.left), node.first, ...inOrder(node.right)];
}

/** One line for each node, the right side above; red ones in parentheses. */
function drawn(node: RangeNode | undefined, indent = ''): string {
  if (node === undefined) return '';
  const name = node.isRed ? `(${node.first})` : `${node.first}`;
  return `${drawn(node.right, `${indent}  `)}${indent}${name}\n${drawn(node.left, `${indent}  `)}`;
}

function treeOf(pages: readonly number[]): RedBlackTree {
  const tree = new RedBlackTree(deaf);
  for (const page of pages) tree.insert(new TreeNode(page, page));
  return tree;
}

describe('a red-black tree', () => {
  it('turns a rising row into a balanced tree', () => {
    expect(`\n${drawn(treeOf([1, 2, 3, 4, 5, 6, 7]).root)}`).toBe(`
      (7)
    6
      (5)
  (4)
    3
2
  1
`);
  });

  it('keeps its rules and its order whatever is put in and taken out', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 150 }), (pages) => {
        const tree = new RedBlackTree(deaf);
        const present = new Set<number>();
        for (const page of pages) {
          const node = tree.find(page);
          expect(node?.first).toBe(present.has(page) ? page : undefined);
          if (node === undefined) {
            tree.insert(new TreeNode(page, page));
            present.add(page);
          } else {
            tree.erase(node);
            present.delete(page);
          }
          expect(inOrder(tree.root)).toEqual([...present].sort((one, other) => one - other));
          expect(tree.root?.isRed ?? false).toBe(false);
          blackHeight(tree.root);
        }
      }),
    );
  });

  it('goes from each node to its neighbours', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(100), { minLength: 1 }), (pages) => {
        const tree = treeOf(pages);
        const sorted = [...pages].sort((one, other) => one - other);
        for (const [index, page] of sorted.entries()) {
          const node = tree.find(page) as TreeNode;
          expect(tree.next(node)?.first).toBe(sorted[index + 1]);
          expect(tree.previous(node)?.first).toBe(sorted[index - 1]);
        }
      }),
    );
  });

  it('tells which nodes it looks at on the way to a page', () => {
    const visited: number[] = [];
    const tree = new RedBlackTree({ ...deaf, visited: (node) => visited.push(node.first) });
    for (const page of [20, 10, 30]) tree.insert(new TreeNode(page, page + 5));
    visited.length = 0;
    expect(tree.find(12)?.first).toBe(10);
    expect(visited).toEqual([20, 10]);
  });

  it('tells which nodes it writes', () => {
    const changed = new Set<number>();
    const tree = new RedBlackTree({ ...deaf, changed: (node) => changed.add(node.first) });
    for (const page of [20, 10, 30]) tree.insert(new TreeNode(page, page));
    changed.clear();
    tree.erase(tree.find(10) as TreeNode);
    expect([...changed]).toEqual([20]);
  });
});
