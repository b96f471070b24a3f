import type { Bound, Flush } from './machine-driver';
import { coveringRange } from './ranges';

/** 2^`bits` pages from `from` that a device may keep; all of them with 52 bits. */
export interface DeviceRange {
  readonly device: number;
  readonly pasid: number | undefined;
  readonly from: number;
  readonly bits: number;
}

const everyBit = 52;

/** What the devices that keep translations must forget, behind the machine's own caches. */
export function deviceRangesOf(flush: Flush): readonly DeviceRange[] {
  const users = usersOf(flush).filter(({ ats }) => ats !== 'none');
  const ranges = users.map((user) => ({
    device: user.device,
    pasid: user.pasid,
    ...rangeFor(flush, user),
  }));
  return [...new Map(ranges.map((range) => [`${range.device} ${range.pasid}`, range])).values()];
}

function usersOf(flush: Flush): readonly Bound[] {
  if (flush.of !== 'configuration') return flush.users;
  return flush.bound === undefined ? [] : [flush.bound];
}

/** A device knows its own addresses: those of a second stage behind a first one mean nothing to it. */
function rangeFor(flush: Flush, user: Bound): { readonly from: number; readonly bits: number } {
  const isFound = flush.of === 'pages' && (flush.space.stage === 1 || user.first === undefined);
  return isFound ? coveringRange(flush.from, Math.max(1, flush.count)) : { from: 0, bits: everyBit };
}
