import { parseWord } from '../../bits/hex';
import { mostPages } from '../../memory/memory';
import type { Problem } from '../../scenario/problem';
import type { Scenario, SoftwareSpec } from '../../scenario/schema';

/** A frame of a guest and the machine frame that it is. */
export interface GuestFrame {
  readonly domain: number;
  readonly gfn: number;
  readonly mfn: number;
}

/** A host as Xen starts it. A domain is its domid: the place in `domains`. */
export interface Config {
  readonly domains: readonly string[];
  /** Who holds the control_iommu privilege. */
  readonly control: ReadonlySet<number>;
  /** For each domain the domains whose memory it may map, itself left out. */
  readonly mayMap: readonly ReadonlySet<number>[];
  /** The space of each domain that may control the IOMMU. */
  readonly spaces: ReadonlyMap<number, string>;
  readonly memory: readonly GuestFrame[];
  /** Guest frames that domains have asked for and get when a page is free, first come first served. */
  readonly waiting: readonly Omit<GuestFrame, 'mfn'>[];
  /** When the reference of an unmapped page is dropped: an index of `dropTimes`. */
  readonly dropAt: number;
  /** Frames of the host's memory: what a full scan reads. */
  readonly hostFrames: number;
}

export const dropTimes = ['unmap', 'flush'] as const;

const mostDomains = 32;
const mostFrames = 4096;
const defaultHostFrames = 2 ** 22;
/** Frame numbers are exact up to here. */
const mostFrameNumber = 2 ** 44;

/** The names of the domains, also of a config that is wrong elsewhere. */
export function domainNames(spec: SoftwareSpec): readonly string[] {
  const { domains } = spec.config ?? {};
  return Array.isArray(domains) ? domains : [];
}

/** Reads a host from `config`; problems name its fields. */
export function readConfig(spec: SoftwareSpec, scenario: Scenario): Config | readonly Problem[] {
  const reader = new ConfigReader(spec);
  const { domains } = reader;
  const control = new Set(reader.lines('control', 'DOMAIN', 1).map(({ domain }) => domain));
  const spaces = new Map(
    reader.lines('spaces', 'DOMAIN SPACE', 2).map(({ domain, words }) => [domain, words[1] ?? '']),
  );
  const ids = (scenario.spaces ?? []).map(({ id }) => id);
  for (const id of spaces.values())
    if (!ids.includes(id)) reader.wrong('spaces', `There is no space ${id}. Add it to the scenario.`);
  if (new Set(spaces.values()).size < spaces.size)
    reader.wrong('spaces', 'Each domain has a space of its own.');
  for (const domain of control)
    if (!spaces.has(domain))
      reader.wrong('spaces', `${domains[domain]} controls the IOMMU: add a line “${domains[domain]} SPACE”.`);
  const mayMap = domains.map(() => new Set<number>());
  for (const { domain, words, at } of reader.lines('mapping', 'DOMAIN GUEST', 2)) {
    const target = reader.domain('mapping', at, words[1]);
    mayMap[domain]?.add(target);
  }
  const memory = reader.frames('memory', 'DOMAIN GFN MFN PAGES').map(({ domain, gfn, target }) => ({
    domain,
    gfn,
    mfn: target,
  }));
  if (new Set(memory.map(({ mfn }) => mfn)).size < memory.length)
    reader.wrong('memory', 'A machine frame belongs to one guest frame only.');
  if (new Set(memory.map(({ domain, gfn }) => `${domain} ${gfn}`)).size < memory.length)
    reader.wrong('memory', 'A guest frame is one machine frame only.');
  const waiting = reader.frames('waiting', 'DOMAIN GFN PAGES');
  const dropAt = reader.choice('dropAt', dropTimes);
  const hostFrames = reader.count('hostFrames', defaultHostFrames);
  if (reader.problems.length > 0) return reader.problems;
  return { domains, control, mayMap, spaces, memory, waiting, dropAt, hostFrames };
}

interface Line {
  readonly domain: number;
  readonly words: readonly string[];
  readonly at: string;
}

