import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HostPasids } from './host-pasids';

const [refusedAll, unknown, foreign, busy, narrow] = [-28, -2, -13, -16, -75];

describe('the host’s PASIDs', () => {
  it('are given lowest first, and again once they are free', () => {
    const host = new HostPasids(1, false, 1);
    expect([host.allocate(0, 9), host.allocate(1, 9), host.allocate(0, 9)]).toEqual([1, 2, 3]);
    expect(host.free(1, 2)).toBe(0);
    expect(host.allocate(0, 9)).toBe(2);
  });

  it('run out', () => {
    const host = new HostPasids(0x4321, false, 1);
    expect(host.allocate(0, 0xff)).toBe(refusedAll);
    expect([host.allocate(0, 0x4321), host.allocate(0, 0x4321)]).toEqual([0x4321, refusedAll]);
  });

  it('are refused to a guest that does not own them, for freeing and for binding', () => {
    const host = new HostPasids(1, false, 1);
    host.allocate(0, 9);
    expect([host.free(1, 1), host.bind(1, 0, 20, 1)]).toEqual([foreign, foreign]);
    expect([host.free(0, 2), host.bind(0, 0, 20, 2)]).toEqual([unknown, unknown]);
  });

  it('stay while any device is bound', () => {
    const host = new HostPasids(1, false, 1);
    host.allocate(0, 9);
    expect([host.bind(0, 0, 20, 1), host.bind(0, 1, 20, 1), host.bind(0, 1, 20, 1)]).toEqual([0, 0, busy]);
    host.unbind(0, 1);
    expect(host.free(0, 1)).toBe(busy);
    host.unbind(1, 1);
    expect(host.free(0, 1)).toBe(0);
  });

  it('above a device’s width are not bound to it', () => {
    const host = new HostPasids(0x100, false, 1);
    host.allocate(0, 0xfff);
    expect([host.bind(0, 0, 8, 0x100), host.bind(0, 0, 9, 0x100)]).toEqual([narrow, 0]);
  });

  it('of a device’s own space may be the same on two devices, and miss what its table has', () => {
    const host = new HostPasids(1, false, 1);
    host.bind(0, 0, 20, host.allocate(0, 9));
    expect([host.bindOwn(0, 20), host.bindOwn(1, 20)]).toEqual([2, 1]);
    expect([host.isOwn(0, 1), host.isOwn(0, 2)]).toEqual([false, true]);
  });
});

type Act =
  | { readonly kind: 'allocate'; readonly guest: number; readonly max: number }
  | { readonly kind: 'free' | 'bind' | 'unbind'; readonly guest: number; readonly pasid: number };

const guest = fc.integer({ min: 0, max: 2 });
const pasid = fc.integer({ min: 1, max: 5 });
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constant('allocate' as const), guest, max: pasid }),
  fc.record({ kind: fc.constantFrom('free' as const, 'bind' as const, 'unbind' as const), guest, pasid }),
);

/** What must hold, kept as plainly as can be: owner and whether its device is bound. Guest `n` has device `n`. */
class Plain {
  readonly owners = new Map<number, { guest: number; isBound: boolean }>();

  answer(asked: Act, given: number): void {
    if (asked.kind === 'allocate') {
      if (given === refusedAll) {
        for (let n = 1; n <= asked.max; n++) expect(this.owners.has(n)).toBe(true);
        return;
      }
      expect(given).toBeGreaterThan(0);
      expect(given).toBeLessThanOrEqual(asked.max);
      expect(this.owners.has(given)).toBe(false);
      this.owners.set(given, { guest: asked.guest, isBound: false });
      return;
    }
    const owner = this.owners.get(asked.pasid);
    expect(given).toBe(this.#expected(asked.kind, asked.guest, owner));
    if (given !== 0 || owner === undefined) return;
    if (asked.kind === 'free') this.owners.delete(asked.pasid);
    else owner.isBound = asked.kind === 'bind';
  }

  #expected(
    kind: 'free' | 'bind' | 'unbind',
    by: number,
    owner?: { guest: number; isBound: boolean },
  ): number {
    if (kind === 'unbind') return owner?.guest === by && owner.isBound ? 0 : unknown;
    if (owner === undefined) return unknown;
    if (owner.guest !== by) return foreign;
    return owner.isBound ? busy : 0;
  }
}

function perform(host: HostPasids, asked: Act): number {
  switch (asked.kind) {
    case 'allocate':
      return host.allocate(asked.guest, asked.max);
    case 'free':
      return host.free(asked.guest, asked.pasid);
    case 'bind':
      return host.bind(asked.guest, asked.guest, 20, asked.pasid);
    case 'unbind':
      return host.unbind(asked.guest, asked.pasid);
  }
}

it('never has one number for two owners, whatever is allocated, freed and bound', () => {
  fc.assert(
    fc.property(
      fc.array(act, { maxLength: 80, size: 'max' }),
      fc.boolean(),
      fc.integer({ min: 1, max: 2 ** 31 }),
      (acts, isRandom, seed) => {
        const host = new HostPasids(1, isRandom, seed);
        const plain = new Plain();
        for (const asked of acts) plain.answer(asked, perform(host, asked));
        const owners = [...host.owned].map(([number, owned]) => [number, owned.guest]);
        expect(owners.sort()).toEqual(
          [...plain.owners].map(([number, owned]) => [number, owned.guest]).sort(),
        );
      },
    ),
  );
});
