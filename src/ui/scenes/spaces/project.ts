import { hexAddress, parseWord, splitAddress } from '../../../engine/bits/hex';
import type { Moment } from '../../../engine/moment';
import { staleEntries } from '../../../engine/probe';
import { type EventOf, servesData } from '../../../engine/trace/events';
import { eventAt } from '../../../engine/trace/trace';

export const ribbonIds = ['device', 'guest', 'host'] as const;
export type RibbonId = (typeof ribbonIds)[number];

/** A page, or a run of pages, of one address space. */
export interface Block {
  readonly key: string;
  readonly page: number;
  readonly label: string;
  /** What lies there, in a word. */
  readonly note: string;
  readonly kind: 'data' | 'table' | 'doorbell';
  readonly isActive: boolean;
}

export interface Ribbon {
  readonly id: RibbonId;
  readonly title: string;
  readonly blocks: readonly Block[];
  /** Blocks that did not fit the ribbon. */
  readonly more: number;
}

/** A translation from one space to the next. */
export interface Link {
  readonly key: string;
  readonly from: { readonly ribbon: RibbonId; readonly page: number };
  readonly to: { readonly ribbon: RibbonId; readonly page: number };
  readonly isActive: boolean;
  readonly isStale: boolean;
}

export interface SpacesPicture {
  readonly ribbons: readonly Ribbon[];
  readonly links: readonly Link[];
}

const mostBlocks = 6;

/** The address spaces with the translations made so far, what software has mapped, and the doorbells. */
export function project(moment: Moment): SpacesPicture {
  const picture = new Collector(moment);
  picture.declare();
  picture.replay();
  return picture.finish();
}

type Asked = EventOf<'request'> | EventOf<'access'>;

class Collector {
  readonly #moment: Moment;
  readonly #blocks = new Map<string, Block & { readonly ribbon: RibbonId; readonly rank: number }>();
  readonly #links = new Map<string, Link>();
  /** Pages that software has unmapped since; an entry of the IOTLB may still know them. */
  readonly #gone = new Set<string>();
  #rank = 0;

  constructor(moment: Moment) {
    this.#moment = moment;
  }

  /** What the scenario maps before its first step, a page for each mapping. */
  declare(): void {
    const { scenario } = this.#moment.view;
    for (const { id, maps } of scenario.spaces ?? [])
      for (const mapping of (maps ?? []).slice(0, mostBlocks)) this.#map(id, mapping, false);
    for (const { name, at } of scenario.doorbells ?? [])
      this.#block('host', pageOf(at), 'doorbell', name, false);
  }

  /** Translations of the run so far; those of the step in progress are active. */
  replay(): void {
    const { view, count, stepIndex } = this.#moment;
    const start = view.spans[stepIndex]?.from ?? 0;
    let request: Asked | undefined;
    // Whether the device of the step keeps translations: the requests that come of its access are not its addresses.
    let isOwn = false;
    let guestPage = -1;
    for (let n = 0; n < count; n++) {
      const event = eventAt(view.trace, n);
      const isActive = n >= start;
      if (event.kind === 'step') this.#software(event.step, isActive);
      if (event.kind === 'step') isOwn = false;
      if (event.kind === 'access' || (event.kind === 'request' && !isOwn)) {
        request = event;
        isOwn = event.kind === 'access';
        guestPage = -1;
        this.#block('device', event.page, 'data', '', isActive);
      }
      if (event.kind === 'need') {
        const isTable = event.serves !== servesData;
        const title = isTable ? `level-${event.serves + 1} table` : '';
        this.#block('guest', event.guestPage, isTable ? 'table' : 'data', title, isActive);
        if (!isTable && request !== undefined) {
          guestPage = event.guestPage;
          this.#link('device', request.page, 'guest', guestPage, isActive);
        }
      }
      if (event.kind === 'guest') {
        this.#link('guest', event.guestPage, 'host', event.hostPage, isActive);
      }
      if (event.kind === 'fault' && request !== undefined) this.#refuse(request, guestPage);
      if (event.kind === 'result' && request !== undefined && event.permissions > 0)
        this.#answer(request, guestPage, event.page, isActive);
    }
  }

