import { hexAddress } from '../../../bits/hex';
import type { Scenario } from '../../../scenario/schema';
import { deviceName } from '../../../trace/request-sentence';
import type { Description } from '../../model';
import { functionText } from '../function-number';
import { spaceName } from '../space-ledger';

/** Who listens, for which news, and where it is hooked in. */
export const listeners = [
  { id: 'unmap', who: 'vhost', news: 'unmapped', hook: 'space' },
  { id: 'map-unmap', who: 'VFIO', news: 'mapped and unmapped', hook: 'space' },
  { id: 'first-level', who: 'VFIO', news: 'first level of a PASID changed', hook: 'context' },
] as const;

/** Indices into the description. */
export const ledger = { listeners: 0, shadow: 1 } as const;
export const verb = {
  register: 0,
  guestMaps: 1,
  guestIsSilent: 2,
  guestUnmaps: 3,
  invalidate: 4,
  tellMap: 5,
  tellUnmap: 6,
  nobody: 7,
  hostMaps: 8,
  hostUnmaps: 9,
  firstLevel: 10,
  cannotSay: 11,
  tellFirstLevel: 12,
} as const;

/** Permissions as a number in a row. */
export const permissionTexts: readonly string[] = ['', 'r', 'w', 'rw'];

/** How this part's events are read. */
export function describeShadow(device: number, scenario: Scenario): Description {
  const who = deviceName(scenario, device);
  const at = (operands: readonly number[], index: number): string => hexAddress(operands[index] ?? 0);
  const pages = (operands: readonly number[], index: number): string => countText(operands[index] ?? 0);
  return {
    ledgers: [
      {
        id: 'listeners',
        name: 'Notifiers',
        about: `Who wants to hear what the guest of ${who} changes.`,
        key: { name: 'for', text: (key) => listeners[key]?.news ?? '' },
        columns: [
          { name: 'listener', text: (key) => listeners[key]?.who ?? '' },
          { name: 'hooked to', text: (key) => hookText(key, device) },
          { name: 'told', text: (times) => (times === 1 ? 'once' : `${times} times`) },
        ],
      },
      {
        id: 'shadow',
        name: 'Shadow entries',
        about:
          'Pages of the guest’s table that the host’s table has too, with guest memory replaced by host memory.',
        key: { name: 'device’s page', text: (page) => hexAddress(page) },
        columns: [
          { name: 'guest memory', text: (page) => hexAddress(page) },
          { name: 'host memory', text: (page) => hexAddress(page) },
          { name: 'permissions', text: (code) => permissionTexts[code] ?? '' },
        ],
      },
    ],
    verbs: [
      {
        name: 'register',
        say: ([key = 0]) =>
          `${listeners[key]?.who ?? ''} registers a notifier: ${listeners[key]?.news ?? ''}, at ${hookText(key, device)}.`,
      },
      {
        name: 'guest maps',
        say: (o) => `The guest maps ${pages(o, 2)} from ${at(o, 0)} to its memory at ${at(o, 1)}.`,
      },
      {
        name: 'guest is silent',
        say: () =>
          'The virtual unit says CM = 0: nothing was present before, so the guest invalidates nothing.',
      },
      { name: 'guest unmaps', say: (o) => `The guest unmaps ${pages(o, 1)} from ${at(o, 0)}.` },
      {
        name: 'guest invalidates',
        say: (o) =>
          `The guest queues an IOTLB invalidation of ${pages(o, 1)} from ${at(o, 0)}; the write to the tail traps to QEMU.`,
      },
      {
        name: 'tell of a mapping',
        say: (o) => `QEMU reads the guest’s table and tells: ${at(o, 0)} is mapped to ${at(o, 1)}.`,
      },
      { name: 'tell of an unmapping', say: (o) => `QEMU tells: unmapped, ${pages(o, 1)} from ${at(o, 0)}.` },
      { name: 'tell nobody', say: () => 'No notifier listens for it: nobody is told.' },
      {
        name: 'host maps',
        say: (o) => `VFIO maps ${at(o, 0)} in the host’s table, to guest memory at ${at(o, 1)}.`,
      },
      { name: 'host unmaps', say: (o) => `VFIO unmaps ${at(o, 0)} in the host’s table and flushes.` },
      {
        name: 'guest invalidates a PASID',
        say: (o) =>
          `The guest queues a PASID-based IOTLB invalidation: PASID ${o[0] ?? 0}, ${pages(o, 2)} from ${at(o, 1)}; QEMU sees it.`,
      },
      {
        name: 'has no words',
        say: (o) =>
          `A map or unmap notice has an address, a length and permissions, and no place for PASID ${o[0] ?? 0}: nobody is told.`,
      },
      {
        name: 'tell of a first level',
        say: (o) =>
          `The PASID context tells VFIO: PASID ${o[0] ?? 0}, ${pages(o, 2)} from ${at(o, 1)}. The host passes it to the unit.`,
      },
    ],
  };
}

function hookText(key: number, device: number): string {
  return listeners[key]?.hook === 'context'
    ? `the PASID context of ${functionText(device)}`
    : `the address space ${spaceName(device, -1)}`;
}

function countText(pages: number): string {
  return pages === 1 ? '1 page' : `${pages} pages`;
}
