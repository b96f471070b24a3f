import type { Problem } from '../../scenario/problem';
import type { Hands } from '../model';
import type { GuestKernel } from './guest-kernel';
import type { Host } from './host';
import type { AssignedDevice, Setting } from './setting';
import { countTables } from './table-count';
import type { PasidTeller } from './verbs';

/** Spaces of the scenario. */
export interface BoundStages {
  readonly first: string;
  readonly second: string | undefined;
}

/** Ties numbers to devices: the host judges the request, writes the PASID entry, and counts the tables. */
export class Binder {
  readonly #setting: Setting;
  readonly #host: Host;
  readonly #kernels: readonly GuestKernel[];
  readonly #hands: Hands;
  readonly #tell: PasidTeller;

  constructor(
    setting: Setting,
    host: Host,
    kernels: readonly GuestKernel[],
    hands: Hands,
    tell: PasidTeller,
  ) {
    this.#setting = setting;
    this.#host = host;
    this.#kernels = kernels;
    this.#hands = hands;
    this.#tell = tell;
  }

  /** Binds a number of the machine's space. A problem when a space is not there. */
  bind(at: number, pasid: number, stages: BoundStages): Problem | undefined {
    const device = this.#setting.devices[at];
    if (device === undefined) return undefined;
    const result = this.#host.pasids.bind(device.guest, at, device.bits, pasid);
    this.#tell.act('bind', result, at, pasid);
    if (result !== 0) return undefined;
    const problem = this.#write(at, device, pasid, stages);
    if (problem !== undefined) return problem;
    this.#host.tellNumber(pasid);
    this.#kernels[device.guest]?.countBound(pasid, 1);
    this.#tellTables(at, device);
    return undefined;
  }

  /** Binds the lowest number that the device's own space has. */
  bindOwn(at: number, stages: BoundStages): Problem | undefined {
    const device = this.#setting.devices[at];
    if (device === undefined) return undefined;
    const given = this.#host.pasids.bindOwn(at, device.bits);
    this.#tell.act('bindOwn', Math.min(given, 0), at, Math.max(given, 0));
    if (given < 0) return undefined;
    const problem = this.#write(at, device, given, stages);
    if (problem !== undefined) return problem;
    this.#host.tellOwn(at, device.guest, given);
    this.#tellTables(at, device);
    return undefined;
  }

  unbind(at: number, pasid: number): Problem | undefined {
    const device = this.#setting.devices[at];
    if (device === undefined) return undefined;
    const isOwn = this.#host.pasids.isOwn(at, pasid);
    const result = this.#host.pasids.unbind(at, pasid);
    this.#tell.act('unbind', result, at, pasid);
    if (result !== 0) return undefined;
    const { tables } = this.#hands;
    const problem =
      tables.unbind({ do: 'unbind', device: device.id, pasid }) ??
      tables.flush({ do: 'flush', of: 'configuration', device: device.id, pasid });
    if (problem !== undefined) return problem;
    if (isOwn) this.#host.dropOwn(at, pasid);
    else {
      this.#host.tellNumber(pasid);
      this.#kernels[device.guest]?.countBound(pasid, -1);
    }
    this.#tellTables(at, device);
    return undefined;
  }

  /** Every guest is a domain. What cannot be written is not bound. */
  #write(at: number, device: AssignedDevice, pasid: number, stages: BoundStages): Problem | undefined {
    const { first, second } = stages;
    const problem = this.#hands.tables.bind({
      device: device.id,
      pasid,
      domain: device.guest + 1,
      first,
      ...(second === undefined ? {} : { second }),
    });
    if (problem === undefined) return undefined;
    this.#host.pasids.unbind(at, pasid);
    return { ...problem, path: `.with${problem.path}` };
  }

  #tellTables(at: number, device: AssignedDevice): void {
    const { iommu, memory } = this.#hands;
    const { entries, directoryPages, tablePages } = countTables(iommu, memory, Number(device.id));
    this.#tell.set('tables', at, entries, directoryPages, tablePages, directoryPages + tablePages);
  }
}
