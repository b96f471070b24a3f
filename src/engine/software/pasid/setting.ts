import { parseWord, splitAddress } from '../../bits/hex';
import type { Problem } from '../../scenario/problem';
import type { Scenario, SoftwareSpec } from '../../scenario/schema';

/**
 * Which version of the allocator layer a guest's kernel has. `posted`: the patch of April 2019, one allocator and no
 * check of ranges. `reply`: a list, and one set of numbers for all of it. `merged`: Linux 5.5 to 6.3, a set of numbers for
 * each kind of allocator. `checked`: the same, and the number that comes back is compared with the range.
 */
export const kernels = ['posted', 'reply', 'merged', 'checked'] as const;
export type Kernel = (typeof kernels)[number];

/** How a virtual IOMMU is asked. `virtio-max` sends the largest number that the guest wants along. */
export const interfaces = ['vcmd', 'virtio', 'virtio-max'] as const;
export type Interface = (typeof interfaces)[number];

export interface Guest {
  readonly name: string;
  readonly kernel: Kernel;
}

/** A virtual IOMMU that a guest sees. */
export interface Unit {
  readonly name: string;
  readonly guest: number;
  readonly through: Interface;
}

/** A device that is assigned to a guest. */
export interface AssignedDevice {
  readonly name: string;
  readonly guest: number;
  /** How many bits of a PASID it has. */
  readonly bits: number;
  /** As bindings name it. */
  readonly id: string;
}

/** What `config` says. */
export interface Setting {
  readonly guests: readonly Guest[];
  readonly units: readonly Unit[];
  readonly devices: readonly AssignedDevice[];
  /** Spaces of the scenario that a binding may name: processes' tables, and what lies below them. */
  readonly firstStages: readonly string[];
  readonly secondStages: readonly string[];
  /** The first number that the host gives out. */
  readonly from: number;
  readonly isRandom: boolean;
  readonly seed: number;
  /** The page of the first virtio queue; each unit has one page. */
  readonly queuePage: number;
}

export const mostPasid = 0xfffff;
const mostDevices = 30;
const known = ['guests', 'units', 'devices', 'from', 'order', 'seed', 'queue'];

/** Reads `config`; what is wrong is left out of the setting and named in the problems. */
export function settingOf(spec: SoftwareSpec, scenario: Scenario): [Setting, readonly Problem[]] {
  const config = spec.config ?? {};
  const problems: Problem[] = [];
  const wrong = (name: string, message: string): undefined => {
    problems.push({ path: `.config.${name}`, message });
  };
  for (const name of Object.keys(config))
    if (!known.includes(name)) wrong(name, `The PASID software has no setting ${name}.`);
  const lines = (name: string): readonly Line[] => {
    const given = config[name] ?? [];
    if (Array.isArray(given)) return given.map(lineOf);
    wrong(name, 'This is a list of texts.');
    return [];
  };
  const guests = lines('guests').flatMap(({ name, parts }, index): Guest[] => {
    const kernel = kernels.find((other) => other === parts[0]);
    if (kernel !== undefined) return [{ name, kernel }];
    wrong(`guests[${index}]`, `A guest is “Name: version”, the version one of ${kernels.join(', ')}.`);
    return [];
  });
  const guestOf = ({ parts }: Line): number => guests.findIndex(({ name }) => name === parts[0]);
  const units = lines('units').flatMap((line, index): Unit[] => {
    const through = interfaces.find((other) => other === line.parts[1]);
    if (through !== undefined && guestOf(line) >= 0)
      return [{ name: line.name, guest: guestOf(line), through }];
    wrong(`units[${index}]`, `A unit is “Name: guest, interface”, one of ${interfaces.join(', ')}.`);
    return [];
  });
  const devices = lines('devices').flatMap((line, index): AssignedDevice[] => {
    const id = scenario.devices?.find(({ name }) => name === line.name)?.id;
    const bits = Number(line.parts[1] ?? 20);
    if (id !== undefined && guestOf(line) >= 0 && Number.isInteger(bits) && bits >= 1 && bits <= 20)
      return [{ name: line.name, guest: guestOf(line), bits, id }];
    wrong(
      `devices[${index}]`,
      'A device is “Name: guest” or “Name: guest, bits”: a name among `devices`, and 1 to 20 bits.',
    );
    return [];
  });
  if (devices.length > mostDevices) wrong('devices', `At most ${mostDevices} devices are assigned.`);
  const from = numberOf(config['from'] ?? 1);
  if (from < 1 || from > mostPasid) wrong('from', 'The host’s first number is 1 to 0xfffff.');
  const order = config['order'] ?? 'lowest';
  if (order !== 'lowest' && order !== 'random') wrong('order', 'The order is lowest or random.');
  const seed = numberOf(config['seed'] ?? 1);
  if (seed < 1 || seed > 0xffffffff) wrong('seed', 'The seed is a whole number from 1 to 0xffffffff.');
  const queue = parseWord(String(config['queue'] ?? '0x7a11f000'));
  if (queue === undefined || queue.low % 4096 !== 0)
    wrong('queue', 'The queue’s address is hexadecimal, a multiple of 0x1000.');
  const queuePage = queue === undefined ? 0 : splitAddress(queue).page;
  const stagesOf = (stage: 1 | 2): readonly string[] =>
    (scenario.spaces ?? []).filter((space) => space.stage === stage).map(({ id }) => id);
  const spaces = { firstStages: stagesOf(1), secondStages: stagesOf(2) };
  const isRandom = order === 'random';
  return [{ guests, units, devices, ...spaces, from, isRandom, seed, queuePage }, problems];
}

interface Line {
  readonly name: string;
  readonly parts: readonly string[];
}

/** “Name: one, two”. */
function lineOf(text: string): Line {
  const [name = '', rest = ''] = text.split(': ');
  return { name, parts: rest.split(', ').filter((part) => part !== '') };
}

/** -1 for what is no whole number. */
function numberOf(given: unknown): number {
  if (typeof given === 'string') return parseWord(given)?.low ?? -1;
  return typeof given === 'number' && Number.isInteger(given) ? given : -1;
}
