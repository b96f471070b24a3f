import { readField } from '../bits/access';
import type { Word64 } from '../bits/hex';
import { fieldOf, type Layout } from '../bits/layout';
import { capability, extendedCapability } from './layouts/registers';

/** What the capability registers say, read once. */
export interface Features {
  readonly hostWidth: number;
  /** Width of a DMA address in bits. */
  readonly guestWidth: number;
  readonly supportedWidths: number;
  readonly secondStage2M: boolean;
  readonly secondStage1G: boolean;
  readonly firstStage1G: boolean;
  readonly firstStage5Levels: boolean;
  readonly cachingMode: boolean;
  readonly rootPointerFlushes: boolean;
  readonly faultRecords: number;
  readonly maximumMask: number;
  readonly hasPageSelective: boolean;
  readonly deviceTlb: boolean;
  readonly passThrough: boolean;
  readonly snoopControl: boolean;
  readonly scalableMode: boolean;
  readonly firstStage: boolean;
  readonly secondStage: boolean;
  readonly nested: boolean;
  readonly pasid: boolean;
  readonly pageRequests: boolean;
  readonly abortDma: boolean;
  readonly secondStageDirty: boolean;
  readonly extendedAccessed: boolean;
  readonly ridPasid: boolean;
  readonly ridPrivilege: boolean;
  readonly executeRequests: boolean;
  readonly supervisorRequests: boolean;
}

/** Reads CAP and ECAP (VT-d 11.4.2, 11.4.3). `hostWidth` is the host address width in bits. */
export function featuresOf(cap: Word64, ecap: Word64, hostWidth: number): Features {
  const of = (register: Layout, word: Word64, name: string): number =>
    readField(fieldOf(register, name), [word.low, word.high]);
  const has = (name: string): boolean => of(extendedCapability, ecap, name) === 1;
  const can = (name: string): boolean => of(capability, cap, name) === 1;
  const largePages = of(capability, cap, 'SSLPS');
  return {
    hostWidth,
    guestWidth: of(capability, cap, 'MGAW') + 1,
    supportedWidths: of(capability, cap, 'SAGAW'),
    secondStage2M: (largePages & 1) === 1,
    secondStage1G: (largePages & 2) === 2,
    firstStage1G: can('FS1GP'),
    firstStage5Levels: can('FS5LP'),
    cachingMode: can('CM'),
    rootPointerFlushes: can('ESRTPS'),
    faultRecords: of(capability, cap, 'NFR') + 1,
    maximumMask: of(capability, cap, 'MAMV'),
    hasPageSelective: can('PSI'),
    deviceTlb: has('DT'),
    passThrough: has('PT'),
    snoopControl: has('SC'),
    scalableMode: has('SMTS'),
    firstStage: has('FSTS'),
    secondStage: has('SSTS'),
    nested: has('NEST'),
    pasid: has('PASID'),
    pageRequests: has('PRS'),
    abortDma: has('ADMS'),
    secondStageDirty: has('SSADS'),
    extendedAccessed: has('EAFS'),
    ridPasid: has('RPS'),
    ridPrivilege: has('RPRIVS'),
    executeRequests: has('ERS'),
    supervisorRequests: has('SRS'),
  };
}
