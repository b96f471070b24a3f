import { parseWord } from '../../bits/hex';
import type { Iommu } from '../../iommu';
import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import { writers } from '../../trace/events';

const host = writers.indexOf('host');

/** Performs a register step, or says what is wrong with it. */
export function setRegister(
  iommu: Iommu,
  step: StepOf<'register'>,
  isReadOnly: (register: number) => boolean,
): Problem | undefined {
  const index = iommu.shapes.findIndex(({ id }) => id === step.name);
  const value = parseWord(step.value);
  if (index < 0) return { path: '.name', message: `This machine has no register ${step.name}.` };
  if (value === undefined)
    return { path: '.value', message: 'The value is not a 64-bit hexadecimal number.' };
  if (isReadOnly(index)) return { path: '.name', message: `Only hardware changes ${step.name}.` };
  iommu.writeRegister(host, index, value.low, value.high);
  return undefined;
}
