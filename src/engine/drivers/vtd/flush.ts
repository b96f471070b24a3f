import { encode } from '../../bits/access';
import type { Layout } from '../../bits/layout';
import { encodeRange } from '../../device/range';
import * as descriptors from '../../vtd/layouts/descriptors';
import { distinct } from '../shared/bindings';
import { type DeviceRange, deviceRangesOf } from '../shared/device-ranges';
import type { Bound, Flush } from '../shared/machine-driver';
import { coveringRange } from '../shared/ranges';

const {
  contextCacheDescriptor,
  deviceTlbDescriptor,
  iotlbDescriptor,
  pasidCacheDescriptor,
  pasidDeviceTlbDescriptor,
  pasidIotlbDescriptor,
  waitDescriptor,
} = descriptors;
const typeOf = new Map(
  Object.entries(descriptors.descriptorOfType).map(([type, layout]) => [layout, Number(type)]),
);
/** What the wait descriptor writes (Linux QI_DONE). */
const done = 2;
const everything = 1;
const domainOnly = 2;
const pagesOnly = 3;
const deviceOnly = 3;
const globalPasids = 3;
const onePasid = 1;
/** Larger ranges go as a whole domain (CAP.MAMV of common units). */
const mostMask = 18;

/** The descriptors that an invalidation takes, each of `count` 32-bit words; the last one writes to the status page (VT-d 6.5.2). The hint says that of pages only last-level entries have changed, and tables may stay. */
export function flushWords(flush: Flush, isScalable: boolean, count: number, statusPage: number): number[][] {
  const words = (layout: Layout, fields: Record<string, number>): number[] => {
    const encoded = encode(layout, { TYPE: typeOf.get(layout) as number, ...fields });
    return [...encoded, ...new Array<number>(count - encoded.length).fill(0)];
  };
  return [
    ...bodyOf(flush, isScalable, words),
    ...deviceRangesOf(flush).map((range) => ofDevice(range, words)),
    words(waitDescriptor, { SW: 1, SD: done, SAH: statusPage }),
  ];
}

/** Devices come behind the IOTLB, from which they would otherwise take what is stale (VT-d 6.5.2.5, 6.5.2.6). */
function ofDevice({ device: SID, pasid: PASID, from, bits }: DeviceRange, words: Encode): number[] {
  const range = encodeRange(from, bits);
  const where = { SID, ADDR: range.page, S: range.hasSize ? 1 : 0 };
  return PASID === undefined
    ? words(deviceTlbDescriptor, where)
    : words(pasidDeviceTlbDescriptor, { ...where, PASID });
}

type Encode = (layout: Layout, fields: Record<string, number>) => number[];

function bodyOf(flush: Flush, isScalable: boolean, words: Encode): number[][] {
  if (flush.of === 'everything')
    return [
      words(contextCacheDescriptor, { G: everything }),
      ...(isScalable ? [words(pasidCacheDescriptor, { G: globalPasids })] : []),
      words(iotlbDescriptor, { G: everything }),
    ];
  if (flush.of === 'configuration') {
    const { device: SID, pasid } = flush;
    const DID = flush.bound?.domain ?? 0;
    if (!isScalable)
      return [
        words(contextCacheDescriptor, { G: deviceOnly, SID, DID }),
        words(iotlbDescriptor, { G: domainOnly, DID }),
      ];
    const PASID = pasid ?? 0;
    return [
      words(pasidCacheDescriptor, { G: onePasid, DID, PASID }),
      words(pasidIotlbDescriptor, { G: domainOnly, DID, PASID }),
      words(iotlbDescriptor, { G: domainOnly, DID }),
    ];
  }
  return flush.space.stage === 1
    ? distinct(flush.users, ({ domain, pasid }) => `${domain} ${pasid}`).map((user) =>
        ofPasid(flush, user, words),
      )
    : distinct(flush.users, ({ domain }) => `${domain}`).map((user) => ofDomain(flush, user, words));
}

type Translations = Extract<Flush, { of: 'pages' | 'space' }>;

function ofPasid(
  { of, from, count, areTablesLeft }: Translations,
  { domain, pasid }: Bound,
  words: Encode,
): number[] {
  const whose = { DID: domain, PASID: pasid ?? 0 };
  const range = coveringRange(from, Math.max(1, count));
  return of === 'space' || range.bits > mostMask
    ? words(pasidIotlbDescriptor, { G: domainOnly, ...whose })
    : words(pasidIotlbDescriptor, {
        G: pagesOnly,
        ...whose,
        ADDR: range.from,
        AM: range.bits,
        IH: areTablesLeft ? 0 : 1,
      });
}

function ofDomain(
  { of, from, count, areTablesLeft }: Translations,
  { domain }: Bound,
  words: Encode,
): number[] {
  const range = coveringRange(from, Math.max(1, count));
  return of === 'space' || range.bits > mostMask
    ? words(iotlbDescriptor, { G: domainOnly, DID: domain })
    : words(iotlbDescriptor, {
        G: pagesOnly,
        DID: domain,
        ADDR: range.from,
        AM: range.bits,
        IH: areTablesLeft ? 0 : 1,
      });
}
