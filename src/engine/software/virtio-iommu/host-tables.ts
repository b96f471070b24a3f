import { hexAddress } from '../../bits/hex';
import type { Problem } from '../../scenario/problem';
import type { Hands } from '../model';
import { hostRuns } from './host-memory';
import type { GuestMapping } from './mapping-list';
import type { Setting } from './setting';
import type { VirtioTeller } from './verbs';

/** What an endpoint translates through: the index of a space, the guest's whole memory, or nothing. */
export type Lead = number | 'ram' | 'nothing';

/** The host’s domain number of a lead; 0 is left to nobody. */
const ramDomain = 1;
/** From here on a large page may take the place of a table. */
const largePage = 512;

/** The host's IOMMU, which follows what the virtio-iommu keeps. */
export class HostTables {
  /** The first thing that the machine's software could not do. */
  problem: Problem | undefined;
  readonly #setting: Setting;
  readonly #tables: Hands['tables'];
  readonly #tell: VirtioTeller;
  readonly #leads: Lead[];

  constructor(setting: Setting, hands: Hands, tell: VirtioTeller) {
    this.#setting = setting;
    this.#tables = hands.tables;
    this.#tell = tell;
    this.#leads = setting.endpoints.map(() => 'nothing');
  }

  /** Takes an endpoint away from what it had, flushes what hardware keeps of that, and gives it the new. */
  lead(endpoint: number, to: Lead): void {
    const before = this.#leads[endpoint];
    const device = this.#setting.endpoints[endpoint]?.device ?? '';
    if (before === to) return;
    this.#leads[endpoint] = to;
    this.#tell.act('lead', 0, endpoint, leadNumber(to));
    if (before !== 'nothing') {
      this.#note(this.#tables.unbind({ do: 'unbind', device }));
      this.#note(this.#tables.flush({ do: 'flush', of: 'configuration', device }));
    }
    if (to === 'nothing') return;
    const [domain, second] =
      to === 'ram' ? [ramDomain, this.#setting.ram] : [ramDomain + 1 + to, this.#spaceId(to)];
    this.#note(this.#tables.bind({ device, domain, second }));
  }

  /** Fills the entries of a mapping; one that allows nothing has none. */
  map(space: number, mapping: GuestMapping): void {
    const { first, last, to } = mapping;
    const permissions = permissionsOf(mapping);
    if (permissions === '') return;
    const count = last - first + 1;
    for (const run of hostRuns(this.#setting.memory, to, count) ?? []) {
      const from = first + run.guest - to;
      this.#tell.act('hostMaps', 0, from, run.count, run.host);
      const range = [hexAddress(from), hexAddress(run.host), hexAddress(run.count), permissions] as const;
      this.#note(this.#tables.map(this.#spaceId(space), [...range]));
    }
    if (count >= largePage)
      this.#note(this.#tables.flush({ do: 'flush', of: 'space', space: this.#spaceId(space) }));
  }

  /** Clears the entries of a mapping. They may still be cached. */
  clear(space: number, mapping: GuestMapping): void {
    const { first, last } = mapping;
    if (permissionsOf(mapping) === '') return;
    const length = hexAddress(last - first + 1);
    this.#tell.act('hostClears', 0, first, last - first + 1);
    const id = this.#spaceId(space);
    this.#note(this.#tables.unmap({ do: 'unmap', space: id, from: hexAddress(first), length }));
  }

  /** Makes hardware forget the pages from `first` to `last`. */
  flush(space: number, first: number, last: number): void {
    const range = { from: hexAddress(first), length: hexAddress(last - first + 1) };
    this.#tell.act('hostFlushes', 0, first, last - first + 1);
    this.#note(this.#tables.flush({ do: 'flush', of: 'pages', space: this.#spaceId(space), ...range }));
  }

  #spaceId(space: number): string {
    return this.#setting.spaces[space] ?? '';
  }

  #note(problem: Problem | undefined): void {
    if (problem !== undefined) this.problem ??= { path: '.with', message: problem.message };
  }
}

/** A lead as a row has it: the index of a space, -1 for the guest's memory, -2 for nothing. */
export function leadNumber(lead: Lead): number {
  if (lead === 'ram') return -1;
  return lead === 'nothing' ? -2 : lead;
}

function permissionsOf({ canRead, canWrite }: GuestMapping): string {
  return `${canRead ? 'r' : ''}${canWrite ? 'w' : ''}`;
}
