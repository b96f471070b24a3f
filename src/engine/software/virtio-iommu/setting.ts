import type { Problem } from '../../scenario/problem';
import type { Scenario, SoftwareSpec } from '../../scenario/schema';
import { ConfigReader } from './config-reader';

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

const mostProbeBytes = 1024;
const mostEvents = 64;
const levelBits = 9;

/** Reads `config`; what is wrong is left out of the setting and named in the problems. */
export function settingOf(spec: SoftwareSpec, scenario: Scenario): [Setting, readonly Problem[]] {
  const reader = new ConfigReader(spec, scenario);
  const { ram, memory } = reader.memory();
  const spaces = reader.spaces(ram);
  const levels = [ram, ...spaces].map((id) => reader.space(id)?.levels ?? 4);
  const setting = {
    endpoints: reader.endpoints(),
    ram,
    memory,
    spaces,
    lastPage: 2 ** (levelBits * Math.min(...levels)) - 1,
    granule: reader.granule(),
    regions: reader.regions(memory),
    probeSize: reader.count('probeSize', 4, mostProbeBytes, 512),
    queuePage: reader.page('queue', '0x7a11f000'),
    eventBuffers: reader.count('events', 0, mostEvents, 8),
    isBypassed: reader.flag('bypass', true),
  };
  if (setting.probeSize % 4 !== 0)
    reader.wrong('probeSize', 'The size of the properties is a multiple of 4.');
  return [setting, reader.problems];
}
