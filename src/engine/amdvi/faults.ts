/** Why a request is refused: an event code of the manual (AMD IOMMU 2.5) times 16, and which check failed. */
export interface EventReason {
  readonly code: number;
  readonly abbr: string;
  readonly name: string;
  readonly found: string;
  readonly cause: string;
  /** Flags of the event. */
  readonly flags: Readonly<Partial<Record<'PR' | 'PE' | 'RZ' | 'I' | 'TR', 1>>>;
  /** Not logged where SE or SA of the device entry say so. */
  readonly isPageFault: boolean;
}

const page = (
  code: number,
  name: string,
  found: string,
  cause: string,
  flags: EventReason['flags'],
): EventReason => ({
  code,
  abbr: 'IO_PAGE_FAULT',
  name,
  found,
  cause,
  flags,
  isPageFault: true,
});

const reasons: readonly EventReason[] = [
  {
    code: 0x10,
    abbr: 'ILLEGAL_DEV_TABLE_ENTRY',
    name: 'Illegal device table entry',
    found: 'The device table entry has a reserved bit set, or asks for what the unit does not have.',
    cause: 'The entry was written for another unit, or only half written.',
    flags: { RZ: 1 },
    isPageFault: false,
  },
  page(
    0x20,
    'Entry not present',
    'An entry on the way has PR = 0.',
    'The page is not mapped, or was unmapped already.',
    {},
  ),
  page(
    0x21,
    'Reserved bit set',
    'An entry on the way has a reserved bit set.',
    'The table was written for another unit, or is no table.',
    { PR: 1, RZ: 1 },
  ),
  page(
    0x22,
    'Permission missing',
    'The permissions on the way do not allow the request.',
    'The page is mapped for another use, or the device is blocked.',
    { PR: 1, PE: 1 },
  ),
  page(
    0x23,
    'Level or size not possible',
    'An entry leads to a level that is not lower, skips bits that are set, or has a size that its level does not take.',
    'The table is damaged.',
    { PR: 1 },
  ),
  page(
    0x24,
    'Address too wide',
    'The address has bits set above what the paging mode takes.',
    'The device uses an address that the tables cannot hold.',
    {},
  ),
  page(
    0x25,
    'Translation not valid',
    'The device table entry has TV = 0.',
    'The device was detached and still sends.',
    {},
  ),
  page(
    0x26,
    'Device beyond the table',
    'The device table has no entry for the device.',
    'The table is smaller than the bus.',
    {},
  ),
  page(
    0x27,
    'PASID not possible',
    'The device has no guest tables, or the PASID does not fit them.',
    'The PASID was never bound to the device.',
    { PR: 1 },
  ),
  page(
    0x28,
    'Paging mode not possible',
    'The paging mode is 7, or deeper than the unit has.',
    'The entry was written for another unit.',
    { PR: 1 },
  ),
  page(
    0x29,
    'Interrupt not remapped',
    'The interrupt remapping entry is not enabled, or the index is beyond its table.',
    'The interrupt was never set up, or was torn down.',
    { I: 1 },
  ),
  page(
    0x2a,
    'Interrupt aborted',
    'The device table entry does not let the interrupt pass.',
    'Interrupts of the device are switched off.',
    { I: 1 },
  ),
  {
    code: 0x30,
    abbr: 'DEV_TAB_HARDWARE_ERROR',
    name: 'Device table cannot be read',
    found: 'The device table entry lies outside physical memory.',
    cause: 'The base of the device table is wrong.',
    flags: {},
    isPageFault: false,
  },
  {
    code: 0x40,
    abbr: 'PAGE_TAB_HARDWARE_ERROR',
    name: 'Page table cannot be read',
    found: 'A table lies outside physical memory.',
    cause: 'An entry has a wrong address.',
    flags: {},
    isPageFault: false,
  },
  {
    code: 0x80,
    abbr: 'INVALID_DEVICE_REQUEST',
    name: 'Invalid device request',
    found: 'A translated or translation request comes from a device with I = 0.',
    cause: 'ATS is used without being enabled.',
    flags: {},
    isPageFault: false,
  },
  {
    code: 0x90,
    abbr: 'INVALID_PPR_REQUEST',
    name: 'Invalid page request',
    found: 'A page request comes from a device with PPR = 0, or while page requests are off.',
    cause: 'The device asks for pages without being allowed to.',
    flags: {},
    isPageFault: false,
  },
];

export const eventReasons: ReadonlyMap<number, EventReason> = new Map(reasons.map((one) => [one.code, one]));

/** The event code of a reason. */
export function eventCode(reason: number): number {
  return reason >> 4;
}
