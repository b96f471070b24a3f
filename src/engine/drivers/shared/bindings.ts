import type { Bound } from './machine-driver';
import type { TableSpace } from './space';

/** Software's own list of what it has bound, for knowing whom an invalidation concerns. */
export class Bindings {
  readonly #bound = new Map<string, Bound>();
  readonly #tags = new Map<TableSpace | undefined, number>();

  set(bound: Bound): void {
    this.#bound.set(`${bound.device} ${bound.pasid ?? ''}`, bound);
  }

  get(device: number, pasid: number | undefined): Bound | undefined {
    return this.#bound.get(`${device} ${pasid ?? ''}`);
  }

  drop(device: number, pasid: number | undefined): void {
    this.#bound.delete(`${device} ${pasid ?? ''}`);
  }

  all(): readonly Bound[] {
    return [...this.#bound.values()];
  }

  /** Everybody who translates through a space, at either stage. */
  usersOf(space: TableSpace): readonly Bound[] {
    return [...this.#bound.values()].filter(({ first, second }) => first === space || second === space);
  }

  /** The tag of a first stage: one for each space, from 1. */
  tagOf(space: TableSpace | undefined): number {
    const known = this.#tags.get(space);
    if (known !== undefined) return known;
    const tag = this.#tags.size + 1;
    this.#tags.set(space, tag);
    return tag;
  }
}

/** One of the users for each key. */
export function distinct(users: readonly Bound[], key: (user: Bound) => string): readonly Bound[] {
  return [...new Map(users.map((user) => [key(user), user])).values()];
}
