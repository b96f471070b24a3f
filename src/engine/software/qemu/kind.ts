import type { Problem } from '../../scenario/problem';
import type { Description, SoftwareKind } from '../model';
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
    const part = partOf(config);
    if (part === undefined) return { ledgers: [], verbs: [] };
    return named(part.describe(config, scenario), spec.id ?? spec.kind, config['name']);
  },
  build(spec, scenario, hands, tell) {
    const config = spec.config ?? {};
    const part = partOf(config);
    if (part === undefined)
      return [{ path: '.config.part', message: `The part is one of ${Object.keys(parts).join(', ')}.` }];
    const wrong = wrongKeys(config, part);
    return wrong.length > 0 ? wrong : part.build(config, scenario, hands, tell);
  },
};

function partOf({ part }: Config): Part | undefined {
  return typeof part === 'string' && Object.hasOwn(parts, part) ? parts[part] : undefined;
}

/** Several machines of one scenario have ledgers of their own, told apart by name. */
function named({ ledgers, verbs }: Description, id: string, name: Config[string] | undefined): Description {
  const of = typeof name === 'string' ? ` of ${name}` : '';
  return {
    ledgers: ledgers.map((shape) => ({ ...shape, id: `${id}-${shape.id}`, name: `${shape.name}${of}` })),
    verbs,
  };
}

function wrongKeys(config: Config, { keys }: Part): readonly Problem[] {
  const known = ['part', 'name', ...keys];
  const unknown = Object.keys(config)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: `.config.${key}`, message: `This part takes ${known.join(', ')}.` }));
  const { name = '' } = config;
  return typeof name === 'string'
    ? unknown
    : [...unknown, { path: '.config.name', message: 'The name is a text, such as “the first machine”.' }];
}
