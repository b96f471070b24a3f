import type { RegisterShape } from '../registers';
import * as layouts from './layouts/registers';

/** Indices into `registerShapes`. The fault records follow at `record`, two registers each. */
export const register = {
  CAP: 0,
  ECAP: 1,
  RTADDR: 2,
  GSTS: 3,
  FSTS: 4,
  IQH: 5,
  IQT: 6,
  IQA: 7,
  ICS: 8,
  IQERCD: 9,
  IRTA: 10,
  PQH: 11,
  PQT: 12,
  PQA: 13,
  PRS: 14,
  record: 15,
} as const;

/** Registers that only hardware changes; the low halves of fault records are, too. */
export function isReadOnly(index: number): boolean {
  if (index >= register.record) return (index - register.record) % 2 === 0;
  return [register.CAP, register.ECAP, register.IQH, register.PQT].some((readOnly) => readOnly === index);
}

const named: readonly RegisterShape[] = [
  { id: 'CAP', layout: layouts.capability, offset: 0x08 },
  { id: 'ECAP', layout: layouts.extendedCapability, offset: 0x10 },
  { id: 'RTADDR', layout: layouts.rootTableAddress, offset: 0x20 },
  { id: 'GSTS', layout: layouts.globalStatus, offset: 0x1c },
  { id: 'FSTS', layout: layouts.faultStatus, offset: 0x34 },
  { id: 'IQH', layout: layouts.queueHead, offset: 0x80 },
  { id: 'IQT', layout: layouts.queueTail, offset: 0x88 },
  { id: 'IQA', layout: layouts.queueAddress, offset: 0x90 },
  { id: 'ICS', layout: layouts.completionStatus, offset: 0x9c },
  { id: 'IQERCD', layout: layouts.queueErrorRecord, offset: 0xb0 },
  { id: 'IRTA', layout: layouts.interruptTableAddress, offset: 0xb8 },
  { id: 'PQH', layout: layouts.pageQueueHead, offset: 0xc0 },
  { id: 'PQT', layout: layouts.pageQueueTail, offset: 0xc8 },
  { id: 'PQA', layout: layouts.pageQueueAddress, offset: 0xd0 },
  { id: 'PRS', layout: layouts.pageRequestStatus, offset: 0xdc },
];

/** All registers of a unit with that many fault records, which lie at `recordOffset`. */
export function registerShapes(faultRecords: number, recordOffset: number): readonly RegisterShape[] {
  const records = Array.from({ length: faultRecords * 2 }, (_, half) => ({
    id: `FRCD${half >> 1}${(half & 1) === 0 ? '.low' : '.high'}`,
    layout: undefined,
    offset: recordOffset + half * 8,
  }));
  return [...named, ...records];
}
