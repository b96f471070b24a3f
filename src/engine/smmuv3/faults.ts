/** An event of the manual (SMMUv3 7.3) and how to say it. */
export interface EventText {
  readonly code: number;
  readonly abbr: string;
  readonly name: string;
  readonly found: string;
  readonly cause: string;
}

const events: readonly EventText[] = [
  {
    code: 0x02,
    abbr: 'C_BAD_STREAMID',
    name: 'Stream unknown',
    found: 'The stream ID is beyond the stream table, or its part of the table is not there.',
    cause: 'The device was never given a stream table entry.',
  },
  {
    code: 0x03,
    abbr: 'F_STE_FETCH',
    name: 'Stream entry cannot be read',
    found: 'The stream table lies outside physical memory.',
    cause: 'The base of the stream table is wrong.',
  },
  {
    code: 0x04,
    abbr: 'C_BAD_STE',
    name: 'Stream entry not usable',
    found: 'The stream table entry has V = 0, or asks for what the SMMU does not have.',
    cause: 'The device has no driver yet, or the entry is half written.',
  },
  {
    code: 0x05,
    abbr: 'F_BAD_ATS_TREQ',
    name: 'Translation request forbidden',
    found: 'A translation request came while the SMMU is off, or for a stream without ATS.',
    cause: 'The device uses ATS without being allowed to.',
  },
  {
    code: 0x06,
    abbr: 'F_STREAM_DISABLED',
    name: 'Substream missing',
    found: 'The request has no substream where one is needed, or uses the one kept for those without.',
    cause: 'The device was set up for substreams and sends without, or the other way round.',
  },
  {
    code: 0x07,
    abbr: 'F_TRANSL_FORBIDDEN',
    name: 'Translated request forbidden',
    found: 'ATS is not enabled for the stream.',
    cause: 'The device uses ATS without being allowed to.',
  },
  {
    code: 0x08,
    abbr: 'C_BAD_SUBSTREAMID',
    name: 'Substream unknown',
    found: 'The stream has no substreams, or not that one.',
    cause: 'The PASID was never bound to the device.',
  },
  {
    code: 0x09,
    abbr: 'F_CD_FETCH',
    name: 'Context descriptor cannot be read',
    found: 'The context descriptor lies outside physical memory.',
    cause: 'The pointer in the stream entry is wrong.',
  },
  {
    code: 0x0a,
    abbr: 'C_BAD_CD',
    name: 'Context descriptor not usable',
    found: 'The context descriptor has V = 0, or asks for what the SMMU does not have.',
    cause: 'The descriptor is half written, or was written for another SMMU.',
  },
  {
    code: 0x0b,
    abbr: 'F_WALK_EABT',
    name: 'Table cannot be read',
    found: 'A table lies outside physical memory.',
    cause: 'A descriptor has a wrong address.',
  },
  {
    code: 0x10,
    abbr: 'F_TRANSLATION',
    name: 'Not mapped',
    found: 'A descriptor on the way is invalid, or the address is outside the tables.',
    cause: 'The page is not mapped, or was unmapped already.',
  },
  {
    code: 0x11,
    abbr: 'F_ADDR_SIZE',
    name: 'Address too large',
    found: 'A descriptor leads to an address beyond the output size.',
    cause: 'A descriptor is wrong, or the output size is set too small.',
  },
  {
    code: 0x12,
    abbr: 'F_ACCESS',
    name: 'Access flag clear',
    found: 'The leaf has AF = 0, and hardware does not set it.',
    cause: 'Software wants to know of the first use, or forgot the flag.',
  },
  {
    code: 0x13,
    abbr: 'F_PERMISSION',
    name: 'Permission missing',
    found: 'The permissions on the way do not allow the request.',
    cause: 'The page is mapped for another use.',
  },
  {
    code: 0x100,
    abbr: 'abort',
    name: 'Stream aborts',
    found: 'The stream table entry is configured to abort, or the SMMU is off and GBPA aborts.',
    cause: 'The device is blocked on purpose. No event is recorded.',
  },
];

export const eventTexts: ReadonlyMap<number, EventText> = new Map(events.map((one) => [one.code, one]));

export const silentAbort = 0x100;

/** Only faults of translation can be left unrecorded by the descriptor. */
export function isTranslationFault(code: number): boolean {
  return code >= 0x10 && code <= 0x13;
}

/** Whether a translation request that meets the event is answered without permission instead (SMMUv3 3.9.1.2). */
export function isRecoverable(code: number): boolean {
  return code >= 0x10 && code <= 0x13;
}
