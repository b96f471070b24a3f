import { hexAddress } from '../../bits/hex';
import type { Problem } from '../../scenario/problem';
import type { Scenario } from '../../scenario/schema';
import type { Hands } from '../model';

/** The IOMMU's tables of the domains that may control it, one 4 KiB entry at a time. */
export class DmaTables {
  readonly #tables: Hands['tables'];
  readonly #spaces: ReadonlyMap<number, string>;
  readonly #bindings: NonNullable<Scenario['bindings']>;

  constructor(hands: Hands, spaces: ReadonlyMap<number, string>, scenario: Scenario) {
    this.#tables = hands.tables;
    this.#spaces = spaces;
    this.#bindings = scenario.bindings ?? [];
  }

  write(domain: number, bfn: number, mfn: number, isReadOnly: boolean): Problem | undefined {
    const permissions = isReadOnly ? 'r' : 'rw';
    const mapping = [hexAddress(bfn), hexAddress(mfn), '0x1000', permissions] as [
      string,
      string,
      string,
      string,
    ];
    return ofFrame(this.#tables.map(this.#spaceOf(domain), mapping));
  }

  clear(domain: number, bfn: number): Problem | undefined {
    const space = this.#spaceOf(domain);
    return ofFrame(this.#tables.unmap({ do: 'unmap', space, from: hexAddress(bfn) }));
  }

  flush(domain: number): Problem | undefined {
    return ofFrame(this.#tables.flush({ do: 'flush', of: 'space', space: this.#spaceOf(domain) }));
  }

  flushFrames(domain: number, bfn: number, frames: number): Problem | undefined {
    const range = { from: hexAddress(bfn), length: hexAddress(frames) };
    return ofFrame(this.#tables.flush({ do: 'flush', of: 'pages', space: this.#spaceOf(domain), ...range }));
  }

  /** The devices that the scenario binds to the domain's space. */
  devicesOf(domain: number): NonNullable<Scenario['bindings']> {
    const space = this.#spaces.get(domain);
    return space === undefined
      ? []
      : this.#bindings.filter(({ first, second }) => first === space || second === space);
  }

  /** Takes the devices away and flushes what hardware keeps of them: their DMA faults. */
  detach(domain: number): Problem | undefined {
    for (const { device, pasid } of this.devicesOf(domain)) {
      const which = pasid === undefined ? { device } : { device, pasid };
      const problem =
        this.#tables.unbind({ do: 'unbind', ...which }) ??
        this.#tables.flush({ do: 'flush', of: 'configuration', ...which });
      if (problem !== undefined) return ofFrame(problem);
    }
    return undefined;
  }

  #spaceOf(domain: number): string {
    const space = this.#spaces.get(domain);
    if (space === undefined) throw new Error(`domain ${domain} has no space`);
    return space;
  }
}

/** A problem with the tables, as one of the call. */
function ofFrame(problem: Problem | undefined): Problem | undefined {
  return problem && { path: '.with', message: problem.message };
}
