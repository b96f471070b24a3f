import type { RegisterShape } from '../registers';
import * as layouts from './layouts/registers';

/** Indices into `registerShapes`. */
export const register = {
  efr: 0,
  control: 1,
  devtab_base: 2,
  cmdbuf_base: 3,
  evtlog_base: 4,
  cmd_head: 5,
  cmd_tail: 6,
  evt_head: 7,
  evt_tail: 8,
  status: 9,
  ppr_base: 10,
  ppr_head: 11,
  ppr_tail: 12,
} as const;

export const registerShapes: readonly RegisterShape[] = [
  { id: 'efr', layout: layouts.features, offset: 0x30 },
  { id: 'control', layout: layouts.control, offset: 0x18 },
  { id: 'devtab_base', layout: layouts.deviceTable, offset: 0 },
  { id: 'cmdbuf_base', layout: layouts.ringBase, offset: 0x8 },
  { id: 'evtlog_base', layout: layouts.ringBase, offset: 0x10 },
  { id: 'cmd_head', layout: layouts.ringPlace, offset: 0x2000 },
  { id: 'cmd_tail', layout: layouts.ringPlace, offset: 0x2008 },
  { id: 'evt_head', layout: layouts.ringPlace, offset: 0x2010 },
  { id: 'evt_tail', layout: layouts.ringPlace, offset: 0x2018 },
  { id: 'status', layout: layouts.status, offset: 0x2020 },
  { id: 'ppr_base', layout: layouts.ringBase, offset: 0x38 },
  { id: 'ppr_head', layout: layouts.ringPlace, offset: 0x2030 },
  { id: 'ppr_tail', layout: layouts.ringPlace, offset: 0x2038 },
];

/** Registers that only hardware changes. */
export function isReadOnly(index: number): boolean {
  const { efr, cmd_head, evt_tail, ppr_tail } = register;
  return [efr, cmd_head, evt_tail, ppr_tail].some((readOnly) => readOnly === index);
}
