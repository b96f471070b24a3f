import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../catalogue';
import { momentAt, viewOf } from '../../moment';
import type { Step } from '../../scenario/schema';
import type { VisibleState } from '../../trace/fold';
import { eventAt } from '../../trace/trace';
import { cacheIndex, iotlbColumn } from '../../vtd/caches';
import { ledger, mappingStates, nobody, verb } from './description';
import { call, devices, hostScenario, ran, stepEnds, write } from './host.fixture';

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** Few frames, so that mappings, DMA and memory given back meet. */
const bfn = oneOf('0x1', '0x2');
const gfn = oneOf('0x10', '0x11', '0x12');
const guest = oneOf('windows', 'windows', 'debian', 'driver', 'dom0');
const mapper = oneOf('dom0', 'dom0', 'dom0', 'driver', 'windows');
const mapOp = fc
  .tuple(bfn, oneOf('windows', 'windows', 'debian', 'DOMID_SELF'), gfn)
  .map((parts) => `map+${parts.join('+')}`);
const operation = fc.oneof(
  { weight: 6, arbitrary: mapOp },
  { weight: 4, arbitrary: bfn.map((frame) => `unmap+${frame}`) },
  { weight: 1, arbitrary: oneOf('flush', 'flush+0x1+0x2') },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc
      .tuple(mapper, fc.array(operation, { minLength: 1, maxLength: 2 }))
      .map(([by, ops]) => call(`batch by=${by} ops=${ops.join(';')}`)),
  },
  {
    weight: 20,
    arbitrary: fc
      .tuple(bfn, oneOf(devices[0], devices[0], devices[1]))
      .map(([frame, device]) => write(`${frame}000`, device)),
  },
  { weight: 10, arbitrary: fc.tuple(guest, gfn).map(([by, frame]) => call(`balloon by=${by} gfn=${frame}`)) },
  { weight: 2, arbitrary: oneOf('invalidate domid=windows', 'invalidate domid=windows gfn=0x10').map(call) },
  { weight: 1, arbitrary: guest.map((domain) => call(`destroy domid=${domain}`)) },
  { weight: 1, arbitrary: guest.map((domain) => call(`scan domid=${domain}`)) },
);

/** A page of windows is mapped and the device uses it: then the IOTLB knows it. */
const used: fc.Arbitrary<readonly Step[]> = fc
  .tuple(bfn, gfn)
  .map(([bus, frame]) => [call(`map by=dom0 bfn=${bus} domid=windows gfn=${frame}`), write(`${bus}000`)]);

const steps = fc
  .array(fc.oneof({ weight: 1, arbitrary: used }, { weight: 3, arbitrary: step.map((one) => [one]) }), {
    minLength: 4,
    maxLength: 20,
    size: 'max',
  })
  .map((parts) => parts.flat());

/** The references to each page that the ledger of mappings says are held. */
function heldBy(state: VisibleState): ReadonlyMap<number, number> {
  const held = new Map<number, number>();
  for (const [, row] of rowsOf(state, 'mappings')) {
    const [mfn, , told] = row.slice(4) as [number, number, number];
    if (mappingStates[told] === 'unmapped, not flushed') continue;
    held.set(mfn, (held.get(mfn) ?? 0) + 1);
  }
  return held;
}

function rowsOf(state: VisibleState, which: keyof typeof ledger): ReadonlyMap<number, readonly number[]> {
  return state.ledgers[0]?.[ledger[which]] ?? new Map<number, readonly number[]>();
}

/** The host pages that the IOTLB leads to. */
function reached(state: VisibleState): readonly number[] {
  const rows = [...(state.caches[cacheIndex.iotlb]?.values() ?? [])];
  return rows.filter((row) => row[iotlbColumn.fault] === 0).map((row) => row[iotlbColumn.page] as number);
}

/** For each page that Xen frees in the run: whether a mapping holds it, and whether the IOTLB leads to it. */
function frees(given: readonly Step[]): readonly { isHeld: boolean; isReached: boolean }[] {
  const scenario = hostScenario(given);
  const data = ran(scenario);
  const view = viewOf(scenario, data, catalogue);
  return Array.from({ length: data.trace.length }, (_, n) => n).flatMap((n) => {
    const event = eventAt(data.trace, n);
    if (event.kind !== 'act' || event.verb !== verb.free) return [];
    const [mfn] = event.operands as [number];
    const { state } = momentAt(view, n);
    return [{ isHeld: heldBy(state).has(mfn), isReached: reached(state).includes(mfn) }];
  });
}

describe('references', () => {
  it.each([
    'unmap',
    'flush',
  ])('equal the mappings that hold them after every step, dropped at the %s', (until) => {
    fc.assert(
      fc.property(steps, (given) => {
        const scenario = hostScenario([call(`drop at=${until}`), ...given]);
        for (const { state } of stepEnds(scenario, ran(scenario))) {
          const held = heldBy(state);
          for (const [mfn, [owner, frame, references]] of rowsOf(state, 'pages')) {
            expect(references).toBe(held.get(mfn) ?? 0);
            // A page is free exactly when no guest has it and nothing holds it.
            expect(owner === nobody).toBe(frame === nobody && references === 0);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('held until the flush free no page that a mapping holds or the IOTLB leads to', () => {
    fc.assert(
      fc.property(steps, (given) => {
        for (const freed of frees([call('drop at=flush'), ...given]))
          expect(freed).toEqual({ isHeld: false, isReached: false });
      }),
      { numRuns: 200 },
    );
  });

  it('held until the flush keep every page that the IOTLB leads to', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const scenario = hostScenario([call('drop at=flush'), ...given]);
        for (const { state } of stepEnds(scenario, ran(scenario))) {
          const held = heldBy(state);
          expect(reached(state).filter((mfn) => !held.has(mfn))).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('dropped at the unmap free pages that no mapping holds, and some that the IOTLB still leads to', () => {
    const found = fc.sample(steps, { numRuns: 300, seed: 4 }).flatMap(frees);
    expect(found.filter(({ isHeld }) => isHeld)).toEqual([]);
    expect(found.some(({ isReached }) => isReached)).toBe(true);
    expect(found.some(({ isReached }) => !isReached)).toBe(true);
  });

  it('are taken in sequences that reach every state of a mapping and of a domain', () => {
    const states = new Set<number>();
    const ends = new Set<number>();
    for (const given of fc.sample(steps, { numRuns: 200, seed: 4 })) {
      const scenario = hostScenario([...given.slice(0, 6), call('drop at=flush'), ...given.slice(6)]);
      for (const { state } of stepEnds(scenario, ran(scenario))) {
        for (const [, row] of rowsOf(state, 'mappings')) states.add(row[6] as number);
        for (const [, row] of rowsOf(state, 'domains')) ends.add(row[0] as number);
      }
    }
    expect(states.size).toBe(mappingStates.length);
    expect(ends.size).toBe(3);
  });
});