  finish(): SpacesPicture {
    const stale = this.#stalePages();
    const ribbons = ribbonIds.flatMap((id): Ribbon[] => {
      const all = [...this.#blocks.values()].filter(({ ribbon }) => ribbon === id);
      if (all.length === 0) return [];
      const kept = [...all].sort((a, b) => weight(b) - weight(a) || b.rank - a.rank).slice(0, mostBlocks);
      const blocks = kept.sort((a, b) => a.page - b.page);
      return [{ id, title: this.#title(id), blocks, more: all.length - blocks.length }];
    });
    const isShown = (side: Link['from']): boolean =>
      ribbons.some(({ id, blocks }) => id === side.ribbon && blocks.some(({ page }) => page === side.page));
    const isCached = (side: Link['from']): boolean => side.ribbon === 'device' && stale.has(side.page);
    const links = [...this.#links.values()]
      .filter(({ from, to }) => isShown(from) && isShown(to))
      .filter(({ from }) => !this.#gone.has(`${from.ribbon}${from.page}`) || isCached(from))
      .map((link) => ({ ...link, isStale: link.from.ribbon === 'device' && stale.has(link.from.page) }));
    return { ribbons, links };
  }

  /** What software maps and unmaps in a step. */
  #software(index: number, isActive: boolean): void {
    const step = this.#moment.view.scenario.steps[index];
    if (step?.do === 'map') this.#map(step.space, step.map, isActive);
    if (step?.do !== 'unmap') return;
    const first = pageOf(step.from);
    const [from] = this.#sidesOf(step.space);
    for (let n = 0; n < pageOf(step.length ?? '0x1000'); n++) this.#gone.add(`${from}${first + n}`);
  }

  #map(space: string, [source, target]: readonly [string, string, ...string[]], isActive: boolean): void {
    const [from, to] = this.#sidesOf(space);
    this.#gone.delete(`${from}${pageOf(source)}`);
    this.#link(from, pageOf(source), to, pageOf(target), isActive);
  }

  #sidesOf(id: string): readonly [RibbonId, RibbonId] {
    const spaces = this.#moment.view.scenario.spaces ?? [];
    const space = spaces.find((one) => one.id === id);
    const isNested = spaces.some(({ over }) => over !== undefined);
    return this.#sides(space?.stage ?? 2, space?.over !== undefined, isNested);
  }

  /** A refused address leads nowhere, or no further than the guest page that the walk had come to. */
  #refuse({ page }: Asked, guestPage: number): void {
    for (const [key, { from, to }] of this.#links) {
      const isReached = to.ribbon === 'guest' && to.page === guestPage;
      if (from.ribbon === 'device' && from.page === page && !isReached) this.#links.delete(key);
      if (from.ribbon === 'guest' && from.page === guestPage) this.#links.delete(key);
    }
  }

  #title(id: RibbonId): string {
    if (id === 'host') return 'Host addresses (HPA)';
    if (id === 'guest') return `Guest addresses (${this.#moment.view.architecture.words.guestAddress})`;
    const hasGuest = [...this.#blocks.values()].some(({ ribbon }) => ribbon === 'guest');
    return `Device addresses (${hasGuest ? 'gIOVA' : 'IOVA'})`;
  }

  #sides(stage: 1 | 2, isOver: boolean, isNested: boolean): readonly [RibbonId, RibbonId] {
    if (isOver) return ['device', 'guest'];
    return stage === 2 && isNested ? ['guest', 'host'] : ['device', 'host'];
  }

  #answer(request: Asked, guestPage: number, hostPage: number, isActive: boolean): void {
    if (guestPage >= 0) this.#link('device', request.page, 'guest', guestPage, isActive);
    else if (!this.#knowsGuest(request.page)) this.#link('device', request.page, 'host', hostPage, isActive);
    else this.#light(request.page, hostPage, isActive);
  }

  /** A hit goes the way that an earlier walk found. */
  #light(page: number, hostPage: number, isActive: boolean): void {
    const first = [...this.#links.values()].find(
      ({ from, to }) => from.ribbon === 'device' && from.page === page && to.ribbon === 'guest',
    );
    if (first === undefined || !isActive) return;
    this.#link('device', page, 'guest', first.to.page, true);
    this.#link('guest', first.to.page, 'host', hostPage, true);
  }

  #knowsGuest(page: number): boolean {
    return [...this.#links.values()].some(
      ({ from, to }) => from.ribbon === 'device' && from.page === page && to.ribbon === 'guest',
    );
  }

  #link(from: RibbonId, source: number, to: RibbonId, target: number, isActive: boolean): void {
    const key = `${from}${source}-${to}${target}`;
    const before = this.#links.get(key);
    this.#links.set(key, {
      key,
      from: { ribbon: from, page: source },
      to: { ribbon: to, page: target },
      isActive: isActive || before?.isActive === true,
      isStale: false,
    });
    this.#block(from, source, 'data', '', isActive);
    this.#block(to, target, 'data', '', isActive);
  }

  #block(ribbon: RibbonId, page: number, kind: Block['kind'], note: string, isActive: boolean): void {
    const key = `${ribbon}${page}`;
    const before = this.#blocks.get(key);
    this.#rank += 1;
    this.#blocks.set(key, {
      key,
      ribbon,
      page,
      label: hexAddress(page),
      kind: before !== undefined && before.kind !== 'data' ? before.kind : kind,
      note: note !== '' ? note : (before?.note ?? ''),
      isActive: isActive || before?.isActive === true,
      rank: this.#rank,
    });
  }

  /** Device pages whose cached answer the tables no longer give. */
  #stalePages(): ReadonlySet<number> {
    const pages = new Set<number>();
    for (const { cache, slot } of staleEntries(this.#moment)) {
      const row = this.#moment.state.caches[cache]?.get(slot);
      if (row !== undefined) pages.add((row[2] as number) * 2 ** ((row[3] as number) - 12));
    }
    return pages;
  }
}

function pageOf(text: string): number {
  const word = parseWord(text);
  return word === undefined ? -1 : splitAddress(word).page;
}

/** What stays when a ribbon is full: what the step uses, then doorbells. */
function weight({ isActive, kind }: Block): number {
  return (isActive ? 2 : 0) + (kind === 'doorbell' ? 1 : 0);
}
