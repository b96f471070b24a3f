import { hexAddress } from '../../bits/hex';
import type { Teller, Verb } from '../model';
import { type Lead, leadNumber } from './host-tables';
import type { LedgerId } from './ledgers';
import type { GuestMapping } from './mapping-list';
import { faultReasons } from './reports';
import { requestTypes, type } from './requests';
import type { Setting } from './setting';
import { statusCodes } from './status';

const names = [
  'post',
  'kick',
  'take',
  'answer',
  'giveBack',
  'begin',
  'end',
  'lead',
  'hostMaps',
  'hostClears',
  'hostFlushes',
  'learn',
  'setBypass',
  'report',
  'lose',
  'readEvents',
] as const;
export type VerbName = (typeof names)[number];

export function typeText(code: number): string {
  return Object.entries(requestTypes).find(([other]) => Number(other) === code)?.[1] ?? `request ${code}`;
}

export function statusText(code: number): string {
  const name = Object.entries(statusCodes).find(([other]) => Number(other) === code)?.[1];
  return name === undefined ? `${code}` : `${code} ${name}`;
}

export function accessText(canRead: boolean, canWrite: boolean): string {
  if (canRead) return canWrite ? 'read and write' : 'read';
  return canWrite ? 'write' : 'nothing';
}

/** The name of an endpoint by its number. */
export function endpointText({ endpoints }: Setting, id: number): string {
  return endpoints.find((endpoint) => endpoint.id === id)?.name ?? `endpoint 0x${id.toString(16)}`;
}

/** “1 page”, “512 pages”. */
function pagesText(count: number): string {
  return count === 1 ? '1 page' : `${count.toLocaleString('en')} pages`;
}

/** What a lead is called: see `leadNumber`. */
export function leadText({ spaces, ram }: Setting, lead: number): string {
  if (lead === leadNumber('nothing')) return 'nothing: blocked';
  return lead === leadNumber('ram') ? `${ram}: all of the guest’s memory` : (spaces[lead] ?? '');
}

/** A request as the device reads it; `rest` is in the order in which `Performer` tells it. */
function requestText(setting: Setting, code: number, rest: readonly number[]): string {
  const [domain = 0, endpoint = 0, flags = 0, ...places] = rest;
  const at = (index: number): string => hexAddress(places[index] ?? 0, places[index + 1] ?? 0);
  const who = endpointText(setting, endpoint);
  switch (code) {
    case type.attach:
      return `ATTACH ${who} to domain ${domain}${flags === 1 ? ', which translates nothing' : ''}`;
    case type.detach:
      return `DETACH ${who} from domain ${domain}`;
    case type.map:
      return `MAP in domain ${domain} from ${at(0)} to ${at(2)}, at guest address ${at(4)}: ${accessText((flags & 1) !== 0, (flags & 2) !== 0)}`;
    case type.unmap:
      return `UNMAP in domain ${domain} from ${at(0)} to ${at(2)}`;
    case type.probe:
      return `PROBE ${who}`;
  }
  return typeText(code);
}

/** The sentences, in the order of `names`. */
export function verbsOf(setting: Setting): readonly Verb[] {
  const name = (index: number): string => setting.endpoints[index]?.name ?? 'An endpoint';
  const sentences: Readonly<Record<VerbName, (operands: readonly number[]) => string>> = {
    post: ([code = 0, number = 0]) => `The driver writes ${typeText(code)} into buffer ${number}.`,
    kick: ([count = 0]) =>
      `The driver kicks the queue: ${count === 1 ? '1 request waits' : `${count} requests wait`}.`,
    take: ([code = 0, ...rest]) => `The device reads: ${requestText(setting, code, rest)}.`,
    answer: ([code = 0, status = 0]) =>
      `The device answers ${typeText(code)} with status ${statusText(status)}.`,
    giveBack: ([code = 0]) => `The device gives the buffer of ${typeText(code)} back unwritten.`,
    begin: ([domain = 0]) => `Domain ${domain} begins.`,
    end: ([domain = 0]) => `The last endpoint leaves: domain ${domain} ends, and its mappings with it.`,
    lead: ([endpoint = 0, lead = 0]) => `The host leads ${name(endpoint)} to ${leadText(setting, lead)}.`,
    hostMaps: ([page = 0, count = 0, host = 0]) =>
      `The host maps ${hexAddress(page)}, ${pagesText(count)}, to host address ${hexAddress(host)}.`,
    hostClears: ([page = 0, count = 0]) =>
      `The host clears the entries of ${hexAddress(page)}, ${pagesText(count)}.`,
    hostFlushes: ([page = 0, count = 0]) =>
      `The host flushes ${hexAddress(page)}, ${pagesText(count)}, and waits.`,
    learn: ([endpoint = 0, regions = 0]) =>
      `The driver finds ${regions === 1 ? '1 region' : `${regions} regions`} in the properties of ${endpointText(setting, endpoint)}.`,
    setBypass: ([isBypassed]) =>
      `The driver sets bypass in the configuration space to ${isBypassed}: endpoints without a domain ${isBypassed === 1 ? 'pass' : 'are blocked'}.`,
    report: ([endpoint = 0, reason = 0, page = 0, offset = 0]) =>
      `The device reports a fault of ${endpointText(setting, endpoint)} at ${hexAddress(page, offset)}: ${reasonText(reason)}.`,
    lose: ([endpoint = 0]) =>
      `A fault of ${endpointText(setting, endpoint)} is lost: no buffer is left on the event queue.`,
    readEvents: ([count = 0]) =>
      `The driver reads ${count === 1 ? '1 event' : `${count} events`} and puts the buffers back.`,
  };
  return names.map((verb) => ({ name: verb, say: sentences[verb] }));
}

export function reasonText(code: number): string {
  return Object.entries(faultReasons).find(([other]) => Number(other) === code)?.[1] ?? `${code}`;
}

/** Tells acts and rows by name. */
export class VirtioTeller {
  readonly #tell: Teller;
  readonly #ledgers: readonly LedgerId[];

  constructor(tell: Teller, ledgers: readonly LedgerId[]) {
    this.#tell = tell;
    this.#ledgers = ledgers;
  }

  act(verb: VerbName, result: number, ...operands: readonly number[]): void {
    this.#tell.act(names.indexOf(verb), result, ...operands);
  }

  set(ledger: LedgerId, key: number, ...values: readonly number[]): void {
    this.#tell.set(this.#ledgers.indexOf(ledger), key, ...values);
  }

  drop(ledger: LedgerId, key: number): void {
    this.#tell.drop(this.#ledgers.indexOf(ledger), key);
  }

  setMapping(domain: number, { serial, first, last, to, canRead, canWrite }: GuestMapping): void {
    this.set('mappings', serial, domain, first, last, to, (canRead ? 1 : 0) + (canWrite ? 2 : 0));
  }

  setEndpoint(endpoint: number, domain: number | undefined, lead: Lead): void {
    this.set('endpoints', endpoint, domain ?? -1, leadNumber(lead));
  }
}
