import { readField } from '../../bits/access';
import { hexAddress } from '../../bits/hex';
import { fieldOf } from '../../bits/layout';
import type { LedgerColumn, LedgerShape } from '../model';
import { faultRecord, subtypes } from './reports';
import { unanswered, unwritten } from './request-queue';
import type { Setting } from './setting';
import { accessText, endpointText, leadText, reasonText, statusText, typeText } from './verbs';

export const ledgerIds = [
  'domains',
  'endpoints',
  'mappings',
  'regions',
  'requests',
  'bytes',
  'events',
] as const;
export type LedgerId = (typeof ledgerIds)[number];

/** Regions of an endpoint have keys from its index times this. */
export const perEndpoint = 64;
/** A column that says nothing in this row. */
const nothing = -1;

const column = (name: string, text: (value: number) => string): LedgerColumn => ({
  name,
  text: (value) => (value === nothing ? '' : text(value)),
});
const hex = (value: number): string => `0x${value.toString(16)}`;
const page = (name: string): LedgerColumn => column(name, (value) => hexAddress(value));
const lastByte = (name: string): LedgerColumn => column(name, (value) => hexAddress(value, 0xfff));
/** Four bytes as they lie in memory. */
const bytes = (name: string): LedgerColumn => ({
  name,
  text: (word) =>
    [0, 8, 16, 24].map((shift) => ((word >>> shift) & 0xff).toString(16).padStart(2, '0')).join(' '),
});

/** The ledgers, in the order of `ledgerIds`. */
export function ledgersOf(setting: Setting): readonly LedgerShape[] {
  const shapes: Readonly<Record<LedgerId, Omit<LedgerShape, 'id'>>> = {
    ...deviceLedgers(setting),
    ...queueLedgers(setting),
  };
  return ledgerIds.map((id) => ({ id, ...shapes[id] }));
}

type Shapes<Id extends LedgerId> = Readonly<Record<Id, Omit<LedgerShape, 'id'>>>;

/** What the device keeps. */
function deviceLedgers(setting: Setting): Shapes<'domains' | 'endpoints' | 'mappings'> {
  const { endpoints, spaces, ram } = setting;
  const namesIn = (mask: number): string =>
    endpoints
      .filter((_, index) => (mask >> index) & 1)
      .map(({ name }) => name)
      .join(', ');
  return {
    domains: {
      name: 'Domains',
      about: 'Address spaces that the driver made by attaching. One without endpoints is no more.',
      key: column('domain', String),
      columns: [
        { name: 'host’s tables', text: (space) => spaces[space] ?? `${ram}, translates nothing` },
        column('endpoints', namesIn),
        column('mappings', String),
      ],
    },
    endpoints: {
      name: 'Endpoints',
      about: 'Who is attached where, and what the host’s IOMMU uses for its DMA.',
      key: column('endpoint', (index) => `${endpoints[index]?.name} (${hex(endpoints[index]?.id ?? 0)})`),
      columns: [column('domain', String), { name: 'host’s tables', text: (lead) => leadText(setting, lead) }],
    },
    mappings: {
      name: 'Mappings',
      about: 'One row for each MAP that was done. It goes as a whole or not at all.',
      key: column('mapping', String),
      columns: [
        column('domain', String),
        page('from'),
        lastByte('last byte'),
        page('guest address'),
        column('access', (code) => accessText((code & 1) !== 0, (code & 2) !== 0)),
      ],
    },
  };
}

/** What lies in the queues’ memory, and what the driver read there. */
function queueLedgers(setting: Setting): Shapes<'regions' | 'requests' | 'bytes' | 'events'> {
  const { endpoints } = setting;
  return {
    regions: {
      name: 'Regions that the driver knows',
      about: 'From the properties of a PROBE: where the driver must not map.',
      key: column('endpoint', (key) => endpoints[Math.floor(key / perEndpoint)]?.name ?? ''),
      columns: [
        column('subtype', (code) => Object.values(subtypes)[code] ?? ''),
        page('from'),
        lastByte('last byte'),
      ],
    },
    requests: {
      name: 'Requests',
      about: 'Buffers on the request queue: what the device may read, then what it may write.',
      key: column('buffer', String),
      columns: [
        column('type', typeText),
        column('address', hex),
        column('bytes to read', String),
        column('bytes to write', String),
        {
          name: 'status',
          text: (code) => {
            if (code === unanswered) return 'waits';
            return code === unwritten ? 'given back unwritten' : statusText(code);
          },
        },
      ],
    },
    bytes: {
      name: 'Bytes of the requests',
      about:
        'Guest memory at these addresses, lowest byte first. The driver writes the request, the device the end.',
      key: column('address', hex),
      columns: [column('buffer', String), ...['0 to 3', '4 to 7', '8 to 11', '12 to 15'].map(bytes)],
    },
    events: {
      name: 'Event queue',
      about:
        'Fault records of 24 bytes, which the device writes into buffers of the driver. The meaning is read from the bytes.',
      key: column('buffer', String),
      columns: [
        { name: '0 to 3: reason', text: (word) => `${bytes('').text(word)}: ${reasonText(word & 0xff)}` },
        { name: '4 to 7: flags', text: (word) => `${bytes('').text(word)}: ${flagsText(word)}` },
        {
          name: '8 to 11: endpoint',
          text: (word) => `${bytes('').text(word)}: ${endpointText(setting, word)}`,
        },
        bytes('12 to 15'),
        bytes('16 to 19: address'),
        bytes('20 to 23'),
      ],
    },
  };
}

function flagsText(word: number): string {
  return ['READ', 'WRITE', 'HAS_ADDRESS']
    .filter((name) => readField(fieldOf(faultRecord, name), [0, word]) === 1)
    .map((name) => (name === 'HAS_ADDRESS' ? 'ADDRESS' : name))
    .join(', ');
}
