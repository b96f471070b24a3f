import type { TableSoftware } from '../../architecture';
import { encode, writeField } from '../../bits/access';
import { hexAddress, parseWord } from '../../bits/hex';
import { fieldOf } from '../../bits/layout';
import { mostPages } from '../../memory/memory';
import type { Problem } from '../../scenario/problem';
import type { Binding, Mapping, Space, StepOf } from '../../scenario/schema';
import { endpoints } from '../../tce/find-endpoint';
import type { TceIommu } from '../../tce/iommu';
import { tce } from '../../tce/layouts/tce';
import { isReadOnly } from '../../tce/registers';
import { writers } from '../../trace/events';
import type { PageWriter } from '../shared/page-writer';
import { Hypercalls } from './calls';
import { encodeCall } from './encode-call';
import { Endpoints } from './endpoints';
import { rangeOf } from './range';
import type { Room } from './room';
import { pageOf, WindowSpaces } from './spaces';
import { isUsed } from './table';
import type { WindowShape } from './windows';

const host = writers.indexOf('host');
const mostDevices = 2 ** 16;
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

  addSpace(space: Space): Problem | undefined {
    return this.#spaces.add(space);
  }

  map(id: string, mapping: Mapping): Problem | undefined {
    const [from, to, length, permissions = 'rw'] = mapping;
    const pages = [from, to, length ?? '0x1000'].map(pageOf);
    const wrong = pages.indexOf(undefined);
    if (wrong >= 0)
      return { path: `[${wrong}]`, message: 'Addresses and lengths of mappings are multiples of 0x1000.' };
    const [page, target, given] = pages as [number, number, number];
    const table = this.#spaces.tableOf(id, page);
    if ('message' in table) return table;
    const range = rangeOf(table, page, length === undefined ? table.pagesPerEntry : given, '[0]');
    if ('message' in range) return range;
    if (range.count > mostEntries)
      return { path: '[2]', message: `A mapping takes at most ${mostEntries} TCEs.` };
    const step = table.pagesPerEntry;
    if (target % step !== 0)
      return { path: '[1]', message: `The target is a multiple of ${hexAddress(step)}, as a TCE’s page is.` };
    if (target + range.count * step > mostPages)
      return { path: '[1]', message: 'Physical addresses have at most 56 bits.' };
    const fields = permissionsOf(permissions);
    for (let n = 0; n < range.count; n++) {
      const problem = table.put(range.first + n, encode(tce, { RPN: target + n * step, ...fields }));
      if (problem !== undefined) return problem;
    }
    this.#endpoints.kill(table, range.first, range.count);
    return undefined;
  }

  unmap(step: StepOf<'unmap'>): Problem | undefined {
    const from = pageOf(step.from);
    const given = step.length === undefined ? 0 : pageOf(step.length);
    if (from === undefined || given === undefined)
      return { path: '.from', message: 'Ranges are multiples of 0x1000.' };
    const table = this.#spaces.tableOf(step.space, from);
    if ('message' in table) return table;
    const range = rangeOf(table, from, step.length === undefined ? table.pagesPerEntry : given, '.from');
    if ('message' in range) return range;
    for (let n = 0; n < range.count; n++) {
      if (!isUsed(table.get(range.first + n))) return notMapped(from + n * table.pagesPerEntry, table.owner);
    }
    for (let n = 0; n < range.count; n++) table.put(range.first + n, [0, 0]);
    this.#endpoints.kill(table, range.first, range.count);
    return undefined;
  }

  permit(step: StepOf<'permit'>): Problem | undefined {
    if (step.tableOf !== undefined)
      return { path: '.tableOf', message: 'Tables of a window lie in no other space.' };
    const from = step.from === undefined ? undefined : pageOf(step.from);
    if (from === undefined) return { path: '.from', message: 'Say which page: `from`.' };
    const table = this.#spaces.tableOf(step.space, from);
    if ('message' in table) return table;
    const range = rangeOf(table, from, table.pagesPerEntry, '.from');
    if ('message' in range) return range;
    const words = [...table.get(range.first)];
    if (!isUsed(words)) return notMapped(from, table.owner);
    for (const [name, bit] of Object.entries(permissionsOf(step.permissions)))
      writeField(fieldOf(tce, name), words, 0, bit);
    table.put(range.first, words);
    this.#endpoints.kill(table, range.first, 1);
    return undefined;
  }

  /** Puts the device into PE `domain` and gives that PE the window `second`; two bindings give it both windows. */
  bind(binding: Binding): Problem | undefined {
    const { second, domain, passThrough } = binding;
    const device = deviceOf(binding.device);
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
    const table = second === undefined ? undefined : this.#spaces.tableOf(second);
    if (table !== undefined && 'message' in table) return { ...table, path: '.second' };
    this.#endpoints.join(device, domain);
    if (table !== undefined) this.#endpoints.open(domain, table);
    if (passThrough === true) this.#endpoints.open(domain, 'bypass');
    return undefined;
  }

  unbind(step: StepOf<'unbind'>): Problem | undefined {
    const device = deviceOf(step.device);
    if (device === undefined) return noDevice;
    if (this.#endpoints.leave(device)) return undefined;
    return { path: '.device', message: `${step.device} is in no PE.` };
  }

  /** A command is a hypercall: there is no queue. */
  queue(step: StepOf<'command'>): Problem | undefined {
    const call = encodeCall(step);
    return 'message' in call ? call : this.#calls.perform(call);
  }

  register(step: StepOf<'register'>): Problem | undefined {
    const index = this.#iommu.shapes.findIndex(({ id }) => id === step.name);
    const value = parseWord(step.value);
    if (index < 0) return { path: '.name', message: `This machine has no register ${step.name}.` };
    if (value === undefined)
      return { path: '.value', message: 'The value is not a 64-bit hexadecimal number.' };
    if (isReadOnly(index)) return { path: '.name', message: `Only hardware changes ${step.name}.` };
    this.#iommu.writeRegister(host, index, value.low, value.high);
    return undefined;
  }
}

const noDevice: Problem = { path: '.device', message: 'The number of a device has 16 bits.' };

function deviceOf(text: string): number | undefined {
  const word = parseWord(text);
  return word === undefined || word.high !== 0 || word.low >= mostDevices ? undefined : word.low;
}

function permissionsOf(letters: string): Readonly<Record<'R' | 'W', number>> {
  return { R: letters.includes('r') ? 1 : 0, W: letters.includes('w') ? 1 : 0 };
}

function notMapped(page: number, space: string): Problem {
  return { path: '.from', message: `${hexAddress(page)} is not mapped in ${space}.` };
}
