import { encode } from '../../bits/access';
import type { Layout } from '../../bits/layout';
import { commandOf } from '../../smmuv3/layouts/commands';
import { distinct } from '../shared/bindings';
import { type DeviceRange, deviceRangesOf } from '../shared/device-ranges';
import type { Flush } from '../shared/machine-driver';

const opcode = {
  streamEntry: 0x03,
  streams: 0x04,
  context: 0x05,
  firstOfVmid: 0x10,
  asid: 0x11,
  address: 0x12,
  allOfVmid: 0x28,
  guestAddress: 0x2a,
  everything: 0x30,
  deviceTlb: 0x40,
  sync: 0x46,
} as const;
const everyStream = 31;
/** From so many pages on, one command for the whole tag is cheaper. */
const mostPages = 64;

type Encode = (op: number, fields?: Readonly<Record<string, number>>) => number[];
const words: Encode = (op, fields = {}) => encode(commandOf[op] as Layout, { Op: op, ...fields });

/** The commands that an invalidation takes; the last one waits (SMMUv3 4, 3.21). */
export function flushWords(flush: Flush): number[][] {
  const devices = deviceRangesOf(flush);
  if (devices.length === 0) return [...bodyOf(flush), words(opcode.sync)];
  // The SMMU must have forgotten before the devices ask again (SMMUv3 3.9.1).
  return [...bodyOf(flush), words(opcode.sync), ...devices.map(ofDevice), words(opcode.sync)];
}

function ofDevice({ device: StreamID, pasid, from, bits }: DeviceRange): number[] {
  const whose = pasid === undefined ? {} : { SSV: 1, SubstreamID: pasid };
  return words(opcode.deviceTlb, { StreamID, ...whose, Address: from, Size: bits });
}

function bodyOf(flush: Flush): number[][] {
  if (flush.of === 'everything')
    return [words(opcode.streams, { Range: everyStream }), words(opcode.everything)];
  if (flush.of === 'configuration') {
    const { device: StreamID, pasid } = flush;
    const VMID = flush.bound?.domain ?? 0;
    const configuration =
      pasid === undefined
        ? words(opcode.streamEntry, { StreamID, Range: 1 })
        : words(opcode.context, { StreamID, SubstreamID: pasid, SSV: 1, Range: 1 });
    return [configuration, words(opcode.allOfVmid, { VMID })];
  }
  const { of, from, count } = flush;
  const Leaf = flush.areTablesLeft ? 0 : 1;
  const isWhole = of === 'space' || count > mostPages;
  const pages = Array.from({ length: isWhole ? 0 : count }, (_, n) => from + n);
  if (flush.space.stage === 1)
    return distinct(flush.users, ({ domain, tag }) => `${domain} ${tag}`).flatMap(
      ({ domain: VMID, tag: ASID }) =>
        isWhole
          ? [words(opcode.asid, { VMID, ASID })]
          : pages.map((Address) => words(opcode.address, { VMID, ASID, Address, Leaf })),
    );
  return distinct(flush.users, ({ domain }) => `${domain}`).flatMap(({ domain: VMID, first }) => {
    if (isWhole) return [words(opcode.allOfVmid, { VMID })];
    const ofStage = pages.map((Address) => words(opcode.guestAddress, { VMID, Address, Leaf }));
    // Entries of both stages are tagged by the device's address: the guest address does not find them (SMMUv3 3.17).
    return first === undefined ? ofStage : [...ofStage, words(opcode.firstOfVmid, { VMID })];
  });
}
