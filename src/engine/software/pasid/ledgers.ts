import { virtualCommandCodes, virtualStatusCodes } from '../../vtd/layouts/virtual-commands';
import type { LedgerColumn, LedgerShape } from '../model';
import { standings } from './allocator-list';
import type { Setting } from './setting';
import { pasidText } from './verbs';
import { requestTypes, statusCodes } from './virtio-requests';

/** Numbers of a space: the machine's is 0, a device's own its index and 1. */
export const perSpace = 2 ** 20;
export const perGuest = 64;
export const perUnit = 256;
/** A column that says nothing in this row. */
export const nothing = -1;

export type LedgerId = 'namespace' | 'allocators' | 'numbers' | 'registers' | 'requests' | 'tables';

/** Registers of a virtual unit, with their places since revision 3.3 (VT-d 11.4, virtual commands). */
export const unitRegisters = [
  { name: 'VCCAP', at: 0xe30 },
  { name: 'VCMD', at: 0xe00 },
  { name: 'VCRSP', at: 0xe10 },
] as const;

const column = (name: string, text: (value: number) => string): LedgerColumn => ({
  name,
  text: (value) => (value === nothing ? '' : text(value)),
});

/** The ledgers of a setting: registers only where a unit has them, requests only where there is a queue. */
export function ledgersOf(setting: Setting): readonly (LedgerShape & { readonly id: LedgerId })[] {
  const { units } = setting;
  const all = [namespaceOf(setting), allocatorsOf(setting), numbersOf(setting), tablesOf(setting)];
  const hasRegisters = units.some(({ through }) => through === 'vcmd');
  const hasQueue = units.some(({ through }) => through !== 'vcmd');
  return [
    ...all,
    ...(hasRegisters ? [registersOf(setting)] : []),
    ...(hasQueue ? [requestsOf(setting)] : []),
  ];
}

type Shape = LedgerShape & { readonly id: LedgerId };

function namespaceOf({ guests, devices }: Setting): Shape {
  const spaceText = (space: number): string =>
    space === 0 ? '' : ` of ${devices[space - 1]?.name ?? 'the device'}`;
  const names = (mask: number): string =>
    devices
      .filter((_, index) => (mask >> index) & 1)
      .map(({ name }) => name)
      .join(', ');
  return {
    id: 'namespace',
    name: 'PASIDs, host',
    about: 'The host’s own list: every number that is given out on this machine, and who has it.',
    key: column('PASID', (key) => `${pasidText(key % perSpace)}${spaceText(Math.floor(key / perSpace))}`),
    columns: [
      column('owner', (guest) => guests[guest]?.name ?? ''),
      column('state', (mask) => (mask === 0 ? 'not bound' : 'bound')),
      column('device', names),
    ],
    ties: [1, 0, 3],
  };
}

function allocatorsOf({ guests, units }: Setting): Shape {
  return {
    id: 'allocators',
    name: 'Allocators',
    about: 'What each guest’s kernel asks for numbers, in the order of its list.',
    key: column('place', (key) => `${guests[Math.floor(key / perGuest)]?.name}, ${key % perGuest}`),
    columns: [
      column('allocator', (unit) => units[unit - 1]?.name ?? 'default, asks nobody'),
      column('state', (value) => standings[value] ?? ''),
      column('numbers', String),
    ],
  };
}

function numbersOf({ guests, units }: Setting): Shape {
  return {
    id: 'numbers',
    name: 'Numbers, guest',
    about: 'The numbers that each guest believes to have, and from whom.',
    key: column(
      'PASID',
      (key) => `${guests[Math.floor(key / perSpace)]?.name}, ${pasidText(key % perSpace)}`,
    ),
    columns: [
      column('from', (unit) => units[unit - 1]?.name ?? 'default allocator'),
      column('devices bound', String),
    ],
  };
}

function tablesOf({ devices }: Setting): Shape {
  return {
    id: 'tables',
    name: 'PASID tables in memory',
    about: 'Counted from memory: what the PASID directory and tables of each device take.',
    key: column('device', (device) => devices[device]?.name ?? ''),
    columns: [
      column('entries', String),
      column('directory pages', String),
      column('table pages', String),
      column('KiB', (pages) => String(pages * 4)),
    ],
  };
}

function registersOf({ units }: Setting): Shape {
  return {
    id: 'registers',
    name: 'Virtual command registers',
    about: 'A guest writes VCMD, the write traps, and the host answers in VCRSP.',
    key: column('register', (key) => {
      const register = unitRegisters[key % perUnit];
      return `${units[Math.floor(key / perUnit)]?.name}, ${register?.name} at ${pasidText(register?.at ?? 0)}`;
    }),
    columns: [
      column('word', (word) => `0x${word.toString(16).padStart(16, '0')}`),
      column('command', (code) => textOf(virtualCommandCodes, code)),
      column('operand', pasidText),
      column('in progress', String),
      column('status', (code) => `${code} ${textOf(virtualStatusCodes, code)}`),
      column('result', pasidText),
    ],
  };
}

function requestsOf({ units }: Setting): Shape {
  return {
    id: 'requests',
    name: 'Requests on the queue',
    about: 'Sixteen bytes each, in guest memory. The device writes the tail, and the PASID of an allocation.',
    key: column('request', (key) => `${units[Math.floor(key / perUnit)]?.name}, ${key % perUnit}`),
    columns: [
      column('address', pasidText),
      column('bytes 0 to 7', bytesText),
      column('bytes 8 to 15', bytesText),
      column('type', (code) => textOf(requestTypes, code)),
      column('PASID', pasidText),
      column('status', (code) => `${code} ${textOf(statusCodes, code)}`),
    ],
  };
}

function textOf(names: Readonly<Record<number, string>>, code: number): string {
  return names[code] ?? '';
}

/** Eight bytes as they lie in memory. */
function bytesText(word: number): string {
  return Array.from({ length: 8 }, (_, n) => Math.floor(word / 256 ** n) % 256)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(' ');
}
