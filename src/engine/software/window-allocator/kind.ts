import { hexAddress } from '../../bits/hex';
import { sizeText } from '../../bits/text';
import type { WindowShape } from '../../drivers/tce/windows';
import { windowsOfSpec } from '../../machines/tce-windows';
import type { Problem } from '../../scenario/problem';
import type { Scenario, SoftwareSpec } from '../../scenario/schema';
import type { Description, LedgerShape, SoftwareKind } from '../model';
import { WindowAllocator } from './model';

/** Bytes of so many pages, for a sentence. */
const bytes = (pages: number): string => `${hexAddress(pages)} bytes`;

/** Linux on POWER: which bus addresses of a PE's two windows are in use, and which window is open. */
export const windowAllocator: SoftwareKind = {
  id: 'window-allocator',
  name: 'DMA windows of Linux on POWER',
  describe,
  build(spec, scenario, { tables }, tell) {
    const names = spacesOf(spec);
    const problem = problemWith(names, spec, scenario);
    const binding = scenario.bindings?.find(({ second }) => second === names[0]);
    if (problem !== undefined) return [problem];
    if (binding === undefined)
      return [{ path: '.config.windows', message: `No binding gives a PE the window ${names[0]}.` }];
    return new WindowAllocator(windowsOfSpec(scenario.machine, []), names, binding, tables, tell);
  },
};

function spacesOf({ config }: SoftwareSpec): readonly string[] {
  const names = config?.['windows'];
  return Array.isArray(names) ? names : [];
}

function problemWith(
  names: readonly string[],
  { config }: SoftwareSpec,
  { machine, spaces }: Scenario,
): Problem | undefined {
  const other = Object.keys(config ?? {}).find((name) => name !== 'windows');
  if (other !== undefined)
    return { path: `.config.${other}`, message: `This software has no setting ${other}; it has windows.` };
  if (machine.arch !== 'tce')
    return { path: '.kind', message: 'Windows of a PE are those of the machine tce.' };
  const isKnown = names.length === 2 && names.every((name) => spaces?.some(({ id }) => id === name));
  if (!isKnown)
    return { path: '.config.windows', message: 'Name the spaces of the 32-bit and the 64-bit window.' };
  return undefined;
}

function describe(_: SoftwareSpec, { machine }: Scenario): Description {
  const windows = windowsOfSpec(machine, []);
  const name = (window: number): string => windows[window]?.name ?? 'no window';
  return {
    ledgers: [
      {
        id: 'windows',
        name: 'Windows of the PE',
        about: 'What Linux knows of each window: how many TCEs it has, and how many of them are taken.',
        key: { name: 'window', text: name },
        columns: [
          { name: 'state', text: (isOpen) => (isOpen === 1 ? 'open' : 'not open') },
          { name: 'first address', text: (page) => hexAddress(page) },
          { name: 'a TCE maps', text: sizeText },
          { name: 'TCEs', text: String },
          { name: 'taken', text: String },
        ],
      },
      ...windows.map(addressesOf),
    ],
    verbs: [
      {
        name: 'map',
        say: ([memory = 0, pages = 0, window = 0, count = 0]) =>
          `The driver wants ${bytes(pages)} of memory at ${hexAddress(memory)} mapped: Linux looks for ${counted(count)} side by side in the ${name(window)}.`,
      },
      {
        name: 'unmap',
        say: ([from = 0, pages = 0, count = 0]) =>
          `The driver gives back ${bytes(pages)} from bus address ${hexAddress(from)}: Linux clears ${counted(count)}.`,
      },
      {
        name: 'open',
        say: ([window = 0]) =>
          `Linux asks the hypervisor for the ${name(window)}, for every device of the PE.`,
      },
    ],
  };
}

function addressesOf({ number, name, firstPage, sizeShift }: WindowShape): LedgerShape {
  return {
    id: `addresses-${number}`,
    name: `Bus addresses of the ${name}`,
    about: 'Which addresses devices may use, and which memory is behind them.',
    key: { name: 'address', text: (page) => hexAddress(page) },
    columns: [
      { name: 'length', text: (pages) => hexAddress(pages) },
      { name: 'memory', text: (page) => (page < 0 ? 'none' : hexAddress(page)) },
      { name: 'use', text: (isBuffer) => (isBuffer === 1 ? 'buffer' : 'never given out') },
    ],
    strip: { pages: 0, state: 2, from: firstPage, to: firstPage + 2 ** (sizeShift - 12) },
  };
}

function counted(count: number): string {
  return count === 1 ? '1 TCE' : `${count} TCEs`;
}
