import { hexAddress } from '../../bits/hex';
import type { LedgerColumn, LedgerShape, Teller, Verb } from '../model';
import { mostProcesses, type Setting } from './setting';

/** Keys of bindings: the device’s index times this, and the process’s. */
export const perDevice = mostProcesses;
/** A column that says nothing in this row. */
export const nothing = -1;

export const processState = { runs: 0, exited: 1 } as const;
const processStates = ['runs', 'has exited'];
export const entryState = { points: 0, cleared: 1 } as const;
const entryStates = ['points to its tables', 'cleared'];

const ledgerIds = ['processes', 'bindings'] as const;
export type LedgerId = (typeof ledgerIds)[number];

const verbNames = [
  'bind',
  'give',
  'attach',
  'bindAgain',
  'unmap',
  'notify',
  'exit',
  'clear',
  'stop',
  'unbind',
  'free',
  'notifier',
] as const;
export type VerbName = (typeof verbNames)[number];

function pasidText(pasid: number): string {
  return `0x${pasid.toString(16)}`;
}

const column = (name: string, text: (value: number) => string): LedgerColumn => ({
  name,
  text: (value) => (value === nothing ? '' : text(value)),
});

/** The ledgers, in the order of `ledgerIds`. */
export function ledgersOf({ processes, devices }: Setting): readonly LedgerShape[] {
  const process = (index: number): string => processes[index]?.name ?? '';
  return [
    {
      id: 'processes',
      name: 'Processes',
      about:
        'The number that each process has on every device. It is its own until it has exited and no device is bound.',
      key: column('process', process),
      columns: [
        column('PASID', pasidText),
        column('references', String),
        column('state', (state) => processStates[state] ?? ''),
      ],
    },
    {
      id: 'bindings',
      name: 'Bindings',
      about:
        'Which device works for which process, how many users asked for it, and what the PASID entry says.',
      key: column(
        'device and process',
        (key) => `${devices[Math.floor(key / perDevice)]?.name}, ${process(key % perDevice)}`,
      ),
      columns: [
        column('PASID', pasidText),
        column('references', String),
        column('PASID entry', (state) => entryStates[state] ?? ''),
      ],
    },
  ];
}

/** The sentences, in the order of `verbNames`. */
export function verbsOf({ processes, devices }: Setting): readonly Verb[] {
  const process = (index: number | undefined): string => processes[index ?? -1]?.name ?? 'A process';
  const device = (index: number | undefined): string => devices[index ?? -1]?.name ?? 'A device';
  const range = (page: number, pages: number): string =>
    `${hexAddress(page)}, ${pages === 1 ? '1 page' : `${pages} pages`}`;
  const sentences: Readonly<Record<VerbName, (operands: readonly number[]) => string>> = {
    bind: ([at, of]) => `The driver of ${device(at)} binds ${process(of)}.`,
    give: ([of, pasid = 0]) => `${process(of)} is given PASID ${pasidText(pasid)}.`,
    attach: ([at, of, pasid = 0]) =>
      `PASID entry ${pasidText(pasid)} of ${device(at)} is pointed to the page table of ${process(of)}.`,
    bindAgain: ([at, of, count = 0]) =>
      `${process(of)} is bound to ${device(at)} already: ${count} references.`,
    unmap: ([of, page = 0, pages = 0]) =>
      `${process(of)} unmaps ${range(page, pages)}: its kernel clears the entries.`,
    notify: ([of, page = 0, pages = 0]) =>
      `The notifier of ${process(of)} tells the IOMMU driver: ${range(page, pages)}.`,
    exit: ([of]) => `${process(of)} exits.`,
    clear: ([at, of, pasid = 0]) =>
      `PASID entry ${pasidText(pasid)} of ${device(at)}, for ${process(of)}, is cleared and flushed.`,
    stop: ([at, of]) => `The driver of ${device(at)} stops its work for ${process(of)}.`,
    unbind: ([at, of, count = 0]) =>
      `The driver of ${device(at)} unbinds ${process(of)}: ${count === 1 ? '1 reference is' : `${count} references are`} left.`,
    free: ([of, pasid = 0]) => `PASID ${pasidText(pasid)} of ${process(of)} is free again.`,
    notifier: ([isOn]) =>
      isOn === 1
        ? 'From here on the IOMMU driver hears what processes unmap.'
        : 'From here on nobody tells the IOMMU driver what processes unmap.',
  };
  return verbNames.map((name) => ({ name, say: sentences[name] }));
}

/** Tells acts and rows by name. */
export class SvaTeller {
  readonly #tell: Teller;

  constructor(tell: Teller) {
    this.#tell = tell;
  }

  act(verb: VerbName, result: number, ...operands: readonly number[]): void {
    this.#tell.act(verbNames.indexOf(verb), result, ...operands);
  }

  set(ledger: LedgerId, key: number, ...values: readonly number[]): void {
    this.#tell.set(ledgerIds.indexOf(ledger), key, ...values);
  }

  drop(ledger: LedgerId, key: number): void {
    this.#tell.drop(ledgerIds.indexOf(ledger), key);
  }
}
