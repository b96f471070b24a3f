import type { Layout } from '../bits/layout';
import { commandOf, faultRecord, pageRequestRecord } from './layouts/commands';
import * as device from './layouts/device';
import * as paging from './layouts/paging';

/** Every structure in memory; its index is what events carry. */
export const structures: readonly Layout[] = [
  device.directoryEntry,
  device.deviceContext,
  device.extendedDeviceContext,
  device.processEntry,
  device.processContext,
  device.msiEntry,
  paging.firstTable,
  paging.firstLeaf,
  paging.secondTable,
  paging.secondLeaf,
  paging.narrowFirst,
  paging.narrowSecond,
  faultRecord,
  ...Object.values(commandOf).flat(),
  pageRequestRecord,
];

/** The index of a structure in `structures`. Throws when it is not among them. */
export function structureIndex(layout: Layout): number {
  const index = structures.indexOf(layout);
  if (index < 0) throw new Error(`${layout.id} is not a structure in memory`);
  return index;
}
