import { hexAddress } from '../../bits/hex';
import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import { Arguments } from '../arguments';
import { errorNumber } from '../errors';
import type { Hands, SoftwareModel } from '../model';
import { ProcessPasids } from './process-pasids';
import type { Process, Setting, SharingDevice } from './setting';
import { entryState, nothing, perDevice, processState, type SvaTeller } from './words';

/** A process that runs on a device. */
interface Bond {
  readonly pasid: number;
  references: number;
  /** The entry has been cleared as the process exited. */
  isCleared: boolean;
}

const mostPages = 512;

/**
 * Shared virtual addressing (Linux drivers/iommu/iommu-sva.c): a process has one PASID, its own page table is the first
 * stage, and a notifier tells the IOMMU what the process unmaps.
 */
export class SharedAddressing implements SoftwareModel {
  readonly #setting: Setting;
  readonly #hands: Hands;
  readonly #tell: SvaTeller;
  readonly #pasids = new ProcessPasids();
  /** By key of the ledger. */
  readonly #bonds = new Map<number, Bond>();
  readonly #exited = new Set<number>();
  /** The largest PASID that each device's structures had room for. */
  readonly #widest = new Map<number, number>();
  #hasNotifier: boolean;

  constructor(setting: Setting, hands: Hands, tell: SvaTeller) {
    this.#setting = setting;
    this.#hands = hands;
    this.#tell = tell;
    this.#hasNotifier = setting.hasNotifier;
    for (const index of setting.processes.keys()) this.#tellProcess(index);
  }

  call(step: StepOf<'call'>): Problem | undefined {
    const args = new Arguments(step);
    switch (step.op) {
      case 'bind':
        return this.#withBoth(args, (device, at, process, of) => this.#bind(device, at, process, of));
      case 'unbind':
        return this.#withBoth(args, (device, at, _, of) => this.#unbind(device, at, of));
      case 'unmap':
        return this.#unmap(args);
      case 'exit':
        return this.#exit(args);
      case 'notifier':
        return this.#switch(args);
    }
    return { path: '.op', message: 'Shared virtual addressing can bind, unbind, unmap, exit and notifier.' };
  }

