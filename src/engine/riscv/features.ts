import { readField } from '../bits/access';
import type { Word64 } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import { capabilities, featureControl } from './layouts/registers';

/** What the capabilities and fctl say, read once (RISC-V IOMMU 6.3, 6.4). */
export interface Features {
  /** Pages of physical memory. */
  readonly memoryPages: number;
  readonly isExtended: boolean;
  readonly hasFiles: boolean;
  readonly marks: boolean;
  readonly ats: boolean;
  readonly toGuest: boolean;
  readonly qualityOfService: boolean;
  readonly memoryTypes: boolean;
  readonly freeBits: boolean;
  readonly rangeInvalidation: boolean;
  readonly tableInvalidation: boolean;
  /** fctl.GXL. */
  readonly isNarrowGuest: boolean;
  readonly wiredInterrupts: boolean;
  readonly bigEndian: boolean;
  readonly bothEndians: boolean;
  /** Whether a mode of the stage exists: by MODE, wide and narrow. */
  readonly first: readonly boolean[];
  readonly second: readonly boolean[];
  readonly narrowFirst: boolean;
  readonly narrowSecond: boolean;
  /** Whether PD8, PD17 and PD20 exist, by pdtp.MODE. */
  readonly processModes: readonly boolean[];
}

export function featuresOf(word: Word64, control: Word64): Features {
  const has = (name: string): boolean => readField(fieldOf(capabilities, name), [word.low, word.high]) === 1;
  const set = (name: string): boolean =>
    readField(fieldOf(featureControl, name), [control.low, control.high]) === 1;
  const size = readField(fieldOf(capabilities, 'PAS'), [word.low, word.high]);
  const modes = (a: boolean, b: boolean, c: boolean): boolean[] => {
    const list = new Array<boolean>(16).fill(false);
    list[8] = a || b || c;
    list[9] = b || c;
    list[10] = c;
    return list;
  };
  return {
    memoryPages: 2 ** Math.max(0, size - 12),
    isExtended: has('MSI_FLAT'),
    hasFiles: has('MSI_MRIF'),
    marks: has('AMO_HWAD'),
    ats: has('ATS'),
    toGuest: has('T2GPA'),
    qualityOfService: has('QOSID'),
    memoryTypes: has('Svpbmt'),
    freeBits: has('Svrsw60t59b'),
    rangeInvalidation: has('S'),
    tableInvalidation: has('NL'),
    isNarrowGuest: set('GXL'),
    wiredInterrupts: set('WSI'),
    bigEndian: set('BE'),
    bothEndians: has('END'),
    first: modes(has('Sv39'), has('Sv48'), has('Sv57')),
    second: modes(has('Sv39x4'), has('Sv48x4'), has('Sv57x4')),
    narrowFirst: has('Sv32'),
    narrowSecond: has('Sv32x4'),
    processModes: [true, has('PD8'), has('PD17'), has('PD20')],
  };
}
