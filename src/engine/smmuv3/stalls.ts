import type { Cache } from '../cache/cache';
import type { DmaRequest } from '../request';
import { cacheIndex, stallColumn } from './caches';
import type { Unit } from './unit';

/** Requests that wait for software (SMMUv3 3.12.2): a list that hardware keeps. The stall tag is the place in it. */
export class Stalls {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The tag of the place that the next request gets; -1 when no more can wait. */
  get free(): number {
    const list = this.#list;
    for (let slot = 0; slot < list.size; slot++) if (list.isVacant(slot)) return slot;
    return -1;
  }

  /** Lets a request wait under a free tag; its event is recorded, or waits for room (SMMUv3 7.2). */
  hold(tag: number, request: DmaRequest, isRecorded: boolean): void {
    const list = this.#list;
    const { trace } = this.#unit;
    const slot = list.fill(request.device, 0, tag, 0);
    list.set(slot, stallColumn.substream, request.pasid);
    list.set(slot, stallColumn.access, request.access);
    list.set(slot, stallColumn.privileged, request.privileged ? 1 : 0);
    list.set(slot, stallColumn.page, request.page);
    list.set(slot, stallColumn.offset, request.offset);
    list.set(slot, stallColumn.data, request.data);
    list.set(slot, stallColumn.recorded, isRecorded ? 1 : 0);
    const at = slot * list.width;
    if (trace.isOn) trace.emit('fill', cacheIndex.stalls, slot, ...list.rows.subarray(at, at + list.width));
  }

  /** Takes the request that software names out; undefined when none waits with that stream and tag in its event. */
  release(stream: number, tag: number): DmaRequest | undefined {
    const list = this.#list;
    if (tag >= list.size || list.isVacant(tag) || list.get(tag, 0) !== stream) return undefined;
    return list.get(tag, stallColumn.recorded) === 1 ? this.#take(tag) : undefined;
  }

  /** Takes a request out whose event has found no room yet; undefined when there is none. */
  releaseUnrecorded(): DmaRequest | undefined {
    const list = this.#list;
    for (let slot = 0; slot < list.size; slot++)
      if (!list.isVacant(slot) && list.get(slot, stallColumn.recorded) === 0) return this.#take(slot);
    return undefined;
  }

  #take(tag: number): DmaRequest {
    const list = this.#list;
    const read = (column: number): number => list.get(tag, column);
    const request = {
      device: read(0),
      pasid: read(stallColumn.substream),
      access: read(stallColumn.access),
      privileged: read(stallColumn.privileged) === 1,
      type: 0,
      page: read(stallColumn.page),
      offset: read(stallColumn.offset),
      data: read(stallColumn.data),
    };
    this.#drop(tag);
    return request;
  }

  /** Ends all that wait of a stream. */
  terminate(stream: number): void {
    const list = this.#list;
    for (let slot = 0; slot < list.size; slot++)
      if (!list.isVacant(slot) && list.get(slot, 0) === stream) this.#drop(slot);
  }

  get #list(): Cache {
    return this.#unit.caches[cacheIndex.stalls] as Cache;
  }

  #drop(slot: number): void {
    this.#list.drop(slot);
    if (this.#unit.trace.isOn) this.#unit.trace.emit('drop', cacheIndex.stalls, slot);
  }
}
