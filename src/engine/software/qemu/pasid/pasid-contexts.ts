import { splitAddress } from '../../../bits/hex';
import { accesses, type Outcome } from '../../../request';
import type { Problem } from '../../../scenario/problem';
import type { Scenario } from '../../../scenario/schema';
import { sources } from '../../../trace/events';
import type { Arguments } from '../../arguments';
import type { Hands, Teller } from '../../model';
import { type AddressSpace, AddressSpaces, ordinary, type SpaceKind } from '../address-spaces';
import { addressArgument, deviceArgument, modelOf, pasidArgument } from '../operations';
import { Requests, type SentRequest } from '../requests';
import { spaceRow } from '../space-ledger';
import { census } from './census';
import { designKey, ledger, verb } from './words';

const passThrough = sources.indexOf('pass-through');
const ways = ['method', 'space'] as const;
const byMethod = ways.indexOf('method');
const mostProcesses = 2 ** 20;

/** The DMA helpers of a machine whose devices send a PASID, in both designs. */
export class PasidContexts {
  readonly model = modelOf({
    dma: (given) => this.#dma(given),
    'table-changed': (given) => this.#tableChanged(given),
    count: (given) => this.#count(given),
  });
  readonly #requests: Requests;
  readonly #tell: Teller;
  readonly #spaces = new AddressSpaces();
  /** How often the method of each device's context was called. */
  readonly #asked = new Map<number, number>();
  #calls = 0;

  constructor(hands: Hands, scenario: Scenario, tell: Teller) {
    this.#requests = new Requests(hands, scenario);
    this.#tell = tell;
  }

  #dma(given: Arguments): Problem | undefined {
    const request = {
      device: deviceArgument(given),
      pasid: pasidArgument(given),
      access: given.choice('access', accesses),
      at: addressArgument(given, 'at'),
    };
    const way = given.choice('by', ways, ways.indexOf('space'));
    const problem = given.end();
    if (problem !== undefined) return problem;
    this.#calls += 1;
    // A request without a PASID has its ordinary address space in both designs.
    if (way === byMethod && request.pasid !== ordinary) this.#translate(request);
    else this.#throughSpace(request);
    return undefined;
  }

  #translate(request: SentRequest): void {
    const { device } = request;
    this.#tell.act(verb.translate, 0, ...operandsOf(request));
    const asked = (this.#asked.get(device) ?? 0) + 1;
    this.#asked.set(device, asked);
    this.#tell.set(ledger.contexts, device, asked);
    this.#requests.send(request);
  }

  #throughSpace(request: SentRequest): void {
    const { device, pasid } = request;
    const space = this.#spaces.find(device, pasid);
    if (space === undefined) {
      this.#tell.act(verb.make, 0, device, pasid);
      const kind = kindOf(this.#requests.send(request));
      this.#note(this.#spaces.make(device, pasid, kind, this.#calls));
      return;
    }
    if (space.kind === 'pass-through') {
      this.#tell.act(verb.pass, 0, ...operandsOf(request));
      return;
    }
    this.#tell.act(verb.find, 0, device, pasid);
    const kind = kindOf(this.#requests.send(request));
    if (space.kind !== 'undecided') return;
    space.kind = kind;
    this.#note(space);
  }

  #tableChanged(given: Arguments): Problem | undefined {
    const device = deviceArgument(given);
    const pasid = pasidArgument(given);
    const keeps = given.flag('keep');
    const problem = given.end();
    if (problem !== undefined) return problem;
    this.#calls += 1;
    const found = this.#spaces.throughTable(device, pasid < 0 ? undefined : pasid);
    this.#tell.act(keeps ? verb.lookAgain : verb.drop, 0, device, pasid, found.length);
    for (const space of found) {
      if (keeps) {
        space.kind = 'undecided';
        this.#note(space);
      } else {
        this.#spaces.drop(space);
        this.#tell.drop(ledger.spaces, space.key);
      }
    }
    return undefined;
  }

  #count(given: Arguments): Problem | undefined {
    const processes = given.number('processes', 1, mostProcesses - 1);
    const using = given.number('using', 0, mostProcesses - 1, processes);
    const problem = given.end();
    if (problem !== undefined) return problem;
    this.#calls += 1;
    const active = Math.min(processes, using);
    this.#tell.act(verb.count, 0, processes, active);
    census(processes, active).forEach(({ spaces, regions, toDrop }, design) => {
      this.#tell.set(ledger.designs, designKey(processes, design), active, spaces, regions, toDrop);
    });
    return undefined;
  }

  #note(space: AddressSpace): void {
    this.#tell.set(ledger.spaces, space.key, ...spaceRow(space));
  }
}

function operandsOf({ device, pasid, at }: SentRequest): readonly number[] {
  const { page, offset } = splitAddress(at);
  return [device, pasid, page, offset];
}

/** Only an entry that says pass-through leads past the unit; a refused request is the unit's to refuse. */
function kindOf({ ok, source }: Readonly<Outcome>): SpaceKind {
  return ok && source === passThrough ? 'pass-through' : 'translated';
}
