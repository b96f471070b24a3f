import type { TableSoftware } from '../../architecture';
import { encode } from '../../bits/access';
import { hexAddress } from '../../bits/hex';
import { mostPages } from '../../memory/memory';
import type { Problem } from '../../scenario/problem';
import type { Binding, Mapping, Space, StepOf } from '../../scenario/schema';
import { deviceBits, endpoints } from '../../tce/find-endpoint';
import { windowPages as secondWindow } from '../../tce/find-window';
import type { TceIommu } from '../../tce/iommu';
import { tce } from '../../tce/layouts/tce';
import { isReadOnly } from '../../tce/registers';
import { withFields } from '../shared/entry-words';
import { mappedPages } from '../shared/mapped-pages';
import { deviceOf, pageOf } from '../shared/numbers';
import type { PageWriter } from '../shared/page-writer';
import { bitOf } from '../shared/paging-dialect';
import { setRegister } from '../shared/set-register';
import { Hypercalls } from './calls';
import { callOfStep } from './decode-call';
import { Endpoints } from './endpoints';
import { type Range, rangeOf } from './range';
import type { Room } from './room';
import { WindowSpaces } from './spaces';
import { isUsed, type TceTable } from './table';
import type { WindowShape } from './windows';

/** What one mapping may hold: a scenario is looked at, and a link to one must not keep the page busy. */
const mostEntries = 2 ** 18;

/** What a hypervisor does with a POWER host bridge, told from scenario steps. Every TCE that it writes is killed in the cache. */
export class TceSoftware implements TableSoftware {
  readonly #iommu: TceIommu;
  readonly #spaces: WindowSpaces;
  readonly #endpoints: Endpoints;
  readonly #calls: Hypercalls;

  constructor(iommu: TceIommu, writer: PageWriter, windows: readonly [WindowShape, WindowShape], room: Room) {
    this.#iommu = iommu;
    this.#spaces = new WindowSpaces(windows, writer, room);
    this.#endpoints = new Endpoints(iommu, writer);
    this.#calls = new Hypercalls(this.#spaces, this.#endpoints, writer);
  }

  allowAts(): Problem {
    return { path: '.ats', message: 'Devices of this host bridge keep no translations of their own.' };
  }

  respond(): Problem {
    return { path: '', message: 'This host bridge takes no page requests, so there is none to answer.' };
  }

  addSpace(space: Space): Problem | undefined {
    return this.#spaces.add(space);
  }

  map(id: string, mapping: Mapping): Problem | undefined {
    const pages = mappedPages(mapping);
    if ('message' in pages) return pages;
    const { from, to, count } = pages;
    const table = this.#spaces.tableOf(id, from);
    if ('message' in table) return table;
    const range = rangeOf(table, from, count, '[0]');
    if ('message' in range) return range;
    if (range.count > mostEntries)
      return { path: '[2]', message: `A mapping takes at most ${mostEntries} TCEs.` };
    const step = table.pagesPerEntry;
    if (to % step !== 0)
      return { path: '[1]', message: `The target is a multiple of ${hexAddress(step)}, as a TCE’s page is.` };
    if (to + range.count * step > mostPages)
      return { path: '[1]', message: 'Physical addresses have at most 56 bits.' };
    const fields = permissionsOf(mapping[3] ?? 'rw');
    for (let n = 0; n < range.count; n++) {
      const problem = table.put(range.first + n, encode(tce, { RPN: to + n * step, ...fields }));
      if (problem !== undefined) return problem;
    }
    this.#endpoints.kill(table, range.first, range.count);
    return undefined;
  }

  unmap(step: StepOf<'unmap'>): Problem | undefined {
    const found = this.#find(step);
    if ('message' in found) return found;
    const { table, range } = found;
    for (let n = 0; n < range.count; n++)
      if (!isUsed(table.get(range.first + n))) return notMapped(table, range.first + n);
    for (let n = 0; n < range.count; n++) table.put(range.first + n, [0, 0]);
    this.#endpoints.kill(table, range.first, range.count);
    return undefined;
  }

  permit(step: StepOf<'permit'>): Problem | undefined {
    if (step.tableOf !== undefined)
      return { path: '.tableOf', message: 'Tables of a window lie in no other space.' };
    const found = this.#find({ space: step.space, from: step.from });
    if ('message' in found) return found;
    const { table, range } = found;
    const words = table.get(range.first);
    if (!isUsed(words)) return notMapped(table, range.first);
    table.put(range.first, withFields(tce, words, permissionsOf(step.permissions)));
    this.#endpoints.kill(table, range.first, 1);
    return undefined;
  }

