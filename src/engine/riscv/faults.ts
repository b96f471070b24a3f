/** A cause of the manual (RISC-V IOMMU 4.2) and how to say it. */
export interface Cause {
  readonly code: number;
  readonly abbr: string;
  readonly name: string;
  readonly found: string;
  readonly cause: string;
  /** Recorded even where DTF is set. */
  readonly ignoresDtf?: true;
  /** What an ATS request is told: unsupported, aborted, or success without permission. */
  readonly ats: 'UR' | 'CA' | 'none';
}

function access(code: number, verb: string): Cause {
  return {
    code,
    abbr: `cause ${code}`,
    name: `Access fault on ${verb}`,
    found: 'A table or page lies outside physical memory.',
    cause: 'A pointer in a table has bits set above the physical address size.',
    ats: 'CA',
  };
}

function page(code: number, verb: string): Cause {
  return {
    code,
    abbr: `cause ${code}`,
    name: `Page fault on ${verb}`,
    found: 'A first-stage entry on the way is not valid, breaks a rule, or does not allow the request.',
    cause: 'The page is not mapped in the process, or not for this use.',
    ats: 'none',
  };
}

function guestPage(code: number, verb: string): Cause {
  return {
    code,
    abbr: `cause ${code}`,
    name: `Guest-page fault on ${verb}`,
    found: 'A second-stage entry on the way is not valid, breaks a rule, or does not allow the request.',
    cause: 'The host has not mapped the guest page, or not for this use.',
    ats: 'none',
  };
}

const causes: readonly Cause[] = [
  access(1, 'execute'),
  access(5, 'read'),
  access(7, 'write'),
  page(12, 'execute'),
  page(13, 'read'),
  page(15, 'write'),
  guestPage(20, 'execute'),
  guestPage(21, 'read'),
  guestPage(23, 'write'),
  {
    code: 256,
    abbr: 'cause 256',
    name: 'All inbound transactions disallowed',
    found: 'The mode of ddtp is Off.',
    cause: 'Software has not switched the IOMMU on.',
    ignoresDtf: true,
    ats: 'UR',
  },
  {
    code: 257,
    abbr: 'cause 257',
    name: 'Device directory load access fault',
    found: 'A table of the device directory lies outside physical memory.',
    cause: 'ddtp or a directory entry has a wrong page number.',
    ignoresDtf: true,
    ats: 'UR',
  },
  {
    code: 258,
    abbr: 'cause 258',
    name: 'Device directory entry not valid',
    found: 'A directory entry or the device context has V = 0.',
    cause: 'The device was never given a context, or it was taken away.',
    ignoresDtf: true,
    ats: 'UR',
  },
  {
    code: 259,
    abbr: 'cause 259',
    name: 'Device directory entry misconfigured',
    found: 'A reserved bit is set, or the context asks for what the unit cannot do.',
    cause: 'The context was written for another unit, or only half written.',
    ignoresDtf: true,
    ats: 'UR',
  },
  {
    code: 260,
    abbr: 'cause 260',
    name: 'Transaction type disallowed',
    found: 'The context does not allow this kind of request.',
    cause: 'ATS, a process_id or privileged mode is used without being enabled.',
    ats: 'UR',
  },
  {
    code: 261,
    abbr: 'cause 261',
    name: 'MSI table load access fault',
    found: 'The entry of the MSI page table lies outside physical memory.',
    cause: 'The context has a wrong MSI table pointer.',
    ats: 'CA',
  },
  {
    code: 262,
    abbr: 'cause 262',
    name: 'MSI table entry not valid',
    found: 'The entry of the MSI page table has V = 0.',
    cause: 'The guest’s interrupt file is not there.',
    ats: 'none',
  },
  {
    code: 263,
    abbr: 'cause 263',
    name: 'MSI table entry misconfigured',
    found: 'The entry of the MSI page table has a mode or bits that are not allowed.',
    cause: 'The entry was written for another unit.',
    ats: 'CA',
  },
  {
    code: 265,
    abbr: 'cause 265',
    name: 'Process directory load access fault',
    found: 'A table of the process directory lies outside physical memory.',
    cause: 'A pointer of the process directory is wrong.',
    ats: 'CA',
  },
  {
    code: 266,
    abbr: 'cause 266',
    name: 'Process directory entry not valid',
    found: 'A directory entry or the process context has V = 0.',
    cause: 'The process_id was never bound.',
    ats: 'none',
  },
  {
    code: 267,
    abbr: 'cause 267',
    name: 'Process directory entry misconfigured',
    found: 'A reserved bit is set, or the mode is not one that the unit has.',
    cause: 'The context was written for another unit.',
    ats: 'CA',
  },
];

export const faultCauses: ReadonlyMap<number, Cause> = new Map(causes.map((one) => [one.code, one]));

/** Cause numbers by access: read, write, execute. */
export const accessFault = [5, 7, 1] as const;
export const pageFault = [13, 15, 12] as const;
export const guestPageFault = [21, 23, 20] as const;

export function isGuestPageFault(cause: number): boolean {
  return cause >= 20 && cause <= 23;
}
