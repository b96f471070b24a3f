import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import { Arguments } from '../arguments';
import { errorNumber } from '../errors';
import type { Hands, SoftwareModel } from '../model';
import { Binder, type BoundStages } from './binder';
import { GuestKernel } from './guest-kernel';
import { Host } from './host';
import { HostPasids } from './host-pasids';
import { mostPasid, type Setting } from './setting';
import type { PasidTeller } from './verbs';
import { VirtioQueue } from './virtio-queue';
import { type Channel, VirtualCommands } from './virtual-commands';

const mostWanted = 2 ** 32 - 1;
const mostServed = 256;

/** A host, its guests and their virtual IOMMUs: who gets which PASID, and which device's table has it. */
export class PasidSoftware implements SoftwareModel {
  readonly #setting: Setting;
  readonly #tell: PasidTeller;
  readonly #channels: readonly Channel[];
  readonly #kernels: readonly GuestKernel[];
  readonly #binder: Binder;
  /** Units that are there and answer; a virtio unit does not when its driver leaves the feature out. */
  readonly #ready: Set<number>;

  constructor(setting: Setting, hands: Hands, tell: PasidTeller) {
    const { guests, units, from, isRandom, seed, queuePage } = setting;
    this.#setting = setting;
    this.#tell = tell;
    const host = new Host(new HostPasids(from, isRandom, seed), tell);
    this.#channels = units.map(({ guest, through }, index) =>
      through === 'vcmd'
        ? new VirtualCommands(index, guest, host, tell)
        : new VirtioQueue(
            { index, guest, page: queuePage + index, hasMax: through === 'virtio-max' },
            host,
            hands,
            tell,
          ),
    );
    this.#kernels = guests.map((guest, index) => new GuestKernel(index, guest, this.#channels, tell));
    this.#binder = new Binder(setting, host, this.#kernels, hands, tell);
    this.#ready = new Set(units.keys());
  }

  call(step: StepOf<'call'>): Problem | undefined {
    const args = new Arguments(step);
    switch (step.op) {
      case 'negotiate':
        return this.#negotiate(args);
      case 'register':
        return this.#register(args);
      case 'remove':
        return this.#remove(args);
      case 'alloc':
        return this.#allocate(args);
      case 'free':
        return this.#free(args);
      case 'command':
        return this.#command(args);
      case 'bind':
        return this.#bind(args);
      case 'unbind':
        return this.#unbind(args);
      case 'serve':
        return this.#serve(args);
    }
    const message =
      'The PASID software can negotiate, register, remove, alloc, free, command, bind, unbind and serve.';
    return { path: '.op', message };
  }

  /** The feature bit: if it is offered it must be used, so a driver that leaves it out gets no device. */
  #negotiate(args: Arguments): Problem | undefined {
    const unit = this.#unitOf(args);
    const accepts = args.flag('accept', true);
    const problem = args.end();
    if (problem !== undefined) return problem;
    if (this.#setting.units[unit]?.through === 'vcmd')
      return { path: '.with.unit', message: 'Only a virtio unit has feature bits.' };
    if (accepts) this.#ready.add(unit);
    else this.#ready.delete(unit);
    this.#tell.act('negotiate', accepts ? 0 : -errorNumber('ENODEV'), unit, accepts ? 1 : 0);
    return undefined;
  }

  #register(args: Arguments): Problem | undefined {
    const at = this.#unitOf(args);
    const problem = args.end();
    const unit = this.#setting.units[at];
    if (problem !== undefined || unit === undefined) return problem;
    if (unit.through === 'vcmd') this.#ready.add(at);
    if (this.#ready.has(at)) this.#kernels[unit.guest]?.register(at, unit);
    else this.#tell.act('register', -errorNumber('ENODEV'), at, unit.guest);
    return undefined;
  }

  #remove(args: Arguments): Problem | undefined {
    const at = this.#unitOf(args);
    const problem = args.end();
    const unit = this.#setting.units[at];
    if (problem !== undefined || unit === undefined) return problem;
    this.#ready.delete(at);
    this.#kernels[unit.guest]?.remove(at);
    return undefined;
  }

  #allocate(args: Arguments): Problem | undefined {
    const guest = this.#guestOf(args);
    const min = args.number('min', 0, mostWanted, 1);
    const max = args.number('max', Math.max(min, 1), mostWanted, mostPasid);
    const problem = args.end();
    if (problem === undefined) this.#kernels[guest]?.allocate(min, max);
    return problem;
  }

  #free(args: Arguments): Problem | undefined {
    const guest = this.#guestOf(args);
    const pasid = args.number('pasid', 1, mostPasid);
    const problem = args.end();
    if (problem === undefined) this.#kernels[guest]?.free(pasid);
    return problem;
  }

  /** Past the guest's own bookkeeping: what a guest that lies can send. -EIO: nobody answers. */
  #command(args: Arguments): Problem | undefined {
    const unit = this.#unitOf(args);
    const code = args.choice('code', ['allocate', 'free']);
    const pasid = args.number('pasid', 1, mostPasid, 1);
    const problem = args.end();
    const channel = this.#channels[unit];
    if (problem !== undefined || channel === undefined) return problem;
    if (!this.#ready.has(unit)) this.#tell.act('unanswered', -errorNumber('EIO'), unit);
    else if (code === 0) channel.allocate(mostPasid);
    else channel.free(pasid);
    return undefined;
  }

  /** Without a PASID the device's own space gives one. */
  #bind(args: Arguments): Problem | undefined {
    const device = this.#deviceOf(args);
    const pasid = args.number('pasid', 0, mostPasid, 0);
    const stages = this.#stagesOf(args);
    const problem = args.end();
    if (problem !== undefined) return problem;
    return pasid === 0 ? this.#binder.bindOwn(device, stages) : this.#binder.bind(device, pasid, stages);
  }

  #unbind(args: Arguments): Problem | undefined {
    const device = this.#deviceOf(args);
    const pasid = args.number('pasid', 1, mostPasid);
    return args.end() ?? this.#binder.unbind(device, pasid);
  }

  /** Many processes in a row, each with a number and a binding; ends early when a number is refused. */
  #serve(args: Arguments): Problem | undefined {
    const device = this.#deviceOf(args);
    const count = args.number('count', 1, mostServed);
    const max = args.number('max', 1, mostPasid, mostPasid);
    const stages = this.#stagesOf(args);
    const problem = args.end();
    const guest = this.#setting.devices[device]?.guest ?? 0;
    if (problem !== undefined) return problem;
    for (let n = 0; n < count; n++) {
      const pasid = this.#kernels[guest]?.allocate(1, max) ?? 0;
      if (pasid <= 0) break;
      const wrong = this.#binder.bind(device, pasid, stages);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  #guestOf(args: Arguments): number {
    return args.choice('guest', namesOf(this.#setting.guests));
  }

  #unitOf(args: Arguments): number {
    return args.choice('unit', namesOf(this.#setting.units));
  }

  /** The process's own tables, and what lies below them where the guest's memory is translated too. */
  #stagesOf(args: Arguments): BoundStages {
    const { firstStages, secondStages } = this.#setting;
    const first = firstStages[args.choice('first', firstStages)] ?? '';
    const second = secondStages[args.choice('second', secondStages, -1)];
    return { first, second };
  }

  #deviceOf(args: Arguments): number {
    return args.choice('device', namesOf(this.#setting.devices));
  }
}

function namesOf(named: readonly { readonly name: string }[]): readonly string[] {
  return named.map(({ name }) => name);
}
