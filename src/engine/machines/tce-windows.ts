import { type WindowShape, windowsOf } from '../drivers/tce/windows';
import type { Problem } from '../scenario/problem';
import type { MachineSpec } from '../scenario/schema';
import { wordSetting } from './settings';

/** The settings of the windows: sizes in bytes, each a power of two. */
export const windowSettings = ['default_window_size', 'dynamic_window_size', 'dynamic_page_size'] as const;

/** 1 GiB; 64 GiB; 64 KiB. */
const usualShift = { default_window_size: 30, dynamic_window_size: 36, dynamic_page_size: 16 } as const;
/** Smallest and largest sizes, as powers of two: the 32-bit window ends at 4 GiB, the other one before 2^60. */
const shiftsOf = {
  default_window_size: [12, 32],
  dynamic_window_size: [24, 44],
  dynamic_page_size: [12, 24],
} as const;
const pageShifts = [12, 16, 24];

/** The two windows that a PE may have; what is wrong with the settings is added to `problems`. */
export function windowsOfSpec(
  spec: MachineSpec,
  problems: Problem[],
): readonly [low: WindowShape, high: WindowShape] {
  const [low, high, page] = windowSettings.map((name) => shiftSetting(spec, name, problems));
  return windowsOf(low as number, high as number, page as number);
}

/** The power of two of a size that the scenario gives; what is no such power is a problem. */
function shiftSetting(spec: MachineSpec, name: (typeof windowSettings)[number], problems: Problem[]): number {
  const word = wordSetting(spec, name, problems);
  if (word === undefined) return usualShift[name];
  const shift = Math.log2(word.high * 2 ** 32 + word.low);
  const [least, most] = shiftsOf[name];
  const isPage = name !== 'dynamic_page_size' || pageShifts.includes(shift);
  if (!Number.isInteger(shift) || shift < least || shift > most || !isPage) {
    problems.push({
      path: `machine.config.${name}`,
      message:
        name === 'dynamic_page_size'
          ? 'must be 0x1000, 0x10000 or 0x1000000'
          : `must be a power of two from 2^${least} to 2^${most}`,
    });
  }
  return shift;
}
