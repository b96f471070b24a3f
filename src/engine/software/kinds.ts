import { cpus } from './cpus/kind';
import { dma } from './dma/kind';
import type { SoftwareKind } from './model';
import { pageSizes } from './page-sizes/kind';
import { pasidKind } from './pasid/kind';
import { qemuKind } from './qemu/kind';
import { sva } from './sva/kind';
import { virtioIommu } from './virtio-iommu/kind';
import { windowAllocator } from './window-allocator/kind';
import { xen } from './xen/kind';

/** Every kind of software that a scenario may have. A kind is added here and nowhere else. */
export const softwareKinds: readonly SoftwareKind[] = [
  dma,
  pageSizes,
  cpus,
  xen,
  pasidKind,
  windowAllocator,
  qemuKind,
  sva,
  virtioIommu,
];

export function softwareKind(id: string): SoftwareKind | undefined {
  return softwareKinds.find((kind) => kind.id === id);
}
