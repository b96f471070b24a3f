import type { TceIommu } from '../../tce/iommu';
import type { PageWriter } from '../shared/page-writer';
import { EndpointTables } from './endpoint-tables';
import type { TceTable } from './table';

/** Up to so many TCEs are killed one by one; for more the whole PE is. */
const mostKills = 64;

/** Which devices are in which PE, and which table stands in which window. */
export class Endpoints {
  readonly #tables: EndpointTables;
  readonly #endpointOf = new Map<number, number>();
  readonly #windows = new Map<number, TceTable | 'bypass'>();

  constructor(iommu: TceIommu, writer: PageWriter) {
    this.#tables = new EndpointTables(iommu, writer);
  }

  /** Whether a PE has the window, or any when none is named. */
  hasWindow(endpoint: number, window?: 0 | 1): boolean {
    const numbers = window === undefined ? [0, 1] : [window];
    return numbers.some((number) => this.#windows.has(endpoint * 2 + number));
  }

  /** Puts a device into a PE; a PE that it leaves behind empty loses its windows. */
  join(device: number, endpoint: number): void {
    const before = this.#endpointOf.get(device);
    this.#endpointOf.set(device, endpoint);
    this.#tables.join(device, endpoint);
    if (before !== undefined && before !== endpoint) this.#closeEmpty(before);
  }

  /** Takes a device out of its PE; false when it is in none. */
  leave(device: number): boolean {
    const endpoint = this.#endpointOf.get(device);
    if (endpoint === undefined) return false;
    this.#endpointOf.delete(device);
    this.#tables.leave(device);
    this.#closeEmpty(endpoint);
    return true;
  }

  /** Gives a PE a window on a table, or the 64-bit window without translation; what another table left in the cache goes. */
  open(endpoint: number, table: TceTable | 'bypass'): void {
    const key = endpoint * 2 + (table === 'bypass' ? 1 : table.window.number);
    const before = this.#windows.get(key);
    if (before === table) return;
    this.#windows.set(key, table);
    if (table === 'bypass') this.#tables.openBypass(endpoint);
    else this.#tables.open(endpoint, table);
    if (before !== undefined) this.#tables.kill(endpoint);
  }

  /** Kills `count` TCEs of a table in every PE that has it. */
  kill(table: TceTable, first: number, count: number): void {
    for (const [key, found] of this.#windows) {
      if (found !== table) continue;
      const endpoint = Math.floor(key / 2);
      if (count > mostKills) {
        this.#tables.kill(endpoint);
        continue;
      }
      for (let index = first; index < first + count; index++)
        this.#tables.kill(endpoint, table.window.firstPage + index * table.pagesPerEntry);
    }
  }

  /** Kills all TCEs of a table in every PE that has it. */
  killTable(table: TceTable): void {
    for (const [key, found] of this.#windows) if (found === table) this.#tables.kill(Math.floor(key / 2));
  }

  /** Kills the TCEs of a device's PE; false when it is in none. */
  killDevice(device: number): boolean {
    const endpoint = this.#endpointOf.get(device);
    if (endpoint === undefined) return false;
    this.#tables.kill(endpoint);
    return true;
  }

  killAll(): void {
    this.#tables.killAll();
  }

  #closeEmpty(endpoint: number): void {
    if ([...this.#endpointOf.values()].includes(endpoint) || !this.hasWindow(endpoint)) return;
    this.#windows.delete(endpoint * 2);
    this.#windows.delete(endpoint * 2 + 1);
    this.#tables.close(endpoint);
    this.#tables.kill(endpoint);
  }
}
