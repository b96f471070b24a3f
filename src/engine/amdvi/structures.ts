import type { Layout } from '../bits/layout';
import { commandOf, event, pageRequest } from './layouts/commands';
import * as device from './layouts/device';
import * as paging from './layouts/paging';

/** Every structure in memory; its index is what events carry. */
export const structures: readonly Layout[] = [
  device.deviceEntry,
  device.guestPointer,
  device.interruptEntry,
  paging.hostTable,
  paging.hostPage,
  paging.guestTable,
  paging.guestPage,
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
