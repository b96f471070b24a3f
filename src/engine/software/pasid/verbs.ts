import type { Teller, Verb } from '../model';
import type { LedgerId } from './ledgers';
import type { Setting } from './setting';

const names = [
  'register',
  'remove',
  'negotiate',
  'ask',
  'trap',
  'send',
  'unanswered',
  'hostGives',
  'hostTakesBack',
  'take',
  'giveUp',
  'bind',
  'bindOwn',
  'unbind',
] as const;
export type VerbName = (typeof names)[number];

/** A PASID as texts have it. */
export function pasidText(pasid: number): string {
  return `0x${pasid.toString(16)}`;
}

/** The sentences, in the order of `names`. */
export function verbsOf({ guests, units, devices }: Setting): readonly Verb[] {
  const guest = (index: number | undefined): string => guests[index ?? -1]?.name ?? 'A guest';
  const unit = (index: number | undefined): string => units[index ?? -1]?.name ?? 'The unit';
  const device = (index: number | undefined): string => devices[index ?? -1]?.name ?? 'The device';
  const sentences: Readonly<Record<VerbName, (operands: readonly number[]) => string>> = {
    register: ([at, of]) => `${guest(of)} registers ${unit(at)} as an allocator.`,
    remove: ([at, of]) => `${unit(at)} is taken out of ${guest(of)}.`,
    negotiate: ([at, accepts]) =>
      `${unit(at)} offers PASID allocation; the driver ${accepts === 1 ? 'accepts it' : 'leaves it out'}.`,
    ask: ([of, min = 0, max = 0]) =>
      `${guest(of)} wants a PASID from ${pasidText(min)} to ${pasidText(max)}.`,
    trap: ([at, word = 0]) => `${unit(at)}: the write of ${pasidText(word)} to VCMD traps to the host.`,
    send: ([at, type]) => `${unit(at)}: ${type === 0 ? 'ALLOC_PASID' : 'FREE_PASID'} is put on the queue.`,
    unanswered: ([at]) => `${unit(at)}: a request is sent, and comes back as it was.`,
    hostGives: ([of, pasid = 0]) =>
      pasid === 0
        ? `The host looks for a number for ${guest(of)}.`
        : `The host gives ${pasidText(pasid)} to ${guest(of)}.`,
    hostTakesBack: ([of, pasid = 0]) => `The host is to take ${pasidText(pasid)} back from ${guest(of)}.`,
    take: ([of, pasid = 0]) =>
      pasid === 0 ? `${guest(of)} gets no PASID.` : `${guest(of)} is handed ${pasidText(pasid)}.`,
    giveUp: ([of, pasid = 0]) => `${guest(of)} frees ${pasidText(pasid)}.`,
    bind: ([at, pasid = 0]) => `The host binds ${device(at)} to ${pasidText(pasid)}.`,
    bindOwn: ([at, pasid = 0]) =>
      pasid === 0
        ? `The host looks for a number in ${device(at)}’s own space.`
        : `The host binds ${device(at)} to ${pasidText(pasid)} of the device’s own space.`,
    unbind: ([at, pasid = 0]) => `The host unbinds ${device(at)} from ${pasidText(pasid)}.`,
  };
  return names.map((name) => ({ name, say: sentences[name] }));
}

/** Tells acts and rows by name. Rows of ledgers that the setting has no use for are not told. */
export class PasidTeller {
  readonly #tell: Teller;
  readonly #ledgers: readonly LedgerId[];

  constructor(tell: Teller, ledgers: readonly LedgerId[]) {
    this.#tell = tell;
    this.#ledgers = ledgers;
  }

  act(verb: VerbName, result: number, ...operands: readonly number[]): void {
    this.#tell.act(names.indexOf(verb), result, ...operands);
  }

  set(ledger: LedgerId, key: number, ...values: readonly number[]): void {
    this.#tell.set(this.#ledgers.indexOf(ledger), key, ...values);
  }

  drop(ledger: LedgerId, key: number): void {
    this.#tell.drop(this.#ledgers.indexOf(ledger), key);
  }
}
