import { bitsReader, pageReader } from '../bits/access';
import { powerOfTwo } from '../bits/power';
import { hasReserved, reservedMask } from '../bits/reserved';
import type { Cache } from '../cache/cache';
import { KnownStream } from '../cache/known-stream';
import type { DmaRequest, Outcome } from '../request';
import { servesData, servesDirectory, servesNothing } from '../trace/events';
import { Walk } from '../walk/walk';
import { cacheIndex, deviceColumn, iotlbColumn, madeBy } from './caches';
import { DeviceFinder, has } from './find-device';
import { GuestFormat } from './guest-format';
import { everything, HostFormat, may } from './host-format';
import { Iotlb } from './iotlb';
import { guestPointer } from './layouts/device';
import { structureIndex } from './structures';
import { fetchStructure, type Unit } from './unit';

const sourceOf = { walk: 0, iotlb: 1, passThrough: 2 } as const;
const untranslated = 0;
const write = 1;
const execute = 2;
const allPages = 2 ** 52;
const pointer = {
  structure: structureIndex(guestPointer),
  isValid: bitsReader(guestPointer, 'V'),
  next: pageReader(guestPointer, 'Next'),
  mask: reservedMask(guestPointer),
};

/** Translation in the manual's order of checks (AMD IOMMU 2.2.2 and 2.2.6). Gives a reason, 0 when the request is answered. */
export class Translator {
  readonly device: DeviceFinder;
  readonly guest: Walk;
  readonly host: Walk;
  readonly iotlb: Iotlb;
  readonly #unit: Unit;
  readonly #stream: KnownStream;

  constructor(unit: Unit) {
    this.#unit = unit;
    const { memory, trace } = unit;
    const cacheOf = (index: number): Cache => unit.caches[index] as Cache;
    this.#stream = new KnownStream(trace, cacheOf(cacheIndex.device), cacheOf(cacheIndex.device));
    this.device = new DeviceFinder(unit);
    this.iotlb = new Iotlb(unit);
    this.guest = new Walk(
      1,
      memory,
      trace,
      new GuestFormat(),
      cacheOf(cacheIndex.guestWalk),
      cacheIndex.guestWalk,
    );
    this.host = new Walk(
      2,
      memory,
      trace,
      new HostFormat(),
      cacheOf(cacheIndex.hostWalk),
      cacheIndex.hostWalk,
    );
  }

  /** Translates through the device table at `page`, which has that many entries. */
  translate(request: DmaRequest, outcome: Outcome, page: number, entries: number): number {
    const { device } = this;
    this.guest.pending.discard();
    this.host.pending.discard();
    this.host.totalReads = 0;
    if (!this.#stream.matches(request, page)) {
      this.#stream.forget();
      const missing = device.find(request.device, page, entries);
      if (missing !== 0) return missing;
      this.#stream.remember(request, page);
    }
    if (!device.is(has.valid)) return pass(outcome, request.page, 7);
    if (!device.is(has.translation)) return 0x25;
    if (request.type !== untranslated && !device.is(has.ats)) return 0x80;
    const permissions =
      (device.is(has.read) ? may.read + may.execute : 0) + (device.is(has.write) ? may.write : 0) + may.user;
    if ((permissions & (request.access === write ? may.write : may.read)) === 0) return 0x22;
    if (request.type === 1) return pass(outcome, request.page, permissions & 7);
    const refused = this.#throughTables(request, outcome, permissions);
    // Entries of caches are shared by the devices of a domain: the device's own permissions come last.
    if (refused === 0) outcome.permissions &= permissions;
    return refused;
  }

  #throughTables(request: DmaRequest, outcome: Outcome, permissions: number): number {
    const { device } = this;
    const mode = device.get(deviceColumn.mode);
    const usesGuest = device.is(has.guest) && (request.pasid >= 0 || device.is(has.withoutPasid));
    if (request.pasid >= 0 && !device.is(has.guest)) return 0x27;
    if (mode === 7 || mode > this.#unit.features.hostLevels) return 0x28;
    if (mode === 0 && !usesGuest) return pass(outcome, request.page, permissions & 7);
    const domain = device.get(deviceColumn.domain);
    const number = request.pasid >= 0 ? request.pasid : 0;
    const tag = usesGuest ? number : -1;
    const slot = this.iotlb.find(request, domain, tag);
    if (slot >= 0) return this.#hit(request, outcome, slot);
    this.#prepareHost(domain, mode);
    if (usesGuest) return this.#throughGuest(request, outcome, domain, number, mode > 0);
    if (request.page >= this.host.inputLimit) return 0x24;
    const { host } = this;
    host.serves = servesNothing;
    host.wantsWrite = request.access === write;
    const isReached = host.run(request.page, host.rootPage, host.rootLevel, everything);
    this.#unit.reads += host.reads;
    if (!isReached) return host.reason;
    this.#keep(request, outcome, domain, tag, host.page, host.size, host.permissions, madeBy.host);
    return 0;
  }

