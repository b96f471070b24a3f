import { hexAddress } from '../../../bits/hex';
import { pageOf } from '../../../drivers/shared/numbers';
import type { Problem } from '../../../scenario/problem';
import type { Space } from '../../../scenario/schema';
import { errorNumber } from '../../errors';
import type { Hands, Teller } from '../../model';
import type { ShadowSetup } from './config';
import { hostTables, type MappedPage, mappedPage, mappedPages, type Tables } from './guest-tables';
import { ledger, permissionTexts, verb } from './words';

/** What one shadow takes: a scenario is looked at. */
const mostPages = 4096;
const badAddress = -errorNumber('EFAULT');

/** A page that appeared in the guest's table, or left it. */
export type Change =
  | { readonly kind: 'unmap'; readonly page: number }
  | { readonly kind: 'map'; readonly page: number; readonly mapped: MappedPage };

/** The host's table that follows the guest's, with guest memory replaced by host memory. */
export class ShadowTable {
  readonly #hands: Hands;
  readonly #tell: Teller;
  readonly #space: string;
  readonly #ram: Tables;
  readonly #guest: Tables;
  readonly #entries = new Map<number, MappedPage>();

  constructor({ guest, ram, shadow }: ShadowSetup, hands: Hands, tell: Teller) {
    this.#hands = hands;
    this.#tell = tell;
    this.#space = shadow.id;
    this.#ram = hostTables(rootOf(ram), ram.levels);
    this.#guest = {
      root: rootOf(guest),
      levels: guest.levels,
      hostOf: (table) => mappedPage(hands.memory, this.#ram, table)?.to,
    };
  }

  /** Whether the guest's table maps any of `count` pages from `from`. */
  guestMaps(from: number, count: number): boolean {
    return mappedPages(this.#hands.memory, this.#guest, from, count).next().done !== true;
  }

  /** What is different in `count` pages from `from` since the shadow was made; a problem when the guest maps too much. */
  changes(from: number, count: number): readonly Change[] | Problem {
    const now = new Map<number, MappedPage>();
    for (const mapped of mappedPages(this.#hands.memory, this.#guest, from, count)) {
      if (now.size === mostPages)
        return {
          path: '',
          message: `A shadow takes at most ${mostPages} pages. Map less in the guest’s table.`,
        };
      now.set(mapped.page, mapped);
    }
    const gone = [...this.#entries.values()].filter(
      (entry) => isIn(entry.page, from, count) && !isSame(entry, now.get(entry.page)),
    );
    const come = [...now.values()].filter((mapped) => !isSame(mapped, this.#entries.get(mapped.page)));
    return [
      ...gone.map(({ page }): Change => ({ kind: 'unmap', page })),
      ...come.map((mapped): Change => ({ kind: 'map', page: mapped.page, mapped })),
    ];
  }

  /** VFIO maps a page of the guest; guest memory that is not there is -EFAULT. */
  map(mapped: MappedPage): Problem | undefined {
    const { page, to, permissions } = mapped;
    const host = mappedPage(this.#hands.memory, this.#ram, to)?.to;
    this.#tell.act(verb.hostMaps, host === undefined ? badAddress : 0, page, to);
    if (host === undefined) return undefined;
    const range = [hexAddress(page), hexAddress(host), '0x1000', permissions] as const;
    const problem = this.#hands.tables.map(this.#space, [...range]);
    if (problem !== undefined) return { path: '', message: problem.message };
    this.#entries.set(page, mapped);
    const code = permissionTexts.indexOf(permissions);
    this.#tell.set(ledger.shadow, page, to, host, code);
    return undefined;
  }

  unmap(page: number): Problem | undefined {
    if (!this.#entries.delete(page)) return undefined;
    this.#tell.act(verb.hostUnmaps, 0, page);
    const from = hexAddress(page);
    const { tables } = this.#hands;
    const problem =
      tables.unmap({ do: 'unmap', space: this.#space, from }) ??
      tables.flush({ do: 'flush', of: 'pages', space: this.#space, from });
    this.#tell.drop(ledger.shadow, page);
    return problem === undefined ? undefined : { path: '', message: problem.message };
  }
}

function isIn(page: number, from: number, count: number): boolean {
  return page >= from && page < from + count;
}

function isSame(one: MappedPage, other: MappedPage | undefined): boolean {
  return other !== undefined && one.to === other.to && one.permissions === other.permissions;
}

function rootOf({ tables }: Space): number {
  return pageOf(tables) ?? 0;
}
