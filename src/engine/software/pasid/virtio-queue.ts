import { encode, readField } from '../../bits/access';
import { fieldOf, type Layout } from '../../bits/layout';
import { errorNumber } from '../errors';
import type { Hands } from '../model';
import type { Host } from './host';
import { perUnit } from './ledgers';
import { mostPasid } from './setting';
import type { PasidTeller } from './verbs';
import { allocateRequest, allocateType, freeRequest, freeType } from './virtio-requests';
import type { Channel } from './virtual-commands';

const requestBytes = 16;
const perPage = 4096 / requestBytes;
const [accepted, invalid, noEntry, noMemory] = [0, 4, 6, 8];

/** What a Linux driver makes of a status (virtio 1.2, 5.13.6). */
const errors: Readonly<Record<number, string>> = {
  [invalid]: 'EINVAL',
  [noEntry]: 'ENOENT',
  [noMemory]: 'ENOMEM',
};

/** The request queue of a virtio-iommu, one page of guest memory; the truth is in its words. */
export class VirtioQueue implements Channel {
  readonly #unit: number;
  readonly #guest: number;
  readonly #page: number;
  /** Whether an allocation says the largest number. */
  readonly #hasMax: boolean;
  readonly #host: Host;
  readonly #hands: Hands;
  readonly #tell: PasidTeller;
  #next = 0;

  constructor(
    unit: { readonly index: number; readonly guest: number; readonly page: number; readonly hasMax: boolean },
    host: Host,
    hands: Hands,
    tell: PasidTeller,
  ) {
    this.#unit = unit.index;
    this.#guest = unit.guest;
    this.#page = unit.page;
    this.#hasMax = unit.hasMax;
    this.#host = host;
    this.#hands = hands;
    this.#tell = tell;
    hands.memory.setOwner(unit.page, 'guest');
  }

  /** -ENOMEM when the host has no number. */
  allocate(max: number): number {
    const slot = this.#put(allocateRequest, { TYPE: allocateType, MAX: this.#hasMax ? max : 0 });
    const limit = this.#read(allocateRequest, 'MAX', slot);
    const given = this.#host.allocate(this.#guest, limit === 0 ? mostPasid : limit);
    const status = given > 0 ? accepted : noMemory;
    this.#answer(allocateRequest, slot, { PASID: Math.max(given, 0), STATUS: status });
    return status === accepted ? this.#read(allocateRequest, 'PASID', slot) : this.#error(slot);
  }

  /** -ENOENT when nobody has the number, -EINVAL when it is bound or another guest's. */
  free(pasid: number): number {
    const slot = this.#put(freeRequest, { TYPE: freeType, PASID: pasid });
    const result = this.#host.free(this.#guest, this.#read(freeRequest, 'PASID', slot));
    const refusal = result === -errorNumber('ENOENT') ? noEntry : invalid;
    this.#answer(freeRequest, slot, { PASID: pasid, STATUS: result === 0 ? accepted : refusal });
    return result === 0 ? 0 : this.#error(slot);
  }

  /** The driver writes the part that the device reads. */
  #put(structure: Layout, fields: Readonly<Record<string, number>>): number {
    const slot = this.#next % perPage;
    this.#next += 1;
    this.#tell.act('send', 0, this.#unit, structure === allocateRequest ? 0 : 1);
    this.#hands.write('guest', this.#page, slot * requestBytes, encode(structure, fields));
    this.#tellRequest(structure, slot, false);
    return slot;
  }

  /** The device writes the second half of the request: the number and the tail. */
  #answer(structure: Layout, slot: number, fields: Readonly<Record<string, number>>): void {
    const [, , low = 0, high = 0] = encode(structure, fields);
    this.#hands.write('host', this.#page, slot * requestBytes + 8, [low, high]);
    this.#tellRequest(structure, slot, true);
  }

  #error(slot: number): number {
    return -errorNumber(errors[this.#read(freeRequest, 'STATUS', slot)] ?? 'EIO');
  }

  #tellRequest(structure: Layout, slot: number, isAnswered: boolean): void {
    const words = this.#words(slot);
    const [first = 0, second = 0, third = 0, fourth = 0] = words;
    const read = (name: string): number => this.#read(structure, name, slot);
    const pasid = read('PASID') > 0 ? read('PASID') : -1;
    this.#tell.set(
      'requests',
      this.#unit * perUnit + slot,
      this.#page * 4096 + slot * requestBytes,
      first + second * 2 ** 32,
      third + fourth * 2 ** 32,
      read('TYPE'),
      pasid,
      isAnswered ? read('STATUS') : -1,
    );
  }

  #read(structure: Layout, name: string, slot: number): number {
    return readField(fieldOf(structure, name), this.#words(slot));
  }

  #words(slot: number): number[] {
    const { memory } = this.#hands;
    const at = slot * requestBytes;
    return [0, 8].flatMap((half) => [memory.low(this.#page, at + half), memory.high(this.#page, at + half)]);
  }
}
