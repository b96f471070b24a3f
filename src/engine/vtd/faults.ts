/** A fault reason of the manual (VT-d 7.1.3) and how to say it. */
export interface FaultReason {
  readonly code: number;
  readonly abbr: string;
  readonly name: string;
  /** What was checked and what was found. */
  readonly found: string;
  /** What usually causes it. */
  readonly cause: string;
  /** Recorded even where FPD is set. */
  readonly isUnqualified?: true;
}

const reasons: readonly FaultReason[] = [
  { code: 0x1, abbr: 'LRT.2', name: 'Root entry not present', found: 'The root entry of the bus has P = 0.', cause: 'No device of this bus was ever given a context table.', isUnqualified: true },
  { code: 0x2, abbr: 'LCT.2', name: 'Context entry not present', found: 'The context entry of the device has P = 0.', cause: 'The device has no domain: it was never attached, or it was removed and still sends.' },
  { code: 0x3, abbr: 'LCT.4', name: 'Context entry invalid', found: 'The context entry asks for an address width, a translation type or a table that this unit cannot use.', cause: 'AW is not among the supported widths, TT is reserved, or the table pointer leads nowhere.' },
  { code: 0x4, abbr: 'LGN.1', name: 'Address beyond the guest width', found: 'The address has bits set above the width of the table.', cause: 'The device uses an address that the driver never mapped, often a physical one.' },
  { code: 0x5, abbr: 'LGN.2', name: 'Write not permitted', found: 'A paging entry on the way has W = 0.', cause: 'The page is not mapped, was unmapped already, or is mapped for reading only.' },
  { code: 0x6, abbr: 'LGN.3', name: 'Read not permitted', found: 'A paging entry on the way has R = 0.', cause: 'The page is not mapped, was unmapped already, or is mapped for writing only.' },
  { code: 0x7, abbr: 'LSS.1', name: 'Paging entry unreadable', found: 'A second-stage table lies where memory does not answer.', cause: 'An entry above it is corrupt.' },
  { code: 0x8, abbr: 'LRT.1', name: 'Root table unreadable', found: 'The root entry lies where memory does not answer.', cause: 'The root table pointer is wrong.', isUnqualified: true },
  { code: 0x9, abbr: 'LCT.1', name: 'Context table unreadable', found: 'The context entry lies where memory does not answer.', cause: 'The root entry is corrupt.', isUnqualified: true },
  { code: 0xa, abbr: 'LRT.3', name: 'Reserved bit in root entry', found: 'A bit that must be zero is set in the root entry.', cause: 'The entry is corrupt, or was written for scalable mode.', isUnqualified: true },
  { code: 0xb, abbr: 'LCT.3', name: 'Reserved bit in context entry', found: 'A bit that must be zero is set in the context entry.', cause: 'The entry is corrupt, or an address is wider than the host’s.' },
  { code: 0xc, abbr: 'LSS.2', name: 'Reserved bit in paging entry', found: 'A bit that must be zero is set in a second-stage entry.', cause: 'The entry is corrupt, a large page is misaligned, or a page size is not supported.' },
  { code: 0xd, abbr: 'LCT.5', name: 'Translated request refused', found: 'The context entry allows untranslated requests only.', cause: 'The device uses ATS and the driver did not enable it here.' },
  { code: 0xe, abbr: 'LGN.4', name: 'Answer in the interrupt range', found: 'The translated address lies in 0xFEE0_0000 to 0xFEEF_FFFF.', cause: 'A table maps DMA onto the interrupt address range.' },
  { code: 0x20, abbr: 'IR.1', name: 'Reserved bit in interrupt request', found: 'The interrupt message has a bit set that must be zero.', cause: 'The device’s MSI data is not in the remappable format.' },
  { code: 0x21, abbr: 'IR.2', name: 'Interrupt index too large', found: 'The index lies beyond the interrupt remapping table.', cause: 'A stale or corrupt MSI address in the device.' },
  { code: 0x22, abbr: 'IR.3', name: 'Interrupt entry not present', found: 'The interrupt remapping entry has P = 0.', cause: 'The interrupt was freed and the device still sends it.' },
  { code: 0x23, abbr: 'IR.4', name: 'Interrupt table unreadable', found: 'The entry lies where memory does not answer.', cause: 'The interrupt table pointer is wrong.' },
  { code: 0x24, abbr: 'IR.5', name: 'Reserved bit in interrupt entry', found: 'A bit that must be zero is set in the interrupt remapping entry.', cause: 'The entry is corrupt.' },
  { code: 0x25, abbr: 'IR.6', name: 'Compatibility interrupt blocked', found: 'The message is in the old format and the unit lets only remappable ones pass.', cause: 'The device’s MSI address was not written by the remapping driver.' },
  { code: 0x26, abbr: 'IR.7', name: 'Interrupt from the wrong device', found: 'The sender is not the one that the entry names.', cause: 'A device behind a bridge, or a device that imitates another.' },
  { code: 0x30, abbr: 'RTA.1', name: 'Table mode not supported', found: 'The root table address register asks for a mode that this unit lacks.', cause: 'Scalable mode was chosen without the capability.', isUnqualified: true },
  { code: 0x31, abbr: 'RTA.2', name: 'PASID in legacy mode', found: 'A request with PASID arrived and the unit is in legacy mode.', cause: 'The device has PASID enabled and the unit is not in scalable mode.', isUnqualified: true },
  { code: 0x33, abbr: 'RTA.4', name: 'DMA aborted', found: 'The root table address register says: refuse everything.', cause: 'Software blocks all DMA, as firmware does before the operating system starts.', isUnqualified: true },
  { code: 0x38, abbr: 'SRT.1', name: 'Root table unreadable', found: 'The scalable-mode root entry lies where memory does not answer.', cause: 'The root table pointer is wrong.', isUnqualified: true },
  { code: 0x39, abbr: 'SRT.2', name: 'Root entry not present', found: 'The half of the root entry for this device has its present bit at 0.', cause: 'No device of this half of the bus was given a context table.', isUnqualified: true },
  { code: 0x3a, abbr: 'SRT.3', name: 'Reserved bit in root entry', found: 'A bit that must be zero is set in the scalable-mode root entry.', cause: 'The entry is corrupt, or an address is wider than the host’s.', isUnqualified: true },
  { code: 0x40, abbr: 'SCT.1', name: 'Context table unreadable', found: 'The scalable-mode context entry lies where memory does not answer.', cause: 'The root entry is corrupt.', isUnqualified: true },
  { code: 0x41, abbr: 'SCT.2', name: 'Context entry not present', found: 'The scalable-mode context entry has P = 0.', cause: 'The device has no domain: it was never attached, or it was removed and still sends.' },
  { code: 0x42, abbr: 'SCT.3', name: 'Reserved bit in context entry', found: 'A bit that must be zero is set in the scalable-mode context entry.', cause: 'The entry is corrupt, or was written for legacy mode.' },
  { code: 0x43, abbr: 'SCT.4', name: 'Context entry invalid', found: 'The context entry enables something that this unit lacks.', cause: 'DTE, PASIDE or PRE is set without the capability.' },
  { code: 0x44, abbr: 'SCT.5', name: 'Translated request refused', found: 'The context entry has DTE = 0.', cause: 'The device uses ATS and the driver did not enable it here.' },
  { code: 0x45, abbr: 'SCT.6', name: 'PASID refused', found: 'The request has a PASID and the context entry has PASIDE = 0.', cause: 'The device uses PASIDs and the driver did not enable them.' },
  { code: 0x46, abbr: 'SCT.7', name: 'PASID too large', found: 'The PASID lies beyond the PASID directory.', cause: 'PDTS is too small for this PASID, or the device sends a wrong one.' },
  { code: 0x47, abbr: 'SCT.8', name: 'Page request refused', found: 'The context entry has PRE = 0.', cause: 'The device sends page requests and the driver did not enable them.' },
  { code: 0x48, abbr: 'SCT.9', name: 'RID_PASID too large', found: 'RID_PASID lies beyond the PASID directory.', cause: 'The context entry is set up wrongly.' },
  { code: 0x50, abbr: 'SPD.1', name: 'PASID directory unreadable', found: 'The PASID directory entry lies where memory does not answer.', cause: 'The directory pointer of the context entry is wrong.', isUnqualified: true },
  { code: 0x51, abbr: 'SPD.2', name: 'PASID directory entry not present', found: 'The PASID directory entry has P = 0.', cause: 'None of the 64 PASIDs around this one was ever set up.' },
  { code: 0x52, abbr: 'SPD.3', name: 'Reserved bit in PASID directory entry', found: 'A bit that must be zero is set in the PASID directory entry.', cause: 'The entry is corrupt.' },
  { code: 0x58, abbr: 'SPT.1', name: 'PASID table unreadable', found: 'The PASID entry lies where memory does not answer.', cause: 'The directory entry is corrupt.', isUnqualified: true },
  { code: 0x59, abbr: 'SPT.2', name: 'PASID entry not present', found: 'The PASID entry has P = 0.', cause: 'The process was unbound, or never bound, and the device still uses its PASID.' },
  { code: 0x5a, abbr: 'SPT.3', name: 'Reserved bit in PASID entry', found: 'A bit that must be zero is set in the PASID entry.', cause: 'The entry is corrupt, or an address is wider than the host’s.' },
  { code: 0x5b, abbr: 'SPT.4', name: 'PASID entry invalid', found: 'The PASID entry asks for a translation type, a width or a paging mode that this unit lacks.', cause: 'PGTT, AW or FSPM is wrong for the capabilities.' },
  { code: 0x5c, abbr: 'SPT.5', name: 'Execute request refused', found: 'The PASID entry has ERE = 0.', cause: 'The device asks to execute and the driver did not allow it.' },
  { code: 0x5d, abbr: 'SPT.6', name: 'Supervisor request refused', found: 'The PASID entry has SRE = 0.', cause: 'The device asks with privilege in a user process’s address space.' },
  { code: 0x70, abbr: 'SFS.1', name: 'First-stage entry unreadable', found: 'A first-stage table lies where memory does not answer.', cause: 'An entry above it is corrupt.' },
  { code: 0x71, abbr: 'SFS.2', name: 'First-stage entry not present', found: 'A first-stage entry on the way has P = 0.', cause: 'The page is not mapped, or was unmapped already.' },
  { code: 0x72, abbr: 'SFS.3', name: 'Reserved bit in first-stage entry', found: 'A bit that must be zero is set in a first-stage entry.', cause: 'The entry is corrupt, a large page is misaligned, or 1 GiB pages are not supported.' },
  { code: 0x73, abbr: 'SFS.4', name: 'First-stage table pointer invalid', found: 'The top first-stage table lies where memory does not answer.', cause: 'FSPTPTR in the PASID entry is wrong.' },
  { code: 0x74, abbr: 'SFS.5', name: 'First-stage table beyond the guest width', found: 'The guest address of a first-stage table does not fit the second stage.', cause: 'The guest wrote a wild pointer into its table.' },
  { code: 0x75, abbr: 'SFS.6', name: 'First-stage root not readable', found: 'The second stage does not let the walk read the top first-stage table.', cause: 'The host took away read permission of the page that holds the guest’s root table.' },
  { code: 0x76, abbr: 'SFS.7', name: 'First-stage table not readable', found: 'The second stage does not let the walk read a first-stage table.', cause: 'The host took away read permission of a page that holds a guest’s table.' },
  { code: 0x77, abbr: 'SFS.8', name: 'First-stage table not writable', found: 'The walk must set the accessed or dirty bit and the second stage does not let it write the table.', cause: 'The host write-protected a page that holds a guest’s table.' },
  { code: 0x78, abbr: 'SSS.1', name: 'Second-stage entry unreadable', found: 'A second-stage table lies where memory does not answer.', cause: 'An entry above it is corrupt.' },
  { code: 0x79, abbr: 'SSS.2', name: 'Second-stage entry not present', found: 'A second-stage entry on the way has R = 0 and W = 0.', cause: 'The guest page is not mapped, or the host took it away.' },
  { code: 0x7a, abbr: 'SSS.3', name: 'Reserved bit in second-stage entry', found: 'A bit that must be zero is set in a second-stage entry.', cause: 'The entry is corrupt, a large page is misaligned, or a page size is not supported.' },
  { code: 0x7b, abbr: 'SSS.4', name: 'Second-stage table pointer invalid', found: 'The top second-stage table lies where memory does not answer.', cause: 'SSPTPTR in the PASID entry is wrong.' },
  { code: 0x80, abbr: 'SGN.1', name: 'Address not canonical', found: 'The bits above the first stage’s width are not all equal.', cause: 'The device uses an address that is no address of the process.' },
  { code: 0x81, abbr: 'SGN.2', name: 'User request to a supervisor page', found: 'A first-stage entry on the way has U/S = 0.', cause: 'The page belongs to the kernel and the request is unprivileged.' },
  { code: 0x82, abbr: 'SGN.3', name: 'Execute not permitted', found: 'A first-stage entry on the way has XD = 1.', cause: 'The page holds data.' },
  { code: 0x83, abbr: 'SGN.4', name: 'Address beyond the host width', found: 'The entry says pass-through and the address has bits above the host’s width.', cause: 'The device uses a virtual address where it needs a physical one.' },
  { code: 0x84, abbr: 'SGN.5', name: 'Address beyond the second stage', found: 'The address has bits set above the width of the second stage.', cause: 'The device, or the guest’s table, uses an address that the host never mapped.' },
  { code: 0x85, abbr: 'SGN.6', name: 'Write not permitted', found: 'An entry on the way does not allow writing.', cause: 'The page is mapped for reading only.' },
  { code: 0x86, abbr: 'SGN.7', name: 'Read not permitted', found: 'A second-stage entry on the way has R = 0.', cause: 'The page is mapped for writing only.' },
  { code: 0x87, abbr: 'SGN.8', name: 'Answer in the interrupt range', found: 'The translated address lies in 0xFEE0_0000 to 0xFEEF_FFFF.', cause: 'A table maps DMA onto the interrupt address range.' },
];

export const faultReasons: ReadonlyMap<number, FaultReason> = new Map(reasons.map((reason) => [reason.code, reason]));

/** Whether the fault is recorded although FPD is set. */
export function isUnqualified(code: number): boolean {
  return faultReasons.get(code)?.isUnqualified === true;
}
