import { hexAddress } from '../../bits/hex';
import type { Scenario, SoftwareSpec } from '../../scenario/schema';
import type { Description, LedgerColumn } from '../model';
import { allocatorColumns } from './allocator-rows';
import { configOf } from './config';
import { namesIn } from './names';

/** Indices of ledgers and verbs; states of a range; rows of the counters. */
export const ledger = { addresses: 0, pages: 1, counters: 2, allocator: 3 } as const;
export const verb = {
  map: 0,
  unmap: 1,
  flushRange: 2,
  flushAll: 3,
  release: 4,
  wait: 5,
  commit: 6,
  reuse: 7,
  churn: 8,
} as const;
export const state = { mapped: 0, waiting: 1, cached: 2 } as const;
export const counter = {
  maps: 0,
  unmaps: 1,
  rangeFlushes: 2,
  fullFlushes: 3,
  waiting: 4,
  oldest: 5,
} as const;

const stateTexts = ['mapped', 'unmapped, not free yet', 'kept by a CPU'];
const counterTexts = [
  'maps',
  'unmaps',
  'flushes of a range',
  'flushes of everything',
  'ranges that wait for a flush',
  'longest wait of a range, µs',
];
/** Buffers that `churn` makes have no name. */
export const noName = -1;

export const number = (name: string): LedgerColumn => ({ name, text: (value) => value.toLocaleString('en') });
export const address = (name: string): LedgerColumn => ({ name, text: (value) => hexAddress(value) });

function named(name: string, names: readonly string[]): LedgerColumn {
  return { name, text: (value) => (value === noName ? '' : (names[value] ?? `${value}`)) };
}

/** How the events of a device's DMA API are read. */
export function describe(spec: SoftwareSpec, scenario: Scenario): Description {
  const config = configOf(spec, scenario);
  const buffers = namesIn(scenario, spec, 'name');
  const users = namesIn(scenario, spec, 'by');
  const who = spec.id ?? spec.kind;
  const limit = 'space' in config ? config.limitPage : 0;
  const buffer = (index: number): string => (index === noName ? 'a buffer' : `“${buffers[index] ?? index}”`);
  const at = (page: number, pages: number): string =>
    `${hexAddress(page)}, ${pages === 1 ? '1 page' : `${pages.toLocaleString('en')} pages`}`;
  return {
    ledgers: [
      {
        id: `${who}-addresses`,
        name: `I/O addresses (${who})`,
        about: 'What the allocator has given out. An address is free only when no row is left.',
        key: address('from'),
        columns: [
          number('pages'),
          named('buffer', buffers),
          { name: 'state', text: (value) => stateTexts[value] ?? '' },
        ],
        strip: { pages: 0, state: 2, from: 0, to: limit + 1 },
      },
      {
        id: `${who}-pages`,
        name: `Host pages (${who})`,
        about: 'Who uses the memory behind the buffers now.',
        key: address('page'),
        columns: [named('used by', [...buffers, ...users])],
      },
      {
        id: `${who}-counters`,
        name: `Counters (${who})`,
        about: 'Counted by the run.',
        key: { name: 'what', text: (value) => counterTexts[value] ?? '' },
        columns: [number('count')],
      },
      {
        id: `${who}-allocator`,
        name: `Inside the allocator (${who})`,
        ...('space' in config
          ? allocatorColumns(config.allocator)
          : { about: '', key: number('row'), columns: [] }),
      },
    ],
    verbs: [
      {
        name: 'map',
        say: ([page = 0, pages = 0, name = noName, host = 0, cpu = 0]) =>
          `CPU ${cpu} maps ${buffer(name)}, host page ${hexAddress(host)}: the allocator gives ${at(page, pages)}.`,
      },
      {
        name: 'unmap',
        say: ([page = 0, pages = 0, name = noName, cpu = 0]) =>
          `CPU ${cpu} unmaps ${buffer(name)}, ${at(page, pages)}: its entries in the table are cleared.`,
      },
      { name: 'flush range', say: ([page = 0, pages = 0]) => `The driver flushes ${at(page, pages)}.` },
      { name: 'flush all', say: () => 'The driver flushes the whole domain with one command.' },
      {
        name: 'release',
        say: ([page = 0, pages = 0]) => `${at(page, pages)}, may be given out again.`,
      },
      { name: 'wait', say: ([by = 0]) => `${by.toLocaleString('en')} µs go by.` },
      { name: 'commit', say: () => 'The caller commits: what was unmapped since the last time is flushed.' },
      {
        name: 'reuse',
        say: ([page = 0, user = 0]) => `Host page ${hexAddress(page)} is used by ${users[user] ?? user} now.`,
      },
      {
        name: 'churn',
        say: ([count = 0, pages = 0]) =>
          `${count.toLocaleString('en')} buffers of ${pages === 1 ? '1 page' : `${pages} pages`} are mapped and unmapped, one after the other.`,
      },
    ],
  };
}
