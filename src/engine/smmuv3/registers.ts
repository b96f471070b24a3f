import type { RegisterShape } from '../registers';
import * as layouts from './layouts/registers';

/** Indices into `registerShapes`. */
export const register = {
  IDR0: 0,
  IDR1: 1,
  IDR5: 2,
  CR0: 3,
  CR2: 4,
  GBPA: 5,
  STRTAB_BASE: 6,
  STRTAB_BASE_CFG: 7,
  CMDQ_BASE: 8,
  CMDQ_PROD: 9,
  CMDQ_CONS: 10,
  EVENTQ_BASE: 11,
  EVENTQ_PROD: 12,
  EVENTQ_CONS: 13,
  GERROR: 14,
  PRIQ_BASE: 15,
  PRIQ_PROD: 16,
  PRIQ_CONS: 17,
} as const;

export const registerShapes: readonly RegisterShape[] = [
  { id: 'IDR0', layout: layouts.idr0, offset: 0 },
  { id: 'IDR1', layout: layouts.idr1, offset: 4 },
  { id: 'IDR5', layout: layouts.idr5, offset: 0x14 },
  { id: 'CR0', layout: layouts.control0, offset: 0x20 },
  { id: 'CR2', layout: layouts.control2, offset: 0x2c },
  { id: 'GBPA', layout: layouts.globalBypass, offset: 0x44 },
  { id: 'STRTAB_BASE', layout: layouts.streamTable, offset: 0x80 },
  { id: 'STRTAB_BASE_CFG', layout: layouts.streamTableFormat, offset: 0x88 },
  { id: 'CMDQ_BASE', layout: layouts.queueBase, offset: 0x90 },
  { id: 'CMDQ_PROD', layout: layouts.queuePlace, offset: 0x98 },
  { id: 'CMDQ_CONS', layout: layouts.queuePlace, offset: 0x9c },
  { id: 'EVENTQ_BASE', layout: layouts.queueBase, offset: 0xa0 },
  { id: 'EVENTQ_PROD', layout: layouts.queuePlace, offset: 0x100a8 },
  { id: 'EVENTQ_CONS', layout: layouts.queuePlace, offset: 0x100ac },
  { id: 'GERROR', layout: layouts.globalError, offset: 0x60 },
  { id: 'PRIQ_BASE', layout: layouts.queueBase, offset: 0xc0 },
  { id: 'PRIQ_PROD', layout: layouts.queuePlace, offset: 0x100c8 },
  { id: 'PRIQ_CONS', layout: layouts.queuePlace, offset: 0x100cc },
];

/** Registers that only hardware changes. */
export function isReadOnly(index: number): boolean {
  const { CMDQ_CONS, EVENTQ_PROD, PRIQ_PROD } = register;
  return index <= register.IDR5 || [CMDQ_CONS, EVENTQ_PROD, PRIQ_PROD].some((readOnly) => readOnly === index);
}
