import { windowPages } from '../../tce/find-window';

/** One of the two windows that a PE may have. */
export interface WindowShape {
  /** 0 below 4 GiB, 1 from 2^59 up: bit 59 of an address. */
  readonly number: 0 | 1;
  readonly name: string;
  /** Page of the window's first address. */
  readonly firstPage: number;
  /** A TCE maps 2 to this many bytes. */
  readonly pageShift: number;
  /** The window has 2 to this many bytes. */
  readonly sizeShift: number;
}

/** Both windows; `defaultSize` and `dynamicSize` are powers of two, as is the page of the second. */
export function windowsOf(
  defaultSizeShift: number,
  dynamicSizeShift: number,
  dynamicPageShift: number,
): readonly [WindowShape, WindowShape] {
  return [
    { number: 0, name: '32-bit window', firstPage: 0, pageShift: 12, sizeShift: defaultSizeShift },
    {
      number: 1,
      name: '64-bit window',
      firstPage: windowPages,
      pageShift: dynamicPageShift,
      sizeShift: dynamicSizeShift,
    },
  ];
}

/** Bit 59 chooses the window: below it are the bits that index tables. */
export const windowBits = 59;
const smallestIndexBits = 9;

/** Address bits that each of `levels` tables takes: the same for all, at least a page of TCEs (Linux pci-ioda-tce.c). */
export function indexBitsFor({ pageShift, sizeShift }: WindowShape, levels: number): number {
  return Math.max(smallestIndexBits, Math.ceil((sizeShift - pageShift) / levels));
}
