import { splitAddress } from '../../../bits/hex';
import { accesses } from '../../../request';
import type { Problem } from '../../../scenario/problem';
import type { Scenario } from '../../../scenario/schema';
import type { Arguments } from '../../arguments';
import { errorNumber } from '../../errors';
import type { Hands, Teller } from '../../model';
import { AddressSpaces, ordinary } from '../address-spaces';
import { functionText } from '../function-number';
import { addressArgument, deviceArgument, modelOf, pasidArgument } from '../operations';
import { Requests } from '../requests';
import { spaceRow } from '../space-ledger';
import { type Group, groupsOf } from './groups';
import type { Topology } from './topology';
import { rootOf, seenAs } from './upstream';
import { groupRow, ledger, unattached, verb } from './words';

const busy = -errorNumber('EBUSY');

/** Finds address spaces and groups of functions, and attaches groups to domains. */
export class Sharing {
  readonly model = modelOf({
    ask: (given) => this.#ask(given),
    attach: (given) => this.#attach(given),
    dma: (given) => this.#dma(given),
  });
  readonly #topology: Topology;
  readonly #hands: Hands;
  readonly #scenario: Scenario;
  readonly #tell: Teller;
  readonly #requests: Requests;
  readonly #groups: readonly Group[];
  readonly #spaces = new AddressSpaces();
  readonly #domains = new Map<number, number>();
  #calls = 0;

  constructor(topology: Topology, hands: Hands, scenario: Scenario, tell: Teller) {
    this.#topology = topology;
    this.#hands = hands;
    this.#scenario = scenario;
    this.#tell = tell;
    this.#requests = new Requests(hands, scenario);
    this.#groups = groupsOf(topology);
  }

  /** What `pci_device_iommu_address_space` gives a device. */
  #ask(given: Arguments): Problem | undefined {
    const at = this.#functionArgument(given);
    const problem = given.end();
    if (problem !== undefined) return problem;
    this.#calls += 1;
    const owner = this.#topology.isPower ? rootOf(this.#topology, at) : seenAs(this.#topology, at);
    this.#tell.act(verb.ask, 0, at, owner);
    if (this.#spaces.find(owner, ordinary) === undefined) {
      this.#tell.act(verb.make, 0, owner);
      const made = this.#spaces.make(owner, ordinary, 'translated', this.#calls);
      this.#tell.set(ledger.spaces, made.key, ...spaceRow(made));
    } else {
      this.#tell.act(verb.share, 0, owner);
    }
    const group = this.#groupOf(at);
    this.#tell.set(ledger.groups, group, ...groupRow(group, this.#domains.get(group) ?? unattached));
    return undefined;
  }

  /** A group goes to a domain as a whole; one that has a domain already is busy (Linux `__iommu_attach_group`). */
  #attach(given: Arguments): Problem | undefined {
    const at = this.#functionArgument(given);
    const domain = given.number('domain', 1, 0xffff);
    const spaces = this.#scenario.spaces ?? [];
    const space = given.choice(
      'space',
      spaces.map(({ id }) => id),
    );
    const problem = given.end();
    if (problem !== undefined) return problem;
    this.#calls += 1;
    const group = this.#groupOf(at);
    const has = this.#domains.get(group);
    const result = has === undefined || has === domain ? 0 : busy;
    this.#tell.act(verb.attach, result, group, domain, space, at);
    if (result !== 0) return undefined;
    this.#domains.set(group, domain);
    this.#tell.set(ledger.groups, group, ...groupRow(group, domain));
    const { id = '', stage = 2 } = spaces[space] ?? {};
    return this.#bind(
      this.#groups[group]?.requesters ?? [],
      domain,
      stage === 1 ? { first: id } : { second: id },
    );
  }

  #bind(requesters: readonly number[], domain: number, stages: object): Problem | undefined {
    const { tables } = this.#hands;
    for (const requester of requesters) {
      const device = `0x${requester.toString(16)}`;
      const problem =
        tables.bind({ device, domain, ...stages }) ??
        tables.flush({ do: 'flush', of: 'configuration', device });
      if (problem !== undefined) return { path: '.with.space', message: problem.message };
    }
    return undefined;
  }

  #dma(given: Arguments): Problem | undefined {
    const at = this.#functionArgument(given);
    const pasid = pasidArgument(given);
    const access = given.choice('access', accesses);
    const address = addressArgument(given, 'at');
    const problem = given.end();
    if (problem !== undefined) return problem;
    this.#calls += 1;
    const { page, offset } = splitAddress(address);
    const requester = seenAs(this.#topology, at);
    this.#tell.act(verb.send, 0, at, page, offset);
    if (requester !== at) this.#tell.act(verb.rename, 0, at, requester);
    this.#requests.send({ device: requester, pasid, access, at: address });
    return undefined;
  }

  /** A device of the topology. */
  #functionArgument(given: Arguments): number {
    const at = deviceArgument(given);
    if (!this.#topology.functions.has(at))
      given.problem ??= {
        path: '.with.device',
        message: `The topology has no function ${functionText(at)}. Add a line for it.`,
      };
    return at;
  }

  #groupOf(at: number): number {
    return this.#groups.findIndex(({ members }) => members.includes(at));
  }
}
