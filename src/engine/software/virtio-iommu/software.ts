import { encode } from '../../bits/access';
import { parseWord, splitAddress } from '../../bits/hex';
import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import { Arguments } from '../arguments';
import type { Hands, SoftwareModel } from '../model';
import { Device } from './device';
import { EventQueue } from './event-queue';
import { HostTables } from './host-tables';
import { perEndpoint } from './ledgers';
import type { Address } from './mapping-list';
import { Performer } from './performer';
import { regionsIn } from './probe-properties';
import { type Buffer, RequestQueue } from './request-queue';
import { Requester } from './requester';
import { shapes, tailBytes, type } from './requests';
import type { Setting } from './setting';
import { status } from './status';
import type { VirtioTeller } from './verbs';

const mostNumber = 2 ** 32 - 1;
const mostBytes = 1024;
const accessNames = ['r', 'w'];
const mapAccess = ['none', 'r', 'w', 'rw'];
const operations = 'attach, detach, map, unmap, probe, post, kick, bypass, dma and read-events';

/** A virtio-iommu: the guest's driver, which writes requests into memory, and the device, which does them on the host's IOMMU. */
export class VirtioIommu implements SoftwareModel {
  readonly #setting: Setting;
  readonly #tell: VirtioTeller;
  readonly #host: HostTables;
  readonly #device: Device;
  readonly #requests: RequestQueue;
  readonly #events: EventQueue;
  readonly #performer: Performer;
  readonly #requester: Requester;

  constructor(setting: Setting, hands: Hands, tell: VirtioTeller) {
    const { queuePage, eventBuffers } = setting;
    this.#setting = setting;
    this.#tell = tell;
    this.#host = new HostTables(setting, hands, tell);
    this.#device = new Device(setting, this.#host, tell);
    this.#requests = new RequestQueue(queuePage, hands, tell);
    this.#events = new EventQueue(queuePage + 1, eventBuffers, hands, tell);
    this.#performer = new Performer(setting, this.#device, this.#requests, tell);
    this.#requester = new Requester(hands, this.#device, this.#events);
  }

  /** What the host's IOMMU could not take is a problem of the call. */
  call(step: StepOf<'call'>): Problem | undefined {
    const problem = this.#call(step.op, new Arguments(step)) ?? this.#host.problem;
    this.#host.problem = undefined;
    return problem;
  }

  #call(op: string, args: Arguments): Problem | undefined {
    switch (op) {
      case 'attach': {
        const fields = { DOMAIN: domainOf(args), ENDPOINT: this.#endpointOf(args) };
        return this.#send(args, type.attach, { ...fields, BYPASS: args.flag('bypass') ? 1 : 0 });
      }
      case 'detach':
        return this.#send(args, type.detach, { DOMAIN: domainOf(args), ENDPOINT: this.#endpointOf(args) });
      case 'map': {
        const fields = {
          DOMAIN: domainOf(args),
          ...rangeOf(args),
          ...fieldsOf('PHYS_START', addressOf(args, 'to')),
        };
        const access = args.choice('access', mapAccess, mapAccess.indexOf('rw'));
        const flags = { READ: access & 1, WRITE: access >> 1, MMIO: args.flag('mmio') ? 1 : 0 };
        return this.#send(args, type.map, { ...fields, ...flags });
      }
      case 'unmap':
        return this.#send(args, type.unmap, { DOMAIN: domainOf(args), ...rangeOf(args) });
      case 'probe':
        return this.#send(args, type.probe, { ENDPOINT: this.#endpointOf(args) });
      case 'post':
        return this.#postBytes(args);
      case 'kick': {
        const problem = args.end();
        if (problem === undefined) this.#kick();
        return problem;
      }
      case 'bypass':
        return this.#setBypass(args);
      case 'dma':
        return this.#dma(args);
      case 'read-events': {
        const problem = args.end();
        if (problem === undefined) this.#events.read();
        return problem;
      }
    }
    return { path: '.op', message: `A virtio-iommu can ${operations}.` };
  }

  /** Writes a request, and kicks unless told not to. */
  #send(args: Arguments, code: number, fields: Readonly<Record<string, number>>): Problem | undefined {
    const isKicked = args.flag('kick', true);
    const problem = args.end();
    const shape = shapes[code];
    if (problem !== undefined || shape === undefined) return problem;
    const writable = tailBytes + (code === type.probe ? this.#setting.probeSize : 0);
    const words = encode(shape.structure, { TYPE: code, ...fields });
    this.#post(words, shape.readable, writable);
    if (isKicked) this.#kick();
    return undefined;
  }

