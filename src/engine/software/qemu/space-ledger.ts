import type { LedgerShape } from '../model';
import { type AddressSpace, ofKey, spaceKinds } from './address-spaces';
import { busText, functionText } from './function-number';

/** `vtd-03.0-pasid-5`, as QEMU names them. */
export function spaceName(owner: number, pasid: number): string {
  const slot = `vtd-${busText((owner >> 3) & 31)}.${owner & 7}`;
  return pasid < 0 ? slot : `${slot}-pasid-${pasid}`;
}

/** The ledger of address spaces. */
export const spaceLedger: LedgerShape = {
  id: 'spaces',
  name: 'Address spaces',
  about: 'What QEMU has made: one for a requester, or for one PASID of it.',
  key: { name: 'space', text: (key) => spaceName(ofKey(key).owner, ofKey(key).pasid) },
  columns: [
    { name: 'requester', text: functionText },
    { name: 'PASID', text: (pasid) => (pasid < 0 ? 'none' : String(pasid)) },
    { name: 'kind', text: (kind) => spaceKinds[kind] ?? '' },
    { name: 'made at call', text: String },
  ],
  ties: [1, 0, 3],
};

/** The values of a row of it. */
export function spaceRow({ owner, pasid, kind, madeAt }: AddressSpace): readonly number[] {
  return [owner, pasid, spaceKinds.indexOf(kind), madeAt];
}
