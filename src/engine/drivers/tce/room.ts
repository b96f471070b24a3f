import { hexAddress } from '../../bits/hex';
import { mostPages } from '../../memory/memory';
import type { Problem } from '../../scenario/problem';

interface Claim {
  readonly owner: string;
  readonly first: number;
  readonly count: number;
}

/** Which pages hold tables: a flat TCE table is long, and two must not overlap. */
export class Room {
  readonly #claims: Claim[] = [];

  /** Claims `count` pages from `first`, or says why they cannot be had. */
  claim(owner: string, first: number, count: number): Problem | undefined {
    if (first + count > mostPages)
      return { path: '', message: `Tables of ${owner} would lie beyond 56 bits of physical addresses.` };
    const other = this.#claims.find(
      (claim) => claim.first < first + count && first < claim.first + claim.count,
    );
    if (other !== undefined) {
      return {
        path: '',
        message: `A table of ${owner} needs ${hexAddress(count)} bytes from ${hexAddress(first)}, where tables of ${other.owner} lie. Move its tables.`,
      };
    }
    this.#claims.push({ owner, first, count });
    return undefined;
  }
}
