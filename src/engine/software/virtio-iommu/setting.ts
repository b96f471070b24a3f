import { parseWord, splitAddress } from '../../bits/hex';
import { mappedPages } from '../../drivers/shared/mapped-pages';
import type { Problem } from '../../scenario/problem';
import type { Scenario, SoftwareSpec } from '../../scenario/schema';
import { subtype } from './reports';

/** A device behind the virtio-iommu. */
export interface Endpoint {
  readonly name: string;
  /** As bindings name it, and as requests do. */
  readonly device: string;
  readonly id: number;
}

/** Addresses that are not for mapping, in pages; `last` is inside. */
export interface Region {
  readonly subtype: number;
  readonly first: number;
  readonly last: number;
}

/** A run of the guest's memory and where the host has it, in pages. */
export interface MemoryRun {
  readonly guest: number;
  readonly host: number;
  readonly count: number;
}

/** What `config` says, and what the scenario says of the spaces that it names. */
export interface Setting {
  readonly endpoints: readonly Endpoint[];
  /** The space that maps all of the guest's memory: what an endpoint in bypass translates through. */
  readonly ram: string;
  readonly memory: readonly MemoryRun[];
  /** Empty spaces of the host, one for each domain that translates. */
  readonly spaces: readonly string[];
  /** The last page of the input range. */
  readonly lastPage: number;
  /** In pages. */
  readonly granule: number;
  readonly regions: readonly Region[];
  /** Bytes of properties in a PROBE. */
  readonly probeSize: number;
  /** The page of the requests; that of the events is behind it. */
  readonly queuePage: number;
  /** Buffers that the driver has put on the event queue. */
  readonly eventBuffers: number;
  /** `bypass` of the configuration space, at the start. */
  readonly isBypassed: boolean;
}

const known = ['endpoints', 'ram', 'spaces', 'granule', 'reserved', 'probeSize', 'queue', 'events', 'bypass'];
const mostEndpoints = 30;
const mostSpaces = 64;
const mostProbeBytes = 1024;
const mostEvents = 64;
const levelBits = 9;

