import type { Problem } from '../../scenario/problem';
import type { SoftwareKind } from '../model';
import type { Config, Part } from './part';
import { pasidPart } from './pasid/part';
import { shadowPart } from './shadow/part';
import { sharingPart } from './sharing/part';

const parts: Readonly<Record<string, Part>> = {
  pasid: pasidPart,
  shadow: shadowPart,
  sharing: sharingPart,
};

/**
 * QEMU's side of an IOMMU, in three parts: `pasid` (two designs of PASID contexts), `shadow` (notifiers, and a host
 * table that follows the guest's) and `sharing` (who shares an address space, and why).
 */
export const qemuKind: SoftwareKind = {
  id: 'qemu',
  name: 'QEMU',
  describe(spec, scenario) {
    const config = spec.config ?? {};
    return partOf(config)?.describe(config, scenario) ?? { ledgers: [], verbs: [] };
  },
  build(spec, scenario, hands, tell) {
    const config = spec.config ?? {};
    const part = partOf(config);
    if (part === undefined)
      return [{ path: '.config.part', message: `The part is one of ${Object.keys(parts).join(', ')}.` }];
    const unknown = unknownKeys(config, part);
    return unknown.length > 0 ? unknown : part.build(config, scenario, hands, tell);
  },
};

function partOf({ part }: Config): Part | undefined {
  return typeof part === 'string' && Object.hasOwn(parts, part) ? parts[part] : undefined;
}

function unknownKeys(config: Config, { keys }: Part): readonly Problem[] {
  return Object.keys(config)
    .filter((key) => key !== 'part' && !keys.includes(key))
    .map((key) => ({
      path: `.config.${key}`,
      message: `This part takes ${keys.join(', ') || 'nothing else'}.`,
    }));
}