  /** Puts the device into PE `domain` and gives that PE the window `second`; two bindings give it both windows. */
  bind(binding: Binding): Problem | undefined {
    const { second, domain, passThrough } = binding;
    const device = deviceOf(binding.device, deviceBits);
    if (device === undefined) return noDevice;
    if (binding.pasid !== undefined) return { path: '.pasid', message: 'A PE has windows and no PASIDs.' };
    if (binding.first !== undefined)
      return { path: '.first', message: 'A PE has no first stage; name its window as `second`.' };
    if (domain >= endpoints)
      return { path: '.domain', message: `The domain is the number of a PE, 0 to ${endpoints - 1}.` };
    if (second === undefined && passThrough !== true && !this.#endpoints.hasWindow(domain))
      return {
        path: '',
        message: 'The first binding of a PE names a window as `second`, or says `passThrough`.',
      };
    const first = this.#endpoints.hasWindow(domain, 0) ? secondWindow : 0;
    const table = second === undefined ? undefined : this.#spaces.tableOf(second, first);
    if (table !== undefined && 'message' in table) return { ...table, path: '.second' };
    this.#endpoints.join(device, domain);
    if (table !== undefined) this.#endpoints.open(domain, table);
    if (passThrough === true) this.#endpoints.open(domain, 'bypass');
    return undefined;
  }

  unbind(step: StepOf<'unbind'>): Problem | undefined {
    const device = deviceOf(step.device, deviceBits);
    if (device === undefined) return noDevice;
    return this.#endpoints.leave(device) ? undefined : inNoEndpoint(step.device);
  }

  /** A command is a hypercall: there is no queue. */
  queue(step: StepOf<'command'>): Problem | undefined {
    const call = callOfStep(step);
    return 'message' in call ? call : this.#calls.perform(call);
  }

  /** Kills TCEs: a host bridge caches nothing else, and there is nothing to wait for. */
  flush(step: StepOf<'flush'>): Problem | undefined {
    switch (step.of) {
      case 'everything':
        this.#endpoints.killAll();
        return undefined;
      case 'configuration': {
        const device = deviceOf(step.device ?? '', deviceBits);
        if (device === undefined) return noDevice;
        return this.#endpoints.killDevice(device) ? undefined : inNoEndpoint(step.device ?? '');
      }
      case 'space': {
        const table = this.#spaces.tableOf(step.space ?? '');
        if ('message' in table) return table;
        this.#endpoints.killTable(table);
        return undefined;
      }
      case 'pages': {
        const found = this.#find({ ...step, space: step.space ?? '' });
        if ('message' in found) return found;
        this.#endpoints.kill(found.table, found.range.first, found.range.count);
        return undefined;
      }
    }
  }

  register(step: StepOf<'register'>): Problem | undefined {
    return setRegister(this.#iommu, step, isReadOnly);
  }

  /** The TCEs that a step names; one when it gives no length. */
  #find(step: Stretch): { readonly table: TceTable; readonly range: Range } | Problem {
    const from = pageOf(step.from ?? '');
    const count = step.length === undefined ? undefined : pageOf(step.length);
    if (from === undefined || (step.length !== undefined && count === undefined))
      return { path: '.from', message: 'Say from where; ranges are multiples of 0x1000.' };
    const table = this.#spaces.tableOf(step.space, from);
    if ('message' in table) return table;
    const range = rangeOf(table, from, count, '.from');
    return 'message' in range ? range : { table, range };
  }
}

/** A stretch of a space, as steps name it. */
interface Stretch {
  readonly space: string;
  readonly from?: string | undefined;
  readonly length?: string | undefined;
}

const noDevice: Problem = { path: '.device', message: `The number of a device has ${deviceBits} bits.` };

function inNoEndpoint(device: string): Problem {
  return { path: '.device', message: `${device} is in no PE.` };
}

function permissionsOf(letters: string): Readonly<Record<'R' | 'W', number>> {
  return { R: bitOf(letters, 'r'), W: bitOf(letters, 'w') };
}

function notMapped(table: TceTable, index: number): Problem {
  const page = table.window.firstPage + index * table.pagesPerEntry;
  return { path: '.from', message: `${hexAddress(page)} is not mapped in ${table.owner}.` };
}
