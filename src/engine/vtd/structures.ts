import type { Layout } from '../bits/layout';
import { descriptorOfType } from './layouts/descriptors';
import * as device from './layouts/device-tables';
import { interruptEntry } from './layouts/interrupt-entry';
import { pageRequestDescriptor } from './layouts/page-request';
import * as paging from './layouts/paging-entries';

/** Every structure in memory; its index is what events carry. */
export const structures: readonly Layout[] = [
  device.rootEntry,
  device.scalableRootEntry,
  device.contextEntry,
  device.scalableContextEntry,
  device.pasidDirectoryEntry,
  device.pasidEntry,
  paging.firstStageTop,
  paging.firstStageTable,
  paging.firstStage4K,
  paging.firstStage2M,
  paging.firstStage1G,
  paging.secondStageTop,
  paging.secondStageTable,
  paging.secondStage4K,
  paging.secondStage2M,
  paging.secondStage1G,
  interruptEntry,
  ...Object.values(descriptorOfType),
  pageRequestDescriptor,
];

/** The index of a structure in `structures`. Throws when it is not among them. */
export function structureIndex(layout: Layout): number {
  const index = structures.indexOf(layout);
  if (index < 0) throw new Error(`${layout.id} is not a structure in memory`);
  return index;
}
