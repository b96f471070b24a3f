import { accesses, type DmaRequest, type Outcome } from '../../request';
import { emptyOutcome, emptyRequest } from '../../step-runner';
import { writers } from '../../trace/events';
import type { Hands } from '../model';
import type { Device } from './device';
import type { EventQueue } from './event-queue';
import type { Address } from './mapping-list';
import { reason } from './reports';

const host = writers.indexOf('host');

/** An access by an endpoint, which is its index; `id` is its number. */
export interface Access {
  readonly endpoint: number;
  readonly id: number;
  readonly isWrite: boolean;
  readonly at: Address;
}

/** Sends the DMA of endpoints through the host's IOMMU, and reports to the guest what is refused there. */
export class Requester {
  readonly #hands: Hands;
  readonly #device: Device;
  readonly #events: EventQueue;
  readonly #request: DmaRequest = emptyRequest();
  readonly #outcome: Outcome = emptyOutcome();

  constructor(hands: Hands, device: Device, events: EventQueue) {
    this.#hands = hands;
    this.#device = device;
    this.#events = events;
  }

  /** The host frees its own fault record; the guest's says what the virtio-iommu knows of the address. */
  send({ endpoint, id, isWrite, at }: Access): void {
    const { iommu } = this.#hands;
    const access = accesses.indexOf(isWrite ? 'w' : 'r');
    Object.assign(this.#request, { device: id, access, page: at.page, offset: at.offset });
    iommu.translate(this.#request, this.#outcome);
    if (this.#outcome.ok) return;
    iommu.acknowledgeFaults(host);
    const found = this.#device.lookUp(endpoint, at.page, isWrite);
    const code = found.kind === 'refused' ? found.reason : reason.unknown;
    this.#events.report({ reason: code, endpoint: id, isWrite, at });
  }
}
