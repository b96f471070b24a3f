import type { DmaRequest } from '../request';
import type { Unit } from './unit';

const untranslated = 0;
const execute = 2;

/**
 * The last stream of user's requests that passed every check of context and PASID entry. While nothing changes in their
 * caches the look-ups would find the same, and use what was used last, which changes no replacement order: a request of
 * the same stream goes straight to the IOTLB. A traced run makes the look-ups, because they are seen.
 */
export class KnownStream {
  /** The PASID that the stream uses, and FPD of the entries that it passes. */
  number = -1;
  disablesFaults = false;
  readonly #unit: Unit;
  #device = -1;
  #pasid = -1;
  #root = -1;
  #contexts = -1;
  #pasids = -1;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  matches(request: DmaRequest, rootPage: number): boolean {
    const { caches, trace } = this.#unit;
    return (
      request.device === this.#device &&
      request.pasid === this.#pasid &&
      rootPage === this.#root &&
      caches.context.version === this.#contexts &&
      caches.pasid.version === this.#pasids &&
      request.type === untranslated &&
      request.access !== execute &&
      !request.privileged &&
      !trace.isOn
    );
  }

  /** Nothing is remembered when a cache is off: then every request reads memory. */
  remember(request: DmaRequest, rootPage: number, number: number, disablesFaults: boolean): void {
    const { caches } = this.#unit;
    if (caches.context.size === 0 || caches.pasid.size === 0) return;
    this.#device = request.device;
    this.#pasid = request.pasid;
    this.#root = rootPage;
    this.#contexts = caches.context.version;
    this.#pasids = caches.pasid.version;
    this.number = number;
    this.disablesFaults = disablesFaults;
  }

  forget(): void {
    this.#device = -1;
  }
}
