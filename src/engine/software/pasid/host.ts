import type { HostPasids } from './host-pasids';
import { perSpace } from './ledgers';
import type { PasidTeller } from './verbs';

/** What the host does when a guest's request reaches it, told. Results as in `HostPasids`. */
export class Host {
  readonly pasids: HostPasids;
  readonly #tell: PasidTeller;

  constructor(pasids: HostPasids, tell: PasidTeller) {
    this.pasids = pasids;
    this.#tell = tell;
  }

  allocate(guest: number, max: number): number {
    const given = this.pasids.allocate(guest, max);
    this.#tell.act('hostGives', Math.min(given, 0), guest, Math.max(given, 0));
    if (given > 0) this.tellNumber(given);
    return given;
  }

  free(guest: number, pasid: number): number {
    const result = this.pasids.free(guest, pasid);
    this.#tell.act('hostTakesBack', result, guest, pasid);
    if (result === 0) this.#tell.drop('namespace', pasid);
    return result;
  }

  /** The row of a number of the machine's space as it is. */
  tellNumber(pasid: number): void {
    const owned = this.pasids.owned.get(pasid);
    if (owned === undefined) return;
    const mask = [...owned.devices].reduce((bits, device) => bits | (1 << device), 0);
    this.#tell.set('namespace', pasid, owned.guest, mask, mask);
  }

  /** The row of a number of a device's own space. */
  tellOwn(device: number, guest: number, pasid: number): void {
    this.#tell.set('namespace', (device + 1) * perSpace + pasid, guest, 1 << device, 1 << device);
  }

  dropOwn(device: number, pasid: number): void {
    this.#tell.drop('namespace', (device + 1) * perSpace + pasid);
  }
}
