import type { SoftwareKind } from './model';
import { qemuKind } from './qemu/kind';

/** Every kind of software that a scenario may have. A kind is added here and nowhere else. */
export const softwareKinds: readonly SoftwareKind[] = [qemuKind];

export function softwareKind(id: string): SoftwareKind | undefined {
  return softwareKinds.find((kind) => kind.id === id);
}
