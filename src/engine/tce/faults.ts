import type { FaultText } from '../architecture';

/** Codes of the reasons; the numbers are the model's own, hardware has a bit of an error register for each. */
export const reason = {
  noDeviceTable: 0x1,
  noEndpoint: 0x2,
  endpointTooLarge: 0x3,
  unreadableDevice: 0x4,
  notSupported: 0x5,
  noWindow: 0x10,
  badWindow: 0x11,
  unreadableWindow: 0x12,
  beyondTable: 0x20,
  noTable: 0x21,
  unreadableTable: 0x22,
  noPermission: 0x30,
  noRead: 0x31,
  noWrite: 0x32,
} as const;

const texts: readonly FaultText[] = [
  {
    code: reason.noDeviceTable,
    abbr: 'RTT_OFF',
    name: 'Requester table off',
    found: 'RTT_BAR has EN = 0.',
    cause: 'The host bridge was not set up yet.',
  },
  {
    code: reason.noEndpoint,
    abbr: 'RTE_INVALID',
    name: 'Device in no PE',
    found: 'The requester table has no valid entry for the device.',
    cause: 'The device was never put into a partitionable endpoint, or was taken out of it.',
  },
  {
    code: reason.endpointTooLarge,
    abbr: 'PE_INVALID',
    name: 'PE does not exist',
    found: 'The requester entry names a PE above 255.',
    cause: 'The entry was written for another host bridge, or is damaged.',
  },
  {
    code: reason.unreadableDevice,
    abbr: 'RTT_READ',
    name: 'Requester table cannot be read',
    found: 'The requester entry lies outside physical memory.',
    cause: 'RTT_BAR has a wrong address.',
  },
  {
    code: reason.notSupported,
    abbr: 'UNSUPPORTED',
    name: 'Request not supported',
    found:
      'The request carries a PASID, or an address that claims to be translated, or asks for a translation.',
    cause: 'The device uses PASIDs or ATS, and windows of a PE take neither.',
  },
  {
    code: reason.noWindow,
    abbr: 'NO_WINDOW',
    name: 'No window for the address',
    found: 'Address bits 63:60 are not zero, or the window that bit 59 chooses does not exist.',
    cause: 'The driver uses an address of a window that the PE was not given.',
  },
  {
    code: reason.badWindow,
    abbr: 'TVE_INVALID',
    name: 'Window cannot be used',
    found: 'The window entry has more than five levels.',
    cause: 'The entry is damaged.',
  },
  {
    code: reason.unreadableWindow,
    abbr: 'TVT_READ',
    name: 'Window table cannot be read',
    found: 'The window entry lies outside physical memory.',
    cause: 'TVT_BAR has a wrong address.',
  },
  {
    code: reason.beyondTable,
    abbr: 'TCE_RANGE',
    name: 'Index beyond the table',
    found: 'The address lies behind the last TCE of its window.',
    cause: 'The window is smaller than the driver thinks.',
  },
  {
    code: reason.noTable,
    abbr: 'TCE_INDIRECT',
    name: 'Indirect TCE not valid',
    found: 'An indirect TCE on the way has R = 0 and W = 0.',
    cause: 'Nothing was ever mapped in this part of the window.',
  },
  {
    code: reason.unreadableTable,
    abbr: 'TCE_READ',
    name: 'TCE table cannot be read',
    found: 'A TCE on the way lies outside physical memory.',
    cause: 'The window entry or an indirect TCE has a wrong address.',
  },
  {
    code: reason.noPermission,
    abbr: 'TCE_INVALID',
    name: 'Page not mapped',
    found: 'The TCE has R = 0 and W = 0.',
    cause: 'The page is not mapped, or was unmapped already.',
  },
  {
    code: reason.noRead,
    abbr: 'TCE_NO_READ',
    name: 'Read not allowed',
    found: 'The TCE has R = 0, and the device reads.',
    cause: 'The page was mapped for data from the device only.',
  },
  {
    code: reason.noWrite,
    abbr: 'TCE_NO_WRITE',
    name: 'Write not allowed',
    found: 'The TCE has W = 0, and the device writes.',
    cause: 'The page was mapped for data to the device only.',
  },
];

export const faultTexts: ReadonlyMap<number, FaultText> = new Map(texts.map((one) => [one.code, one]));
