import type { SoftwareKind } from './model';
import { xen } from './xen/kind';

/** Every kind of software that a scenario may have. A kind is added here and nowhere else. */
export const softwareKinds: readonly SoftwareKind[] = [xen];

export function softwareKind(id: string): SoftwareKind | undefined {
  return softwareKinds.find((kind) => kind.id === id);
}
