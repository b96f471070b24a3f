import type { Layout } from '../bits/layout';
import { commandOf, event } from './layouts/commands';
import { pageRequest } from './layouts/page-request';
import * as paging from './layouts/paging';
import * as stream from './layouts/stream';

/** Every structure in memory; its index is what events carry. */
export const structures: readonly Layout[] = [
  stream.streamPointer,
  stream.streamEntry,
  stream.contextPointer,
  stream.contextDescriptor,
  paging.tableDescriptor,
  paging.firstLeaf,
  paging.secondLeaf,
  event,
  ...Object.values(commandOf),
  pageRequest,
];

/** The index of a structure in `structures`. Throws when it is not among them. */
export function structureIndex(layout: Layout): number {
  const index = structures.indexOf(layout);
  if (index < 0) throw new Error(`${layout.id} is not a structure in memory`);
  return index;
}
