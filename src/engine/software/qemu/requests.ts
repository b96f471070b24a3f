import { splitAddress, type Word64 } from '../../bits/hex';
import type { Outcome } from '../../request';
import type { Scenario } from '../../scenario/schema';
import { emptyOutcome, emptyRequest } from '../../step-runner';
import { writers } from '../../trace/events';
import type { Hands } from '../model';

const host = writers.indexOf('host');

/** A request as QEMU's own devices send it. */
export interface SentRequest {
  readonly device: number;
  /** -1 without one. */
  readonly pasid: number;
  /** Index of `accesses`. */
  readonly access: number;
  readonly at: Word64;
}

/** Sends requests of emulated devices to the unit. */
export class Requests {
  readonly #hands: Hands;
  readonly #freesFaults: boolean;
  readonly #request = emptyRequest();
  readonly #outcome = emptyOutcome();

  constructor(hands: Hands, scenario: Scenario) {
    this.#hands = hands;
    this.#freesFaults = scenario.machine.faults === 'acknowledge';
  }

  /** What the unit answers; written over by the next request. */
  send({ device, pasid, access, at }: SentRequest): Readonly<Outcome> {
    const { iommu } = this.#hands;
    if (this.#freesFaults) iommu.acknowledgeFaults(host);
    Object.assign(this.#request, { device, pasid, access, ...splitAddress(at) });
    iommu.translate(this.#request, this.#outcome);
    return this.#outcome;
  }
}
