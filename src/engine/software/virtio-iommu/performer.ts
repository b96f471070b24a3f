import { readField } from '../../bits/access';
import { fieldOf } from '../../bits/layout';
import type { Device } from './device';
import type { ByteRange } from './mapping-list';
import { propertyWords } from './probe-properties';
import { type Buffer, type RequestQueue, unwritten } from './request-queue';
import { shapes, tailBytes, type } from './requests';
import type { Setting } from './setting';
import { resultOf, status } from './status';
import type { VirtioTeller } from './verbs';

/** Bits of a word that a request may set: the flags of ATTACH and of MAP. */
const attachFlags = 0x1;
const mapFlags = 0x7;

/** Reads requests back from memory, has the device do them, and writes the tail. */
export class Performer {
  readonly #setting: Setting;
  readonly #device: Device;
  readonly #queue: RequestQueue;
  readonly #tell: VirtioTeller;

  constructor(setting: Setting, device: Device, queue: RequestQueue, tell: VirtioTeller) {
    this.#setting = setting;
    this.#device = device;
    this.#queue = queue;
    this.#tell = tell;
  }

  /** Whether the device has written the tail: not for an unknown type, and not where there is no room for it. */
  perform(buffer: Buffer): boolean {
    const code = (this.#queue.words(buffer, 0, 4)[0] ?? 0) & 0xff;
    const shape = shapes[code];
    if (shape === undefined || buffer.writable < tailBytes) {
      this.#tell.act('giveBack', resultOf(unwritten), code);
      this.#queue.show(buffer, unwritten);
      return false;
    }
    const words = this.#queue.words(buffer, 0, Math.min(buffer.readable, shape.readable));
    const answer = buffer.readable < shape.readable ? status.invalid : this.#do(code, words, buffer);
    this.#tell.act('answer', resultOf(answer), code, answer);
    this.#queue.answer(buffer, answer);
    return true;
  }

  /** The status; what is wrong with the words themselves comes first. */
  #do(code: number, words: readonly number[], buffer: Buffer): number {
    const structure = shapes[code]?.structure;
    const has = (name: string): boolean => structure?.fields.some(({ abbr }) => abbr === name) ?? false;
    const read = (name: string): number =>
      structure !== undefined && has(name) ? readField(fieldOf(structure, name), words) : 0;
    const address = (name: string): ByteRange['start'] => ({
      page: read(name),
      offset: read(`${name}_OFFSET`),
    });
    const [domain, endpoint] = [read('DOMAIN'), read('ENDPOINT')];
    const range = { start: address('VIRT_START'), end: address('VIRT_END') };
    const to = address('PHYS_START');
    const flags = code === type.map ? (words[8] ?? 0) : read('BYPASS');
    const places = [range.start, range.end, to].flatMap(({ page, offset }) => [page, offset]);
    this.#tell.act('take', 0, code, domain, endpoint, flags, ...places);
    switch (code) {
      case type.attach: {
        const isWrong = words[4] !== 0 || ((words[3] ?? 0) & ~attachFlags) !== 0;
        return isWrong ? status.invalid : this.#device.attach({ domain, endpoint, isBypass: flags === 1 });
      }
      case type.detach:
        return this.#device.detach({ domain, endpoint });
      case type.map: {
        if ((flags & ~mapFlags) !== 0) return status.invalid;
        const rights = { canRead: (flags & 1) !== 0, canWrite: (flags & 2) !== 0 };
        return this.#device.map({ domain, ...range, to, ...rights });
      }
      case type.unmap:
        return this.#device.unmap(domain, range);
    }
    return this.#probe(endpoint, buffer);
  }

  #probe(endpoint: number, buffer: Buffer): number {
    if (this.#device.endpointOf(endpoint) === undefined) return status.noEntry;
    const room = Math.min(this.#setting.probeSize, buffer.writable - tailBytes);
    const words = propertyWords(this.#setting.regions, room);
    if (words === undefined) return status.invalid;
    this.#queue.write(buffer, buffer.readable, words);
    return status.ok;
  }
}
