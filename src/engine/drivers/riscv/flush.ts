import { encode } from '../../bits/access';
import type { Layout } from '../../bits/layout';
import { encodeRange } from '../../device/range';
import * as commands from '../../riscv/layouts/commands';
import { distinct } from '../shared/bindings';
import { type DeviceRange, deviceRangesOf } from '../shared/device-ranges';
import type { Bound, Flush } from '../shared/machine-driver';

const kindOf = new Map(
  Object.entries(commands.commandOf).flatMap(([opcode, layouts]) =>
    layouts.map((layout, form) => [layout, { OPCODE: Number(opcode), FUNC3: form }] as const),
  ),
);
/** From so many pages on, one command for the whole tag is cheaper. */
const mostPages = 64;

const words = (layout: Layout, fields: Readonly<Record<string, number>> = {}): number[] =>
  encode(layout, { ...kindOf.get(layout), ...fields });

/** The commands that an invalidation takes; the last one waits (RISC-V IOMMU 4.1, 7.4). */
export function flushWords(flush: Flush): number[][] {
  return [...bodyOf(flush), ...deviceRangesOf(flush).map(ofDevice), words(commands.fence)];
}

/** The payload is that of a PCIe invalidation: S in bit 11, the address from bit 12 up (RISC-V IOMMU 4.1.4). */
function ofDevice({ device, pasid, from, bits }: DeviceRange): number[] {
  const range = encodeRange(from, bits);
  return words(commands.invalidateAts, {
    RID: device & 0xffff,
    ...(device > 0xffff ? { DSV: 1, DSEG: device >> 16 } : {}),
    ...(pasid === undefined ? {} : { PV: 1, PID: pasid }),
    PAYLOADL: (range.page % 2 ** 20) * 2 ** 12 + (range.hasSize ? 2 ** 11 : 0),
    PAYLOADH: Math.floor(range.page / 2 ** 20),
  });
}

function bodyOf(flush: Flush): number[][] {
  if (flush.of === 'everything')
    return [
      words(commands.invalidateDevice),
      words(commands.invalidateFirst),
      words(commands.invalidateSecond),
    ];
  if (flush.of === 'configuration') {
    const { device: DID, pasid: PID, bound } = flush;
    const configuration =
      PID === undefined
        ? words(commands.invalidateDevice, { DV: 1, DID })
        : words(commands.invalidateProcess, { DV: 1, DID, PID });
    if (bound === undefined) return [configuration, words(commands.invalidateFirst)];
    return bound.second !== undefined && PID === undefined
      ? [configuration, words(commands.invalidateSecond, { GV: 1, GSCID: bound.domain })]
      : [configuration, words(commands.invalidateFirst, whose(bound))];
  }
  const { from, count } = flush;
  // With an address, only last-level entries go (RISC-V IOMMU 4.1.1).
  const isWhole = flush.areTablesLeft || count > mostPages;
  const pages = Array.from({ length: isWhole ? 0 : count }, (_, n) => from + n);
  if (flush.space.stage === 1)
    return distinct(flush.users, ({ domain, tag }) => `${domain} ${tag}`).flatMap((user) =>
      isWhole
        ? [words(commands.invalidateFirst, whose(user))]
        : pages.map((ADDR) => words(commands.invalidateFirst, { ...whose(user), AV: 1, ADDR })),
    );
  return distinct(flush.users, ({ domain }) => `${domain}`).flatMap(({ domain: GSCID }) =>
    isWhole
      ? [words(commands.invalidateSecond, { GV: 1, GSCID })]
      : pages.map((ADDR) => words(commands.invalidateSecond, { GV: 1, GSCID, AV: 1, ADDR })),
  );
}

/** The tags of a first stage; a guest's has that of the second, too. */
function whose({ tag, second, domain }: Bound): Record<string, number> {
  return { PSCV: 1, PSCID: tag, ...(second === undefined ? {} : { GV: 1, GSCID: domain }) };
}
