import * as commands from '../../amdvi/layouts/commands';
import { encode } from '../../bits/access';
import type { Layout } from '../../bits/layout';
import { distinct } from '../shared/bindings';
import { type DeviceRange, deviceRangesOf } from '../shared/device-ranges';
import type { Flush } from '../shared/machine-driver';
import { coveringRange } from '../shared/ranges';

const opcodeOf = new Map(Object.entries(commands.commandOf).map(([op, layout]) => [layout, Number(op)]));
/** The page number that, with S, means every page. */
const everyPage = 2 ** 51 - 1;
const everyPageBits = 52;

const words = (layout: Layout, fields: Readonly<Record<string, number>> = {}): number[] =>
  encode(layout, { Op: opcodeOf.get(layout) as number, ...fields });

/** The commands that an invalidation takes; the last one waits (AMD IOMMU 2.4). */
export function flushWords(flush: Flush): number[][] {
  const devices = deviceRangesOf(flush).map(ofDevice);
  return [...bodyOf(flush), ...devices, words(commands.completionWait, { f: 1 })];
}

function ofDevice({ device: DeviceID, pasid, from, bits }: DeviceRange): number[] {
  const whose =
    pasid === undefined
      ? {}
      : { GN: 1, PASIDB: pasid & 255, PASIDA: (pasid >> 8) & 255, PASIDC: pasid >> 16 };
  return words(commands.invalidateDeviceTlb, { DeviceID, ...whose, ...rangeFields(from, bits) });
}

function bodyOf(flush: Flush): number[][] {
  if (flush.of === 'everything') return [words(commands.invalidateAll)];
  if (flush.of === 'configuration') {
    const { device, pasid } = flush;
    const domain = flush.bound?.domain ?? 0;
    const guest = pasid === undefined ? {} : { GN: 1, PASID: pasid };
    return [
      words(commands.invalidateDevice, { DeviceID: device }),
      words(commands.invalidatePages, {
        DomainID: domain,
        PDE: 1,
        ...rangeFields(0, everyPageBits),
        ...guest,
      }),
    ];
  }
  const { of, from, count } = flush;
  const range = of === 'space' ? { from: 0, bits: everyPageBits } : coveringRange(from, count);
  const fields = { ...rangeFields(range.from, range.bits), PDE: flush.areTablesLeft ? 1 : 0 };
  if (flush.space.stage === 1)
    return distinct(flush.users, ({ domain, pasid }) => `${domain} ${pasid}`).map(({ domain, pasid }) =>
      words(commands.invalidatePages, { DomainID: domain, GN: 1, PASID: pasid ?? 0, ...fields }),
    );
  return distinct(flush.users, ({ domain }) => `${domain}`).map(({ domain }) =>
    words(commands.invalidatePages, { DomainID: domain, ...fields }),
  );
}

/** A range of 2^bits pages: with S the lowest zero bit of the page number says how large it is. */
function rangeFields(from: number, bits: number): Record<string, number> {
  if (bits === 0) return { Address: from };
  if (bits >= everyPageBits) return { Address: everyPage, S: 1 };
  return { Address: from + 2 ** (bits - 1) - 1, S: 1 };
}
