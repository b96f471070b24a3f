import type { Layout } from '../bits/layout';
import { callOf } from './layouts/calls';
import * as device from './layouts/device';
import * as tce from './layouts/tce';

/** Every structure in memory and every hypercall; its index is what events carry. */
export const structures: readonly Layout[] = [
  device.deviceEntry,
  device.windowEntry,
  tce.indirectTce,
  tce.tce,
  ...Object.values(callOf),
];

/** The index of a structure in `structures`. Throws when it is not among them. */
export function structureIndex(layout: Layout): number {
  const index = structures.indexOf(layout);
  if (index < 0) throw new Error(`${layout.id} is not a structure in memory`);
  return index;
}
