import { hexAddress } from '../../../bits/hex';
import type { Scenario } from '../../../scenario/schema';
import { deviceName } from '../../../trace/request-sentence';
import type { Description, LedgerColumn, LedgerShape } from '../../model';
import { ofKey } from '../address-spaces';
import { busText, functionText } from '../function-number';
import { spaceLedger } from '../space-ledger';
import type { Group } from './groups';

/** Indices into the description. */
export const ledger = { spaces: 0, groups: 1 } as const;
export const verb = { ask: 0, make: 1, share: 2, attach: 3, rename: 4, send: 5 } as const;

/** Domain of a group that is attached to nothing. */
export const unattached = -1;

/** How this part's events are read. */
export function describeSharing(
  groups: readonly Group[],
  isPower: boolean,
  { spaces: known = [], ...scenario }: Scenario,
): Description {
  const who = (at: number): string => `${deviceName(scenario, at)} (${functionText(at)})`;
  const owner = (key: number): string =>
    isPower ? `of the host bridge of bus ${busText(key)}` : `of requester ${functionText(key)}`;
  const n = (operands: readonly number[], index: number): number => operands[index] ?? 0;
  return {
    ledgers: [isPower ? hostBridgeSpaces : requesterSpaces, groupLedger(groups)],
    verbs: [
      {
        name: 'ask for a space',
        say: (o) => `${who(n(o, 0))} asks for its address space; the way up ends at that ${owner(n(o, 1))}.`,
      },
      { name: 'make a space', say: (o) => `QEMU makes the address space ${owner(n(o, 0))}.` },
      {
        name: 'share a space',
        say: (o) => `The address space ${owner(n(o, 0))} is there already: both use it.`,
      },
      {
        name: 'attach',
        say: (o) => {
          const space = known[n(o, 2)];
          return `Group ${n(o, 0)}, asked for through ${who(n(o, 3))}, shall go to domain ${n(o, 1)}: ${space?.name ?? space?.id ?? ''}.`;
        },
      },
      {
        name: 'rename',
        say: (o) =>
          `On its way up the request of ${who(n(o, 0))} gets another requester ID: ${functionText(n(o, 1))}.`,
      },
      {
        name: 'send',
        say: (o) => `${who(n(o, 0))} sends a request to ${hexAddress(n(o, 1), n(o, 2))}.`,
      },
    ],
  };
}

/** Requesters of several buses stand side by side here, so a space is named by the whole requester ID. */
const requesterSpaces: LedgerShape = {
  ...spaceLedger,
  key: { name: 'space', text: (key) => `space of ${functionText(ofKey(key).owner)}` },
};

const hostBridgeSpaces: LedgerShape = {
  ...spaceLedger,
  about: 'What QEMU has made: one for a host bridge.',
  key: { name: 'space', text: (key) => `space of bus ${busText(ofKey(key).owner)}` },
  columns: spaceLedger.columns.map(
    (column): LedgerColumn =>
      column.name === 'requester' ? { name: 'host bridge', text: (bus) => `bus ${busText(bus)}` } : column,
  ),
};

function groupLedger(groups: readonly Group[]): LedgerShape {
  const list = (numbers: readonly number[] = []): string => numbers.map(functionText).join(' and ');
  return {
    id: 'groups',
    name: 'Groups',
    about: 'The smallest sets that can be kept from the rest; a group goes to a domain as a whole.',
    key: { name: 'group', text: (group) => `group ${group}` },
    columns: [
      { name: 'members', text: (group) => list(groups[group]?.members) },
      { name: 'seen as', text: (group) => list(groups[group]?.requesters) },
      { name: 'because', text: (group) => groups[group]?.why ?? '' },
      { name: 'attached to', text: (domain) => (domain === unattached ? '' : `domain ${domain}`) },
    ],
    ties: [1, 0, 4],
  };
}

/** The values of a row of the ledger of groups. */
export function groupRow(group: number, domain: number): readonly number[] {
  return [group, group, group, domain];
}