class ConfigReader {
  readonly problems: Problem[] = [];
  readonly domains: readonly string[];
  readonly #config: NonNullable<SoftwareSpec['config']>;

  constructor(spec: SoftwareSpec) {
    this.#config = spec.config ?? {};
    this.domains = domainNames(spec);
    const known = ['domains', 'control', 'spaces', 'mapping', 'memory', 'waiting', 'dropAt', 'hostFrames'];
    for (const name of Object.keys(this.#config))
      if (!known.includes(name)) this.wrong(name, `A host has no ${name}; it has ${known.join(', ')}.`);
    if (this.domains.length === 0 || this.domains.length > mostDomains)
      this.wrong('domains', `List 1 to ${mostDomains} names; the place in the list is the domid.`);
    if (
      this.domains.some((name) => !/^[\w-]+$/.test(name)) ||
      new Set(this.domains).size < this.domains.length
    )
      this.wrong('domains', 'Each name is a word of its own: letters, digits, hyphens.');
  }

  /** The lines of a field, each of which begins with a domain. */
  lines(name: string, form: string, least: number, most = least): readonly Line[] {
    const given = this.#config[name] ?? [];
    if (!Array.isArray(given)) {
      this.wrong(name, `${name} is a list of lines “${form}”.`);
      return [];
    }
    return given.map((text, index) => {
      const words = text.trim().split(/\s+/);
      const at = `${name}[${index}]`;
      if (words.length < least || words.length > most) this.wrong(at, `The line has the form “${form}”.`);
      return { domain: this.domain(name, at, words[0]), words, at };
    });
  }

  /** Runs of frames: guest frames, the machine frames when `form` has them, and how many (one when left out). */
  frames(name: string, form: string): readonly (Omit<GuestFrame, 'mfn'> & { readonly target: number })[] {
    const parts = form.split(' ').length;
    const found = this.lines(name, form, parts - 1, parts).flatMap(({ domain, words, at }) => {
      const [gfn = 0, target = 0] = words.slice(1, parts - 1).map((word) => this.#frame(at, word));
      const count = Number(words[parts - 1] ?? 1);
      const isCount = Number.isInteger(count) && count >= 1 && count <= mostFrames;
      if (!isCount) this.wrong(at, `PAGES is a whole number from 1 to ${mostFrames}.`);
      const pages = isCount ? count : 1;
      if (target + pages > mostPages) this.wrong(at, 'Physical addresses have at most 56 bits.');
      return Array.from({ length: pages }, (_, n) => ({ domain, gfn: gfn + n, target: target + n }));
    });
    if (found.length > mostFrames) this.wrong(name, `A host shows at most ${mostFrames} frames.`);
    return found;
  }

  count(name: string, otherwise: number): number {
    const given = this.#config[name] ?? otherwise;
    if (typeof given === 'number' && Number.isInteger(given) && given > 0) return given;
    this.wrong(name, `${name} is a whole number above 0.`);
    return otherwise;
  }

  /** The index of a word in a list; the first when it is left out. */
  choice(name: string, words: readonly string[]): number {
    const given = this.#config[name] ?? words[0];
    const index = typeof given === 'string' ? words.indexOf(given) : -1;
    if (index < 0) this.wrong(name, `${name} is one of ${words.join(', ')}.`);
    return Math.max(0, index);
  }

  domain(name: string, at: string, word: string | undefined): number {
    const found = this.domains.indexOf(word ?? '');
    if (found < 0) this.wrong(at, `${word} is no domain; ${name} takes names of domains.`);
    return Math.max(0, found);
  }

  wrong(at: string, message: string): void {
    this.problems.push({ path: `.config.${at}`, message });
  }

  #frame(at: string, text: string): number {
    const word = parseWord(text);
    const frame = word === undefined ? -1 : word.high * 2 ** 32 + word.low;
    if (frame >= 0 && frame < mostFrameNumber) return frame;
    this.wrong(at, 'A frame number is hexadecimal: the address without its last three digits.');
    return 0;
  }
}