/** Reads `config`; what is wrong is left out of the setting and named in the problems. */
export function settingOf(spec: SoftwareSpec, scenario: Scenario): [Setting, readonly Problem[]] {
  const config = spec.config ?? {};
  const problems: Problem[] = [];
  const wrong = (name: string, message: string): void => {
    problems.push({ path: `.config.${name}`, message });
  };
  for (const name of Object.keys(config))
    if (!known.includes(name)) wrong(name, `A virtio-iommu has no setting ${name}.`);
  const list = (name: string, otherwise: readonly string[]): readonly string[] => {
    const given = config[name] ?? otherwise;
    if (Array.isArray(given)) return given;
    wrong(name, 'This is a list of texts.');
    return [];
  };
  const whole = (name: string, least: number, most: number, otherwise: number): number => {
    const given = config[name] ?? otherwise;
    if (typeof given === 'number' && Number.isInteger(given) && given >= least && given <= most) return given;
    wrong(name, `${name} is a whole number from ${least} to ${most}.`);
    return otherwise;
  };
  const devices = scenario.devices ?? [];
  const endpoints = list(
    'endpoints',
    devices.map(({ name }) => name),
  ).flatMap((name, index): Endpoint[] => {
    const device = devices.find((other) => other.name === name);
    if (device !== undefined) return [{ name, device: device.id, id: parseWord(device.id)?.low ?? 0 }];
    wrong(`endpoints[${index}]`, `There is no device ${name}: an endpoint is a name among \`devices\`.`);
    return [];
  });
  if (endpoints.length === 0 || endpoints.length > mostEndpoints)
    wrong('endpoints', `There are 1 to ${mostEndpoints} endpoints.`);
  const spaceOf = (id: string): NonNullable<Scenario['spaces']>[number] | undefined =>
    scenario.spaces?.find((space) => space.id === id && space.stage === 2 && space.over === undefined);
  const ram = String(config['ram'] ?? 'ram');
  const ramSpace = spaceOf(ram);
  if (ramSpace === undefined) wrong('ram', `There is no second-stage space ${ram} of the guest’s memory.`);
  const memory = (ramSpace?.maps ?? []).flatMap((mapping): MemoryRun[] => {
    const pages = mappedPages(mapping);
    return 'message' in pages ? [] : [{ guest: pages.from, host: pages.to, count: pages.count ?? 1 }];
  });
  const spaces = list('spaces', []);
  spaces.forEach((id, index) => {
    const space = spaceOf(id);
    if (space === undefined || id === ram || spaces.indexOf(id) !== index || (space.maps ?? []).length > 0)
      wrong(`spaces[${index}]`, `${id} is to be a second-stage space of its own that maps nothing yet.`);
  });
  if (spaces.length > mostSpaces) wrong('spaces', `There are at most ${mostSpaces} spaces.`);
  const levels = [ramSpace, ...spaces.map(spaceOf)].map((space) => space?.levels ?? 4);
  const lastPage = 2 ** (levelBits * Math.min(...levels)) - 1;
  const granuleWord = parseWord(String(config['granule'] ?? '0x1000'));
  const granule = (granuleWord?.low ?? 0) / 4096;
  if (granuleWord?.high !== 0 || !Number.isInteger(Math.log2(granule)) || granule < 1)
    wrong('granule', 'The granule is a power of two from 0x1000.');
  const regions = list('reserved', []).flatMap((text, index): Region[] => {
    const region = regionOf(text);
    if (region !== undefined && !memory.some((run) => isIn(run, region))) return [region];
    wrong(
      `reserved[${index}]`,
      'A region is “msi START END” or “reserved START END”, whole pages, the last byte inside, outside the guest’s memory.',
    );
    return [];
  });
  if (
    regions.some((one, n) =>
      regions.some((two, m) => n < m && one.first <= two.last && two.first <= one.last),
    )
  )
    wrong('reserved', 'Regions do not overlap.');
  if (regions.filter((region) => region.subtype === subtype.msi).length > 1)
    wrong('reserved', 'An endpoint has one MSI region at most.');
  const probeSize = whole('probeSize', 4, mostProbeBytes, 512);
  if (probeSize % 4 !== 0) wrong('probeSize', 'The size of the properties is a multiple of 4.');
  const queue = parseWord(String(config['queue'] ?? '0x7a11f000'));
  if (queue === undefined || queue.low % 4096 !== 0)
    wrong('queue', 'The queue’s address is hexadecimal, a multiple of 0x1000.');
  const queuePage = queue === undefined ? 0 : splitAddress(queue).page;
  const eventBuffers = whole('events', 0, mostEvents, 8);
  const isBypassed = config['bypass'] ?? true;
  if (typeof isBypassed !== 'boolean') wrong('bypass', 'bypass is true or false.');
  const host = { ram, memory, spaces, lastPage, granule };
  const queues = { probeSize, queuePage, eventBuffers, isBypassed: isBypassed === true };
  return [{ endpoints, regions, ...host, ...queues }, problems];
}

function isIn({ guest, count }: MemoryRun, { first, last }: Region): boolean {
  return guest <= last && first < guest + count;
}

/** “msi 0xfee00000 0xfeefffff”. */
function regionOf(text: string): Region | undefined {
  const [name = '', from = '', to = '', ...more] = text.split(' ');
  const kind = ['reserved', 'msi'].indexOf(name);
  const start = parseWord(from);
  const end = parseWord(to);
  if (kind < 0 || start === undefined || end === undefined || more.length > 0) return undefined;
  const first = splitAddress(start);
  const last = splitAddress(end);
  if (first.offset !== 0 || last.offset !== 0xfff || last.page < first.page) return undefined;
  return { subtype: kind, first: first.page, last: last.page };
}
