import { parseWord, splitAddress } from '../../bits/hex';
import { mappedPages } from '../../drivers/shared/mapped-pages';
import type { Problem } from '../../scenario/problem';
import type { Scenario, SoftwareSpec, Space } from '../../scenario/schema';
import { subtype } from './reports';
import type { Endpoint, MemoryRun, Region } from './setting';

const known = ['endpoints', 'ram', 'spaces', 'granule', 'reserved', 'probeSize', 'queue', 'events', 'bypass'];
const mostEndpoints = 30;
const mostSpaces = 64;

/** Reads the fields of a virtio-iommu's config, and collects what is wrong with them. */
export class ConfigReader {
  readonly problems: Problem[] = [];
  readonly #config: NonNullable<SoftwareSpec['config']>;
  readonly #scenario: Scenario;

  constructor(spec: SoftwareSpec, scenario: Scenario) {
    this.#config = spec.config ?? {};
    this.#scenario = scenario;
    for (const name of Object.keys(this.#config))
      if (!known.includes(name)) this.wrong(name, `A virtio-iommu has no setting ${name}.`);
  }

  wrong(name: string, message: string): void {
    this.problems.push({ path: `.config.${name}`, message });
  }

  /** Devices by their names; all of them when the config does not say. */
  endpoints(): readonly Endpoint[] {
    const devices = this.#scenario.devices ?? [];
    const names = this.#list(
      'endpoints',
      devices.map(({ name }) => name),
    );
    if (names.length === 0 || names.length > mostEndpoints)
      this.wrong('endpoints', `There are 1 to ${mostEndpoints} endpoints.`);
    return names.flatMap((name, index): Endpoint[] => {
      const device = devices.find((other) => other.name === name);
      if (device !== undefined) return [{ name, device: device.id, id: parseWord(device.id)?.low ?? 0 }];
      const message = `There is no device ${name}: an endpoint is a name among \`devices\`.`;
      this.wrong(`endpoints[${index}]`, message);
      return [];
    });
  }

  /** The space of the guest's memory, and what it maps at the start. */
  memory(): { readonly ram: string; readonly memory: readonly MemoryRun[] } {
    const ram = String(this.#config['ram'] ?? 'ram');
    const space = this.space(ram);
    if (space === undefined)
      this.wrong('ram', `There is no second-stage space ${ram} of the guest’s memory.`);
    const memory = (space?.maps ?? []).flatMap((mapping): MemoryRun[] => {
      const pages = mappedPages(mapping);
      return 'message' in pages ? [] : [{ guest: pages.from, host: pages.to, count: pages.count ?? 1 }];
    });
    return { ram, memory };
  }

  /** The host's spaces for domains: second stages that map nothing yet. */
  spaces(ram: string): readonly string[] {
    const ids = this.#list('spaces', []);
    if (ids.length > mostSpaces) this.wrong('spaces', `There are at most ${mostSpaces} spaces.`);
    ids.forEach((id, index) => {
      const isOwn = id !== ram && ids.indexOf(id) === index;
      const space = this.space(id);
      if (!isOwn || space === undefined || (space.maps ?? []).length > 0)
        this.wrong(
          `spaces[${index}]`,
          `${id} is to be a second-stage space of its own that maps nothing yet.`,
        );
    });
    return ids;
  }

  /** A second stage of the host. */
  space(id: string): Space | undefined {
    return this.#scenario.spaces?.find(
      (space) => space.id === id && space.stage === 2 && space.over === undefined,
    );
  }

  /** In pages. */
  granule(): number {
    const pages = this.page('granule', '0x1000');
    if (!Number.isInteger(Math.log2(pages)))
      this.wrong('granule', 'The granule is a power of two from 0x1000.');
    return pages;
  }

  /** Regions outside the guest's memory, which do not overlap; of the MSI kind one at most. */
  regions(memory: readonly MemoryRun[]): readonly Region[] {
    const regions = this.#list('reserved', []).flatMap((text, index): Region[] => {
      const region = regionOf(text);
      if (region !== undefined && !memory.some((run) => meets(run, region))) return [region];
      const message =
        'A region is “msi START END” or “reserved START END”: whole pages, the last byte inside, none of the guest’s memory.';
      this.wrong(`reserved[${index}]`, message);
      return [];
    });
    const sorted = [...regions].sort((a, b) => a.first - b.first);
    if (sorted.some(({ first }, index) => first <= (sorted[index - 1]?.last ?? -1)))
      this.wrong('reserved', 'Regions do not overlap.');
    if (regions.filter((region) => region.subtype === subtype.msi).length > 1)
      this.wrong('reserved', 'An endpoint has one MSI region at most.');
    return regions;
  }

  count(name: string, least: number, most: number, otherwise: number): number {
    const given = this.#config[name] ?? otherwise;
    if (typeof given === 'number' && Number.isInteger(given) && given >= least && given <= most) return given;
    this.wrong(name, `${name} is a whole number from ${least} to ${most}.`);
    return otherwise;
  }

  /** The page of an address. */
  page(name: string, otherwise: string): number {
    const word = parseWord(String(this.#config[name] ?? otherwise));
    if (word !== undefined && word.low % 4096 === 0) return splitAddress(word).page;
    this.wrong(name, `${name} is hexadecimal, a multiple of 0x1000.`);
    return 1;
  }

  flag(name: string, otherwise: boolean): boolean {
    const given = this.#config[name] ?? otherwise;
    if (typeof given === 'boolean') return given;
    this.wrong(name, `${name} is true or false.`);
    return otherwise;
  }

  #list(name: string, otherwise: readonly string[]): readonly string[] {
    const given = this.#config[name] ?? otherwise;
    if (Array.isArray(given)) return given;
    this.wrong(name, 'This is a list of texts.');
    return [];
  }
}

function meets({ guest, count }: MemoryRun, { first, last }: Region): boolean {
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
