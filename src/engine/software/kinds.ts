import type { SoftwareKind } from './model';
import { windowAllocator } from './window-allocator/kind';

/** Every kind of software that a scenario may have. A kind is added here and nowhere else. */
export const softwareKinds: readonly SoftwareKind[] = [windowAllocator];

export function softwareKind(id: string): SoftwareKind | undefined {
  return softwareKinds.find((kind) => kind.id === id);
}