  /** Any bytes at all: what a driver that does not keep to the rules can send. */
  #postBytes(args: Arguments): Problem | undefined {
    const text = args.text('bytes');
    const writable = args.number('writable', 0, mostBytes, tailBytes);
    const isKicked = args.flag('kick', true);
    const problem = args.end();
    if (problem !== undefined) return problem;
    const digits = text.replaceAll(' ', '');
    if (!/^([0-9a-f]{8})+$/i.test(digits) || digits.length > mostBytes * 2)
      return {
        path: '.with.bytes',
        message: `Give 4 to ${mostBytes} bytes as pairs of hexadecimal digits, a multiple of 4.`,
      };
    if (writable % 4 !== 0) return { path: '.with.writable', message: 'writable is a multiple of 4.' };
    const words = Array.from({ length: digits.length / 8 }, (_, n) => {
      const four = [3, 2, 1, 0].map((byte) => digits.slice(n * 8 + byte * 2, n * 8 + byte * 2 + 2));
      return Number.parseInt(four.join(''), 16);
    });
    this.#post(words, words.length * 4, writable);
    if (isKicked) this.#kick();
    return undefined;
  }

  /** A queue without room is emptied first, as Linux does. */
  #post(words: readonly number[], readable: number, writable: number): void {
    if (!this.#requests.hasRoom(readable + writable)) {
      this.#kick();
      this.#requests.rewind();
    }
    this.#requests.post(words, readable, writable);
  }

  #kick(): void {
    const buffers = this.#requests.take();
    this.#tell.act('kick', 0, buffers.length);
    for (const buffer of buffers) if (this.#performer.perform(buffer)) this.#learn(buffer);
  }

  /** The driver reads the properties of an endpoint that it has asked for. */
  #learn(buffer: Buffer): void {
    const [head = 0, id = 0] = this.#requests.words(buffer, 0, 8);
    const endpoint = this.#device.endpointOf(id);
    const isProbe = (head & 0xff) === type.probe && this.#requests.statusOf(buffer) === status.ok;
    if (!isProbe || endpoint === undefined) return;
    const regions = regionsIn(this.#requests.words(buffer, buffer.readable, buffer.writable - tailBytes));
    this.#tell.act('learn', 0, id, regions.length);
    for (const [index, { subtype, first, last }] of regions.entries())
      this.#tell.set('regions', endpoint * perEndpoint + index, subtype, first, last);
  }

  #setBypass(args: Arguments): Problem | undefined {
    const isBypassed = args.flag('on', true);
    const problem = args.end();
    if (problem !== undefined) return problem;
    this.#tell.act('setBypass', 0, isBypassed ? 1 : 0);
    this.#device.setBypass(isBypassed);
    return undefined;
  }

  #dma(args: Arguments): Problem | undefined {
    const name = args.choice(
      'endpoint',
      this.#setting.endpoints.map((endpoint) => endpoint.name),
    );
    const isWrite = args.choice('access', accessNames) === 1;
    const at = addressOf(args, 'at');
    const problem = args.end();
    const endpoint = this.#setting.endpoints[name];
    if (problem !== undefined || endpoint === undefined) return problem;
    this.#requester.send({ endpoint: name, id: endpoint.id, isWrite, at });
    return undefined;
  }

  /** The number of an endpoint: by its name, or any number in hexadecimal. */
  #endpointOf(args: Arguments): number {
    const text = args.text('endpoint');
    const named = this.#setting.endpoints.find(({ name }) => name === text)?.id;
    const word = parseWord(text);
    if (named !== undefined) return named;
    if (word?.high === 0) return word.low;
    const names = this.#setting.endpoints.map(({ name }) => name).join(', ');
    args.problem ??= {
      path: '.with.endpoint',
      message: `endpoint is one of ${names}, or a number in hexadecimal.`,
    };
    return 0;
  }
}

function domainOf(args: Arguments): number {
  return args.number('domain', 0, mostNumber);
}

function addressOf(args: Arguments, name: string): Address {
  const word = parseWord(args.text(name));
  if (word !== undefined) return splitAddress(word);
  args.problem ??= { path: `.with.${name}`, message: `${name} is a 64-bit address in hexadecimal.` };
  return { page: 0, offset: 0 };
}

/** `from` and `last`, both inside. */
function rangeOf(args: Arguments): Record<string, number> {
  const start = fieldsOf('VIRT_START', addressOf(args, 'from'));
  return { ...start, ...fieldsOf('VIRT_END', addressOf(args, 'last')) };
}

function fieldsOf(name: string, { page, offset }: Address): Record<string, number> {
  return { [name]: page, [`${name}_OFFSET`]: offset };
}