  #bind(device: SharingDevice, at: number, process: Process, of: number): Problem | undefined {
    const key = at * perDevice + of;
    const bond = this.#bonds.get(key);
    const isNew = this.#pasids.of(of) === undefined;
    const pasid = this.#exited.has(of) ? -errorNumber('ESRCH') : this.#pasids.take(of, device.maxPasids);
    const result = device.taken.has(pasid) ? -errorNumber('EBUSY') : Math.min(pasid, 0);
    this.#tell.act('bind', result, at, of);
    if (isNew && pasid > 0) {
      this.#tell.act('give', 0, of, pasid);
      this.#tellProcess(of);
    }
    if (result !== 0) return undefined;
    if (bond !== undefined) {
      bond.references += 1;
      this.#tell.act('bindAgain', 0, at, of, bond.references);
      this.#tellBond(key, bond);
      return undefined;
    }
    const made: Bond = { pasid, references: 1, isCleared: false };
    this.#bonds.set(key, made);
    this.#tell.act('attach', 0, at, of, pasid);
    this.#tellBond(key, made);
    return this.#attach(device, at, process, pasid);
  }

  /** Writes the entry. A larger PASID than before may change the device's own entry, so that is flushed too. */
  #attach({ id, domain }: SharingDevice, at: number, { space }: Process, pasid: number): Problem | undefined {
    const { tables } = this.#hands;
    const widens = pasid > (this.#widest.get(at) ?? 0);
    if (widens) this.#widest.set(at, pasid);
    const problem =
      tables.bind({ device: id, pasid, domain, first: space }) ??
      (widens ? tables.flush({ do: 'flush', of: 'configuration', device: id }) : undefined);
    return problem === undefined ? this.#flushEntry(id, pasid) : inArguments(problem);
  }

  /** The device stops first, so that nothing uses the PASID while its entry goes. */
  #unbind({ id }: SharingDevice, at: number, of: number): Problem | undefined {
    const key = at * perDevice + of;
    const bond = this.#bonds.get(key);
    if (bond === undefined)
      return { path: '.with.process', message: 'The process is not bound to this device: bind it first.' };
    bond.references -= 1;
    if (bond.references === 0) this.#tell.act('stop', 0, at, of);
    this.#tell.act('unbind', 0, at, of, bond.references);
    if (bond.references > 0) {
      this.#tellBond(key, bond);
      return undefined;
    }
    const problem = bond.isCleared ? undefined : this.#clear(id, at, of, bond);
    this.#bonds.delete(key);
    this.#tell.drop('bindings', key);
    this.#tellProcess(of);
    this.#release(of);
    return problem;
  }

  /** The kernel clears the entries of the process's table; what the IOMMU has cached of them goes only by the notifier. */
  #unmap(args: Arguments): Problem | undefined {
    const of = this.#processOf(args);
    const page = args.page('from');
    const pages = args.number('pages', 1, mostPages, 1);
    const problem = args.end();
    const process = this.#setting.processes[of];
    if (problem !== undefined || process === undefined) return problem;
    this.#tell.act('unmap', this.#exited.has(of) ? -errorNumber('ESRCH') : 0, of, page, pages);
    if (this.#exited.has(of)) return undefined;
    const range = { space: process.space, from: hexAddress(page), length: hexAddress(pages) };
    const failed = this.#hands.tables.unmap({ do: 'unmap', ...range });
    if (failed !== undefined) return inArguments(failed);
    if (!this.#hasNotifier || this.#bondsOf(of).length === 0) return undefined;
    this.#tell.act('notify', 0, of, page, pages);
    return this.#hands.tables.flush({ do: 'flush', of: 'pages', ...range });
  }

  /** The entries go before the page table does. Drivers still hold their references, and with them the number. */
  #exit(args: Arguments): Problem | undefined {
    const of = this.#processOf(args);
    const problem = args.end();
    if (problem !== undefined) return problem;
    this.#tell.act('exit', this.#exited.has(of) ? -errorNumber('ESRCH') : 0, of);
    if (this.#exited.has(of)) return undefined;
    this.#exited.add(of);
    this.#tellProcess(of);
    for (const [key, bond] of this.#hasNotifier ? this.#bondsOf(of) : []) {
      const at = Math.floor(key / perDevice);
      const failed = this.#clear(this.#setting.devices[at]?.id ?? '', at, of, bond);
      if (failed !== undefined) return failed;
      this.#tellBond(key, bond);
    }
    this.#release(of);
    return undefined;
  }

  #switch(args: Arguments): Problem | undefined {
    const isOn = args.flag('on', true);
    const problem = args.end();
    if (problem !== undefined) return problem;
    this.#hasNotifier = isOn;
    this.#tell.act('notifier', 0, isOn ? 1 : 0);
    return undefined;
  }

  #clear(id: string, at: number, of: number, bond: Bond): Problem | undefined {
    bond.isCleared = true;
    this.#tell.act('clear', 0, at, of, bond.pasid);
    const { pasid } = bond;
    return this.#hands.tables.unbind({ do: 'unbind', device: id, pasid }) ?? this.#flushEntry(id, pasid);
  }

  #flushEntry(device: string, pasid: number): Problem | undefined {
    return this.#hands.tables.flush({ do: 'flush', of: 'configuration', device, pasid });
  }

  /** The number is free when the process is gone and nobody refers to it. */
  #release(of: number): void {
    const pasid = this.#pasids.of(of);
    if (pasid === undefined || !this.#exited.has(of) || this.#bondsOf(of).length > 0) return;
    this.#pasids.free(of);
    this.#tell.act('free', 0, of, pasid);
    this.#tellProcess(of);
  }

  #bondsOf(of: number): readonly (readonly [key: number, bond: Bond])[] {
    return [...this.#bonds].filter(([key]) => key % perDevice === of);
  }

  #tellBond(key: number, { pasid, references, isCleared }: Bond): void {
    this.#tell.set('bindings', key, pasid, references, isCleared ? entryState.cleared : entryState.points);
    this.#tellProcess(key % perDevice);
  }

  #tellProcess(of: number): void {
    const references = this.#bondsOf(of).reduce((sum, [, bond]) => sum + bond.references, 0);
    const state = this.#exited.has(of) ? processState.exited : processState.runs;
    this.#tell.set('processes', of, this.#pasids.of(of) ?? nothing, references, state);
  }

  #processOf(args: Arguments): number {
    return args.choice(
      'process',
      this.#setting.processes.map(({ space }) => space),
    );
  }

  #withBoth(
    args: Arguments,
    work: (device: SharingDevice, at: number, process: Process, of: number) => Problem | undefined,
  ): Problem | undefined {
    const { devices, processes } = this.#setting;
    const at = args.choice(
      'device',
      devices.map(({ name }) => name),
    );
    const of = this.#processOf(args);
    const problem = args.end();
    const [device, process] = [devices[at], processes[of]];
    if (problem !== undefined || device === undefined || process === undefined) return problem;
    return work(device, at, process, of);
  }
}

function inArguments(problem: Problem): Problem {
  return { ...problem, path: `.with${problem.path}` };
}
