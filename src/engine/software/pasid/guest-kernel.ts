import { errorNumber } from '../errors';
import { AllocatorList, defaultUnit, type GivenNumber, type Place } from './allocator-list';
import { perGuest, perSpace } from './ledgers';
import { type Guest, mostPasid, type Unit } from './setting';
import type { PasidTeller } from './verbs';
import type { Channel } from './virtual-commands';

const leastPasid = 1;

/** One guest's kernel: its allocator list, and the numbers that it believes to have. */
export class GuestKernel {
  readonly #index: number;
  readonly #guest: Guest;
  readonly #list: AllocatorList;
  readonly #channels: readonly Channel[];
  readonly #tell: PasidTeller;
  /** Rows that were told, by key. */
  #places = new Map<number, Place>();
  #numbers = new Set<number>();

  /** `channels` are by unit. */
  constructor(index: number, guest: Guest, channels: readonly Channel[], tell: PasidTeller) {
    this.#index = index;
    this.#guest = guest;
    this.#list = new AllocatorList(guest.kernel);
    this.#channels = channels;
    this.#tell = tell;
    this.#tellAll();
  }

  register(at: number, unit: Unit): void {
    this.#tell.act('register', this.#list.register(at, unit.through), at, this.#index);
    this.#tellAll();
  }

  remove(at: number): void {
    this.#list.remove(at);
    this.#tell.act('remove', 0, at, this.#index);
    this.#tellAll();
  }

  /** The number, or minus an error number. */
  allocate(min: number, max: number): number {
    this.#tell.act('ask', 0, this.#index, min, max);
    const given = this.#allocate(min, max);
    this.#tell.act('take', Math.min(given, 0), this.#index, Math.max(given, 0));
    this.#tellAll();
    return given;
  }

  /** Gives a number back; what comes of it is told. */
  free(pasid: number): void {
    const { numbers, isOrphaned } = this.#list;
    const number = numbers.get(pasid);
    const refusal = this.#refusalOf(number);
    this.#tell.act('giveUp', refusal, this.#index, pasid);
    if (number === undefined || isOrphaned) return;
    const result =
      refusal === 0
        ? this.#ask(
            (channel) => channel.free(pasid),
            () => 0,
          )
        : refusal;
    if (this.#forgets(refusal, result)) numbers.delete(pasid);
    this.#tellAll();
  }

  /** A device more, or less, is bound to the number. */
  countBound(pasid: number, more: number): void {
    const number = this.#list.numbers.get(pasid);
    if (number === undefined) return;
    number.bound += more;
    this.#tellNumber(pasid, number);
  }

  #allocate(min: number, max: number): number {
    const { kernel } = this.#guest;
    const checksRange = kernel === 'merged' || kernel === 'checked';
    if (checksRange && (min < leastPasid || max > mostPasid)) return -errorNumber('EINVAL');
    const given = this.#ask(
      (channel) => channel.allocate(max),
      () => this.#lowest(min, max),
    );
    if (given < 0) return given;
    const { numbers } = this.#list;
    const isOutside = kernel === 'checked' && (given < min || given > max);
    if (!isOutside && !numbers.has(given)) {
      numbers.set(given, { unit: this.#list.active, bound: 0 });
      return given;
    }
    this.#ask(
      (channel) => channel.free(given),
      () => 0,
    );
    return -errorNumber(isOutside ? 'ERANGE' : 'EEXIST');
  }

  /** What the active allocator answers; `byDefault` when that is the default one. -ENODEV when its unit is gone. */
  #ask(question: (channel: Channel) => number, byDefault: () => number): number {
    const { active, isOrphaned } = this.#list;
    if (isOrphaned) return -errorNumber('ENODEV');
    const channel = this.#channels[active];
    return active === defaultUnit || channel === undefined ? byDefault() : question(channel);
  }

  /** The default allocator: the lowest number that this kernel has not given yet. */
  #lowest(min: number, max: number): number {
    const { numbers } = this.#list;
    for (let pasid = Math.max(min, leastPasid); pasid <= Math.min(max, mostPasid); pasid++)
      if (!numbers.has(pasid)) return pasid;
    return -errorNumber('ENOSPC');
  }

  /** Why the kernel itself does not free it: -ENOENT unknown, -ENODEV nobody to ask, -EBUSY as its test says. */
  #refusalOf(number: GivenNumber | undefined): number {
    if (number === undefined) return -errorNumber('ENOENT');
    if (this.#list.isOrphaned) return -errorNumber('ENODEV');
    if (this.#list.active === defaultUnit) return 0;
    const isBound = number.bound > 0;
    // The patch as posted has the test the wrong way round.
    const isRefused = this.#guest.kernel === 'posted' ? !isBound : isBound;
    return isRefused ? -errorNumber('EBUSY') : 0;
  }

  /**
   * Whether the number is struck off. `posted` does not look at what the host answered; `reply` does; the layer that was merged
   * erases the number in any case.
   */
  #forgets(refusal: number, result: number): boolean {
    switch (this.#guest.kernel) {
      case 'posted':
        return refusal === 0;
      case 'reply':
        return result === 0;
      case 'merged':
      case 'checked':
        return true;
    }
  }

  #tellAll(): void {
    this.#tellPlaces();
    this.#tellNumbers();
  }

  #tellPlaces(): void {
    const places = new Map(
      this.#list.places().map((place, index) => [this.#index * perGuest + index, place] as const),
    );
    for (const [key, { unit, standing, count }] of places) {
      const before = this.#places.get(key);
      if (before?.unit === unit && before.standing === standing && before.count === count) continue;
      this.#tell.set('allocators', key, unit + 1, standing, count);
    }
    for (const key of this.#places.keys()) if (!places.has(key)) this.#tell.drop('allocators', key);
    this.#places = places;
  }

  #tellNumbers(): void {
    const { numbers } = this.#list;
    for (const pasid of this.#numbers)
      if (!numbers.has(pasid)) this.#tell.drop('numbers', this.#index * perSpace + pasid);
    for (const [pasid, number] of numbers) if (!this.#numbers.has(pasid)) this.#tellNumber(pasid, number);
    this.#numbers = new Set(numbers.keys());
  }

  #tellNumber(pasid: number, { unit, bound }: GivenNumber): void {
    this.#tell.set('numbers', this.#index * perSpace + pasid, unit + 1, bound);
  }
}
