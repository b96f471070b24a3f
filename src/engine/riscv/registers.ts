import type { RegisterShape } from '../registers';
import * as layouts from './layouts/registers';

/** Indices into `registerShapes`. */
export const register = {
  capabilities: 0,
  fctl: 1,
  ddtp: 2,
  cqb: 3,
  cqh: 4,
  cqt: 5,
  fqb: 6,
  fqh: 7,
  fqt: 8,
  cqcsr: 9,
  fqcsr: 10,
  pqb: 11,
  pqh: 12,
  pqt: 13,
  pqcsr: 14,
} as const;

export const registerShapes: readonly RegisterShape[] = [
  { id: 'capabilities', layout: layouts.capabilities, offset: 0 },
  { id: 'fctl', layout: layouts.featureControl, offset: 8 },
  { id: 'ddtp', layout: layouts.directoryPointer, offset: 16 },
  { id: 'cqb', layout: layouts.queueBase, offset: 24 },
  { id: 'cqh', layout: layouts.queueIndex, offset: 32 },
  { id: 'cqt', layout: layouts.queueIndex, offset: 36 },
  { id: 'fqb', layout: layouts.queueBase, offset: 40 },
  { id: 'fqh', layout: layouts.queueIndex, offset: 48 },
  { id: 'fqt', layout: layouts.queueIndex, offset: 52 },
  { id: 'cqcsr', layout: layouts.commandControl, offset: 72 },
  { id: 'fqcsr', layout: layouts.faultControl, offset: 76 },
  { id: 'pqb', layout: layouts.queueBase, offset: 56 },
  { id: 'pqh', layout: layouts.queueIndex, offset: 64 },
  { id: 'pqt', layout: layouts.queueIndex, offset: 68 },
  { id: 'pqcsr', layout: layouts.pageControl, offset: 80 },
];

/** Registers that only hardware changes. */
export function isReadOnly(index: number): boolean {
  const { capabilities, cqh, fqt, pqt } = register;
  return [capabilities, cqh, fqt, pqt].some((readOnly) => readOnly === index);
}
