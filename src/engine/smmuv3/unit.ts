import { readField } from '../bits/access';
import type { Word64 } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import type { Cache } from '../cache/cache';
import type { DevicePort } from '../device/port';
import type { Memory } from '../memory/memory';
import type { RegisterFile } from '../registers';
import { servesNothing } from '../trace/events';
import type { TraceWriter } from '../trace/trace';
import { idr0, idr1, idr5 } from './layouts/registers';

/** Bits of an address by the code of OAS, IPS and S2PS. */
const bitsOfCode = [32, 36, 40, 42, 44, 48, 52, 56] as const;

/** What the identification registers say, read once. */
export interface Features {
  readonly first: boolean;
  readonly second: boolean;
  readonly twoLevelContexts: boolean;
  readonly wideAsids: boolean;
  readonly wideVmids: boolean;
  readonly stalls: number;
  readonly alwaysAborts: boolean;
  readonly update: number;
  readonly hypervisor: boolean;
  readonly ats: boolean;
  readonly pageRequests: boolean;
  readonly noSplitAts: boolean;
  readonly endian: number;
  readonly substreamBits: number;
  readonly outputBits: number;
  /** By the code of a granule in TG0 and S2TG: 4, 64, 16 KiB. */
  readonly granules: readonly boolean[];
  readonly wide: boolean;
}

export function featuresOf(zero: Word64, one: Word64, five: Word64): Features {
  const in0 = (name: string): number => readField(fieldOf(idr0, name), [zero.low, 0]);
  const in5 = (name: string): number => readField(fieldOf(idr5, name), [five.low, 0]);
  return {
    first: in0('S1P') === 1,
    second: in0('S2P') === 1,
    twoLevelContexts: in0('CD2L') === 1,
    wideAsids: in0('ASID16') === 1,
    wideVmids: in0('VMID16') === 1,
    stalls: in0('STALL_MODEL'),
    alwaysAborts: in0('TERM_MODEL') === 1,
    update: in0('HTTU'),
    hypervisor: in0('Hyp') === 1,
    ats: in0('ATS') === 1,
    pageRequests: in0('PRI') === 1,
    noSplitAts: in0('NS1ATS') === 1,
    endian: in0('TTENDIAN'),
    substreamBits: readField(fieldOf(idr1, 'SSIDSIZE'), [one.low, 0]),
    outputBits: sizeOf(in5('OAS')),
    granules: [in5('GRAN4K') === 1, in5('GRAN64K') === 1, in5('GRAN16K') === 1],
    wide: in5('VAX') === 1,
  };
}

/** Bits of an address for the code of OAS, IPS or S2PS. */
export function sizeOf(code: number): number {
  return bitsOfCode[code] as number;
}

/** What the parts of one SMMU share. */
export interface Unit {
  readonly features: Features;
  readonly memory: Memory;
  readonly registers: RegisterFile;
  readonly caches: readonly Cache[];
  readonly trace: TraceWriter;
  /** Whether a stream table entry with V = 0 is kept until CFGI drops it, as an implementation may (SMMUv3 3.21.3). */
  readonly cachesInvalidStreams: boolean;
  /** The devices behind the unit. */
  devices: DevicePort;
  /** Configuration structures read for the request in hand. */
  reads: number;
  /** Where the structure or table entry lies that could not be read. */
  failedPage: number;
  failedOffset: number;
}

/** Reads a structure of `count` 32-bit words, `bytes` behind a page's start; its index in memory's words, -1 when unreadable. */
export function fetchStructure(
  unit: Unit,
  structure: number,
  page: number,
  bytes: number,
  count: number,
): number {
  const at = page + Math.floor(bytes / 4096);
  const offset = bytes % 4096;
  const base = unit.memory.locate(at);
  if (base < 0) {
    unit.failedPage = at;
    unit.failedOffset = offset;
    return -1;
  }
  unit.reads += 1;
  const first = base + offset / 4;
  if (unit.trace.isOn) {
    const words = unit.memory.words.subarray(first, first + count);
    const owner = unit.memory.owner(at);
    const index = Math.floor(bytes / (count * 4));
    unit.trace.emit('fetch', structure, 0, 0, servesNothing, index, 0, 0, at, offset, -1, owner, ...words);
  }
  return first;
}