  #prepareHost(domain: number, mode: number): void {
    const { host, device } = this;
    host.domain = domain;
    host.tag = -1;
    host.rootPage = device.get(deviceColumn.root);
    host.rootLevel = (mode | 0) - 1;
    host.rootPermissions = everything;
    host.inputLimit = mode >= 6 ? Number.POSITIVE_INFINITY : powerOfTwo(9 * mode);
    host.reason = 0;
  }

  #throughGuest(
    request: DmaRequest,
    outcome: Outcome,
    domain: number,
    number: number,
    isNested: boolean,
  ): number {
    const { guest, host, device } = this;
    const levels = device.get(deviceColumn.guestLevels);
    const half = powerOfTwo(9 * levels - 1);
    if (request.page >= half && request.page < allPages - half) return 0x24;
    const root = this.#guestRoot(number, isNested);
    if (root < 0) {
      this.#unit.reads += host.totalReads;
      return -root;
    }
    guest.outer = isNested ? host : undefined;
    guest.domain = domain;
    guest.tag = number;
    guest.wantsWrite = request.access === write;
    guest.wantsExecute = request.access === execute;
    guest.isPrivileged = request.privileged;
    guest.setsMarks = true;
    const isReached = guest.run(request.page, root, levels - 1, everything);
    this.#unit.reads += guest.reads;
    if (!isReached) {
      this.#unit.reads += host.totalReads;
      return guest.reason;
    }
    if (!isNested) {
      this.#keep(request, outcome, domain, number, guest.page, guest.size, guest.permissions, madeBy.guest);
      return 0;
    }
    return this.#finishNested(request, outcome, domain, number);
  }

  /** The last host walk: the guest address of the data. */
  #finishNested(request: DmaRequest, outcome: Outcome, domain: number, number: number): number {
    const { guest, host } = this;
    const { trace } = this.#unit;
    host.serves = servesData;
    host.wantsWrite = request.access === write;
    if (trace.isOn) trace.emit('need', servesData, guest.page);
    const isReached = host.run(guest.page, host.rootPage, host.rootLevel, everything);
    this.#unit.reads += host.totalReads;
    if (!isReached) return host.reason;
    if (trace.isOn) trace.emit('guest', servesData, guest.page, host.page);
    const size = Math.min(guest.size, host.size);
    this.#keep(
      request,
      outcome,
      domain,
      number,
      host.page,
      size,
      guest.permissions & host.permissions,
      madeBy.nested,
    );
    return 0;
  }

  /** The guest page of the top table of a PASID, or minus the reason (AMD IOMMU 2.2.6.3). */
  #guestRoot(number: number, isNested: boolean): number {
    const { device } = this;
    const unit = this.#unit;
    const levels = device.get(deviceColumn.pointerLevels);
    if (number >= 2 ** (9 * levels) || number >= unit.features.pasids) return -0x27;
    let page = device.get(deviceColumn.pointer);
    for (let level = levels - 1; level >= 0; level--) {
      const host = isNested ? this.#hostOf(page) : page;
      if (host < 0) return -this.host.reason;
      const index = Math.floor(number / 2 ** (9 * level)) % 512;
      const at = fetchStructure(unit, pointer.structure, host, index * 8, 2);
      if (at < 0) return -0x40;
      const { words } = unit.memory;
      if (pointer.isValid.of(words, at) === 0) return -0x20;
      if (hasReserved(pointer.mask, words, at)) return -0x21;
      page = pointer.next.of(words, at);
    }
    return page;
  }

  #hostOf(page: number): number {
    const { host } = this;
    const { trace } = this.#unit;
    host.serves = servesDirectory;
    host.wantsWrite = false;
    if (trace.isOn) trace.emit('need', servesDirectory, page);
    if (!host.run(page, host.rootPage, host.rootLevel, host.rootPermissions)) return -1;
    if (trace.isOn) trace.emit('guest', servesDirectory, page, host.page);
    return host.page;
  }

  #keep(
    request: DmaRequest,
    outcome: Outcome,
    domain: number,
    tag: number,
    page: number,
    size: number,
    permissions: number,
    made: number,
  ): void {
    this.iotlb.fill(domain, tag, request.page, size, page, permissions, made);
    this.guest.pending.commit();
    this.host.pending.commit();
    answer(outcome, page, size, permissions & 7, sourceOf.walk);
  }

  #hit(request: DmaRequest, outcome: Outcome, slot: number): number {
    const { cache } = this.iotlb;
    const permissions = cache.get(slot, iotlbColumn.permissions) & 7;
    answer(outcome, this.iotlb.pageOf(slot, request.page), cache.get(slot, 3), permissions, sourceOf.iotlb);
    return 0;
  }
}

function pass(outcome: Outcome, page: number, permissions: number): number {
  answer(outcome, page, 64, permissions, sourceOf.passThrough);
  return 0;
}

function answer(outcome: Outcome, page: number, size: number, permissions: number, source: number): void {
  outcome.page = page;
  outcome.size = size;
  outcome.permissions = permissions;
  outcome.source = source;
}
