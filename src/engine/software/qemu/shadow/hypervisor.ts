import { hexAddress } from '../../../bits/hex';
import { coveringRange } from '../../../drivers/shared/ranges';
import type { Problem } from '../../../scenario/problem';
import { pagesPerEntry } from '../../../walk/table-shape';
import type { Arguments } from '../../arguments';
import { errorNumber } from '../../errors';
import type { Hands, Teller } from '../../model';
import { modelOf } from '../operations';
import type { ShadowSetup } from './config';
import { Notifiers } from './notifiers';
import { type Change, ShadowTable } from './shadow-table';
import { listeners, permissionTexts, verb } from './words';

const notSupported = -errorNumber('EOPNOTSUPP');
const exists = -errorNumber('EEXIST');
const mostPages = 512;

/** QEMU with an assigned device behind a virtual VT-d unit, and its guest's driver. */
export class ShadowingHypervisor {
  readonly model = modelOf({
    register: (given) => this.#register(given),
    'guest-map': (given) => this.#guestMap(given),
    'guest-unmap': (given) => this.#guestUnmap(given),
    'guest-invalidate': (given) => this.#guestInvalidate(given),
    'first-level-changed': (given) => this.#firstLevelChanged(given),
  });
  readonly #setup: ShadowSetup;
  readonly #hands: Hands;
  readonly #tell: Teller;
  readonly #notifiers: Notifiers;
  readonly #shadow: ShadowTable;

  constructor(setup: ShadowSetup, hands: Hands, tell: Teller) {
    this.#setup = setup;
    this.#hands = hands;
    this.#tell = tell;
    this.#notifiers = new Notifiers(tell);
    this.#shadow = new ShadowTable(setup, hands, tell);
  }

  /** Without caching mode QEMU refuses whoever must hear of mappings; `anyway` leaves the check out. */
  #register(given: Arguments): Problem | undefined {
    const index = given.choice(
      'news',
      listeners.map(({ id }) => id),
    );
    const anyway = given.flag('anyway');
    const problem = given.end();
    if (problem !== undefined) return problem;
    const news = listeners[index]?.id ?? 'unmap';
    const result = this.#refusal(news === 'map-unmap' && !anyway, this.#notifiers.has(news));
    this.#tell.act(verb.register, result, index);
    if (result !== 0) return undefined;
    this.#notifiers.add(news);
    // The newcomer hears at once of everything that is mapped already.
    return news === 'map-unmap' ? this.#sync(0, pagesPerEntry(this.#setup.guest.levels)) : undefined;
  }

  #refusal(needsCachingMode: boolean, isThere: boolean): number {
    if (isThere) return exists;
    return needsCachingMode && !this.#setup.cachingMode ? notSupported : 0;
  }

  #guestMap(given: Arguments): Problem | undefined {
    const from = given.page('from');
    const to = given.page('to');
    const pages = given.number('pages', 1, mostPages, 1);
    const permissions = given.choice(
      'permissions',
      permissionTexts.slice(1),
      permissionTexts.indexOf('rw') - 1,
    );
    const problem = given.end();
    if (problem !== undefined) return problem;
    const wasPresent = this.#shadow.guestMaps(from, pages);
    this.#tell.act(verb.guestMaps, 0, from, to, pages);
    const letters = permissionTexts[permissions + 1] ?? '';
    const unmapped = this.#hands.tables.map(this.#setup.guest.id, [
      hexAddress(from),
      hexAddress(to),
      hexAddress(pages),
      letters,
    ]);
    if (unmapped !== undefined) return { path: '.with.from', message: unmapped.message };
    // What was present may be cached by any unit; what was not, only with caching mode (VT-d 6.1).
    if (wasPresent || this.#setup.cachingMode) return this.#invalidated(from, pages);
    this.#tell.act(verb.guestIsSilent, 0);
    return undefined;
  }

  #guestUnmap(given: Arguments): Problem | undefined {
    const from = given.page('from');
    const pages = given.number('pages', 1, mostPages, 1);
    const problem = given.end();
    if (problem !== undefined) return problem;
    this.#tell.act(verb.guestUnmaps, 0, from, pages);
    const { guest } = this.#setup;
    const range = { from: hexAddress(from), length: hexAddress(pages) };
    const mapped = this.#hands.tables.unmap({ do: 'unmap', space: guest.id, ...range });
    if (mapped !== undefined) return { path: '.with.from', message: mapped.message };
    return this.#invalidated(from, pages);
  }

  #guestInvalidate(given: Arguments): Problem | undefined {
    const from = given.page('from');
    const pages = given.number('pages', 1, mostPages, 1);
    return given.end() ?? this.#invalidated(from, pages);
  }

  /** A page-selective invalidation names an aligned power of two of pages (VT-d 6.5.2.4). */
  #invalidated(wanted: number, pages: number): Problem | undefined {
    const { from, bits } = coveringRange(wanted, pages);
    this.#tell.act(verb.invalidate, 0, from, 2 ** bits);
    if (this.#notifiers.has('map-unmap')) return this.#sync(from, 2 ** bits);
    if (!this.#notifiers.has('unmap')) {
      this.#tell.act(verb.nobody, 0);
      return undefined;
    }
    // Who hears of unmapping only gets the range as it is: no table is read.
    this.#tell.act(verb.tellUnmap, 0, from, 2 ** bits);
    this.#notifiers.notify('unmap');
    return undefined;
  }

  /** Reads the guest's table and tells what is different (QEMU `vtd_sync_shadow_page_table_range`). */
  #sync(from: number, pages: number): Problem | undefined {
    const changes = this.#shadow.changes(from, pages);
    if ('message' in changes) return changes;
    for (const change of changes) {
      const problem = this.#pass(change);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #pass(change: Change): Problem | undefined {
    if (change.kind === 'unmap') {
      this.#tell.act(verb.tellUnmap, 0, change.page, 1);
      this.#notifiers.notify('unmap', 'map-unmap');
      return this.#shadow.unmap(change.page);
    }
    this.#tell.act(verb.tellMap, 0, change.page, change.mapped.to);
    this.#notifiers.notify('map-unmap');
    return this.#shadow.map(change.mapped);
  }

  /** The machine walks the process's tables by itself; only what it has cached must go. */
  #firstLevelChanged(given: Arguments): Problem | undefined {
    const pasid = given.number('pasid', 0, 0xfffff);
    const from = given.page('from');
    const pages = given.number('pages', 1, mostPages, 1);
    const space = this.#setup.processes.get(pasid);
    if (space === undefined)
      given.problem ??= {
        path: '.with.pasid',
        message: 'Take a PASID of the device that is bound to a first stage.',
      };
    const problem = given.end();
    if (problem !== undefined || space === undefined) return problem;
    this.#tell.act(verb.firstLevel, 0, pasid, from, pages);
    if (!this.#notifiers.has('first-level')) {
      this.#tell.act(verb.cannotSay, 0, pasid);
      return undefined;
    }
    this.#tell.act(verb.tellFirstLevel, 0, pasid, from, pages);
    this.#notifiers.notify('first-level');
    const range = { from: hexAddress(from), length: hexAddress(pages) };
    return this.#hands.tables.flush({ do: 'flush', of: 'pages', space: space.id, ...range });
  }
}
