import type { TableSoftware } from '../../architecture';
import { hexAddress } from '../../bits/hex';
import type { WindowShape } from '../../drivers/tce/windows';
import type { Problem } from '../../scenario/problem';
import type { Binding, StepOf } from '../../scenario/schema';
import { Arguments } from '../arguments';
import { errorNumber } from '../errors';
import type { SoftwareModel, Teller } from '../model';
import { TceAllocator } from './tce-allocator';

const verb = { map: 0, unmap: 1, open: 2 } as const;
/** The ledger of all windows; those of their addresses follow in the order of the windows. */
const windowsLedger = 0;
const use = { reserved: 0, buffer: 1 } as const;
const noMemory = -1;
const choices = ['32-bit', '64-bit'];
/** What one call may map: a scenario is looked at. */
const mostBytes = 2 ** 28;
/** What `dma_mapping_error` gives when no address could be had. */
const noRoom = -errorNumber('ENOMEM');
const noWindow = -errorNumber('ENODEV');

interface Window extends WindowShape {
  readonly space: string;
  readonly allocator: TceAllocator;
  /** Buffers by the page of their first bus address. */
  readonly buffers: Map<number, { readonly index: number; readonly count: number }>;
  isOpen: boolean;
}

/** A driver and Linux below it: buffers get bus addresses from one of the PE's windows. */
export class WindowAllocator implements SoftwareModel {
  readonly #windows: readonly Window[];
  readonly #binding: Binding;
  readonly #tables: TableSoftware;
  readonly #tell: Teller;

  /** `spaces` are those of the windows, in their order; `binding` has opened the first one. */
  constructor(
    windows: readonly WindowShape[],
    spaces: readonly string[],
    binding: Binding,
    tables: TableSoftware,
    tell: Teller,
  ) {
    this.#binding = binding;
    this.#tables = tables;
    this.#tell = tell;
    this.#windows = windows.map((shape) => {
      const size = 2 ** (shape.sizeShift - shape.pageShift);
      return {
        ...shape,
        space: spaces[shape.number] as string,
        allocator: new TceAllocator(size, shape.pageShift, shape.firstPage === 0),
        buffers: new Map(),
        isOpen: shape.number === 0,
      };
    });
    for (const window of this.#windows) this.#tellWindow(window);
    tell.set(1, 0, 1, noMemory, use.reserved);
  }

  call(step: StepOf<'call'>): Problem | undefined {
    const given = new Arguments(step);
    switch (step.op) {
      case 'map':
        return this.#map(given);
      case 'unmap':
        return this.#unmap(given);
      case 'open':
        return this.#open(given);
    }
    return { path: '.op', message: `There is no ${step.op}; there are map, unmap and open.` };
  }

  #map(given: Arguments): Problem | undefined {
    const memory = given.page('memory');
    const length = given.number('length', 1, mostBytes);
    const window = this.#windows[given.choice('window', choices)] as Window;
    const problem = given.end();
    if (problem !== undefined) return problem;
    const { pageShift, firstPage, allocator, number } = window;
    const each = 2 ** (pageShift - 12);
    if (memory % each !== 0)
      return { path: '.with.memory', message: `The memory begins at a multiple of ${hexAddress(each)}.` };
    const count = Math.ceil(length / 2 ** pageShift);
    const pages = count * each;
    const index = window.isOpen ? allocator.allocate(count) : undefined;
    const result = index !== undefined ? 0 : window.isOpen ? noRoom : noWindow;
    this.#tell.act(verb.map, result, memory, pages, number, count);
    if (index === undefined) return undefined;
    const from = firstPage + index * each;
    window.buffers.set(from, { index, count });
    this.#tell.set(1 + number, from, pages, memory, use.buffer);
    this.#tellWindow(window);
    return this.#tables.map(window.space, [hexAddress(from), hexAddress(memory), hexAddress(pages)]);
  }

  #unmap(given: Arguments): Problem | undefined {
    const from = given.page('from');
    const problem = given.end();
    if (problem !== undefined) return problem;
    const window = this.#windows.find(({ buffers }) => buffers.has(from));
    const buffer = window?.buffers.get(from);
    if (window === undefined || buffer === undefined)
      return { path: '.with.from', message: `No buffer begins at bus address ${hexAddress(from)}.` };
    const { index, count } = buffer;
    const pages = count * 2 ** (window.pageShift - 12);
    this.#tell.act(verb.unmap, 0, from, pages, count);
    const step = {
      do: 'unmap',
      space: window.space,
      from: hexAddress(from),
      length: hexAddress(pages),
    } as const;
    const failed = this.#tables.unmap(step);
    window.buffers.delete(from);
    window.allocator.free(index, count);
    this.#tell.drop(1 + window.number, from);
    this.#tellWindow(window);
    return failed;
  }

  #open(given: Arguments): Problem | undefined {
    const window = this.#windows[given.choice('window', choices)] as Window;
    const problem = given.end();
    if (problem !== undefined) return problem;
    if (window.isOpen) return { path: '.with.window', message: `The ${window.name} is open already.` };
    this.#tell.act(verb.open, 0, window.number);
    window.isOpen = true;
    this.#tellWindow(window);
    return this.#tables.bind({ ...this.#binding, second: window.space });
  }

  #tellWindow({ number, isOpen, firstPage, pageShift, allocator }: Window): void {
    this.#tell.set(
      windowsLedger,
      number,
      isOpen ? 1 : 0,
      firstPage,
      pageShift,
      allocator.size,
      allocator.used,
    );
  }
}
