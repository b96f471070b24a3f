import type { Architecture } from './architecture';
import { amdvi } from './machines/amdvi';
import { riscv } from './machines/riscv';
import { smmuv3 } from './machines/smmuv3';
import { tce } from './machines/tce';
import { vtd } from './machines/vtd';

/** Every machine that the program knows. A machine is added here and nowhere else. */
export const architectures: readonly Architecture[] = [vtd, smmuv3, amdvi, riscv, tce];

export function architectureOf(id: string): Architecture | undefined {
  return architectures.find((architecture) => architecture.id === id);
}
