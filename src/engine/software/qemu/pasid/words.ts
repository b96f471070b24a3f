import { hexAddress } from '../../../bits/hex';
import type { Scenario } from '../../../scenario/schema';
import { deviceName } from '../../../trace/request-sentence';
import type { Description, LedgerShape } from '../../model';
import { functionText } from '../function-number';
import { spaceLedger, spaceName } from '../space-ledger';
import { designs } from './census';

/** Indices into the description. */
export const ledger = { spaces: 0, contexts: 1, designs: 2 } as const;
export const verb = { translate: 0, make: 1, find: 2, pass: 3, drop: 4, lookAgain: 5, count: 6 } as const;

/** How many rows of the designs' ledger one count takes. */
const perCount = designs.length;

/** The key of a design's row for so many processes. */
export function designKey(processes: number, design: number): number {
  return processes * perCount + design;
}

const contexts: LedgerShape = {
  id: 'contexts',
  name: 'PASID contexts',
  about:
    'One for each device whose requests carry a PASID. Its method asks the unit each time and keeps nothing.',
  key: { name: 'device', text: functionText },
  columns: [{ name: 'asked', text: (times) => (times === 1 ? 'once' : `${times} times`) }],
};

const counts: LedgerShape = {
  id: 'designs',
  name: 'What each design makes',
  about: 'For one device: its ordinary space, and what its processes cost.',
  key: {
    name: 'design',
    text: (key) => `${designs[key % perCount]}, ${processes(Math.floor(key / perCount))}`,
  },
  columns: [
    { name: 'of them with DMA', text: counted },
    { name: 'address spaces', text: counted },
    { name: 'memory regions', text: counted },
    { name: 'to drop when the table changes', text: counted },
  ],
};

function counted(value: number): string {
  return value.toLocaleString('en');
}

function processes(count: number): string {
  return count === 1 ? '1 process' : `${counted(count)} processes`;
}

function withPasid(pasid: number): string {
  return pasid < 0 ? 'no PASID' : `PASID ${pasid}`;
}

/** How this part's events are read. */
export function describePasid(scenario: Scenario): Description {
  const who = (device: number): string => deviceName(scenario, device);
  const n = (operands: readonly number[], index: number): number => operands[index] ?? 0;
  return {
    ledgers: [spaceLedger, contexts, counts],
    verbs: [
      {
        name: 'translate',
        say: (o) =>
          `${who(n(o, 0))} has a PASID context; its method is called: translate(${n(o, 1)}, ${hexAddress(n(o, 2), n(o, 3))}).`,
      },
      {
        name: 'make a space',
        say: (o) =>
          `${who(n(o, 0))} sends a request with ${withPasid(n(o, 1))} and has no address space for it: QEMU makes ${spaceName(n(o, 0), n(o, 1))}.`,
      },
      {
        name: 'find a space',
        say: (o) => `QEMU finds the address space ${spaceName(n(o, 0), n(o, 1))}, which leads to the unit.`,
      },
      {
        name: 'pass',
        say: (o) =>
          `The address space ${spaceName(n(o, 0), n(o, 1))} leads past the unit: ${hexAddress(n(o, 2), n(o, 3))} goes on unchanged, and nobody is asked.`,
      },
      {
        name: 'drop spaces',
        say: (o) => `${changed(who, o)}, and QEMU drops what it made from it: ${spaces(n(o, 2))}.`,
      },
      {
        name: 'look again',
        say: (o) =>
          `${changed(who, o)}. QEMU keeps ${spaces(n(o, 2))} and decides anew at the next request where each one leads.`,
      },
      {
        name: 'count',
        say: (o) =>
          `QEMU makes the objects for ${processes(n(o, 0))}, ${counted(n(o, 1))} of them with DMA, in each design.`,
      },
    ],
  };
}

function changed(who: (device: number) => string, operands: readonly number[]): string {
  const [device = 0, pasid = -1] = operands;
  const what = pasid < 0 ? 'The PASID table' : `Entry ${pasid} of the PASID table`;
  return `${what} of ${who(device)} has changed`;
}

function spaces(count: number): string {
  return count === 1 ? '1 address space' : `${count} address spaces`;
}
