import { errorNumber } from '../errors';

const leastPasid = 1;

/** The one list of PASIDs of the machine: a number belongs to one process, the same on every device. */
export class ProcessPasids {
  readonly #byProcess = new Map<number, number>();

  /** The process's number; undefined before its first binding. */
  of(process: number): number | undefined {
    return this.#byProcess.get(process);
  }

  /**
   * The process's number for a device with so many, given now if it has none: the lowest from 1 up. -EOVERFLOW when the
   * device cannot send the one it has; -ENOSPC when none is left (Linux drivers/iommu/iommu-sva.c, iommu_alloc_mm_data).
   */
  take(process: number, maxPasids: number): number {
    const known = this.#byProcess.get(process);
    if (known !== undefined) return known < maxPasids ? known : -errorNumber('EOVERFLOW');
    const used = new Set(this.#byProcess.values());
    let pasid = leastPasid;
    while (used.has(pasid)) pasid += 1;
    if (pasid >= maxPasids) return -errorNumber('ENOSPC');
    this.#byProcess.set(process, pasid);
    return pasid;
  }

  free(process: number): void {
    this.#byProcess.delete(process);
  }
}
