import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkEdits, checkScenario } from '../../engine/scenario/parse';
import type { Mapping, Scenario } from '../../engine/scenario/schema';
import { newDocument } from '../store/document';
import { type Place, type Ref, sceneIds } from '../store/state';
import { lesson } from '../test-support/lab';
import { fragmentOf, readFragment } from './link';
import { type Payload, payloadOf, placeOf, unpackScenario } from './payload';

const start: Place = { step: -1, micro: 0, scene: 'walk', selection: undefined };

/** What a page opens that is given the payload in a link. */
async function sentOver(payload: Payload): Promise<Payload> {
  const read = await readFragment(await fragmentOf(payload));
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.value;
}

function withMaps(maps: readonly Mapping[]): Scenario {
  return {
    ...lesson('sandbox'),
    name: 'own',
    spaces: [
      { id: 'bare', stage: 1, levels: 4, tables: '0x2000' },
      { id: 'card', stage: 2, levels: 4, tables: '0x1000', maps: [...maps] },
    ],
  };
}

const highestPage = 2n ** 52n - 1n;
const pageAddress = fc.bigInt(0n, highestPage).map((page) => `0x${(page * 4096n).toString(16)}`);
const anyAddress = fc.bigInt(0n, 2n ** 64n - 1n).map((address) => `0x${address.toString(16)}`);
const permissions = fc.constantFrom('', 'r', 'rw', 'rwxu');

function mappingOf(address: fc.Arbitrary<string>): fc.Arbitrary<Mapping> {
  return fc.oneof(
    fc.tuple(address, address),
    fc.tuple(address, address, address),
    fc.tuple(address, address, address, permissions),
  );
}

describe('a scenario in a link', () => {
  it('is the scenario that was sent, whatever its mappings', async () => {
    const maps = fc.oneof(fc.array(mappingOf(pageAddress)), fc.array(mappingOf(anyAddress)));
    await fc.assert(
      fc.asyncProperty(maps, async (some) => {
        const scenario = withMaps(some);
        const { d } = await sentOver(payloadOf(newDocument({ kind: 'scenario', scenario }), start));
        expect(checkScenario(unpackScenario(d))).toEqual({ ok: true, value: scenario });
      }),
    );
  });

  it('has its pages as differences to the mapping before', () => {
    const scenario = withMaps([
      ['0x7f3a9c04e000', '0x194ae3000'],
      ['0x7f3a9c04f000', '0x194ae1000', '0x2000', 'r'],
    ]);
    const { d } = payloadOf(newDocument({ kind: 'scenario', scenario }), start);
    expect((d as { spaces: readonly { maps?: unknown }[] }).spaces[1]?.maps).toEqual([
      [0x7f3a9c04e, 0x194ae3],
      [1, -2, 2, 'r'],
    ]);
  });

  it('keeps its mappings as they are written when one of them is no page', () => {
    const scenario = withMaps([
      ['0x1000', '0x2000'],
      ['0x1008', '0x3000'],
    ]);
    expect(payloadOf(newDocument({ kind: 'scenario', scenario }), start).d).toEqual(scenario);
  });
});

describe('the place in a link', () => {
  const entry = fc.record({
    kind: fc.constant('entry' as const),
    page: fc.maxSafeNat(),
    offset: fc.nat(511).map((word) => word * 8),
    structure: fc.string(),
  });
  const place: fc.Arbitrary<Place> = fc.record({
    step: fc.nat(500),
    micro: fc.nat(500),
    scene: fc.constantFrom(...sceneIds),
    selection: fc.option(entry, { nil: undefined }),
  });

  it('is where the person was', async () => {
    const base = { kind: 'lesson', name: 'first-walk', scenario: lesson('first-walk') } as const;
    await fc.assert(
      fc.asyncProperty(place, async (was) => {
        expect(placeOf(await sentOver(payloadOf(newDocument(base), was)))).toEqual(was);
      }),
    );
  });

  it('leaves out a cache entry, whose slot means nothing in another run', () => {
    const selection: Ref = { kind: 'cache', cache: 2, slot: 7 };
    const document = newDocument({ kind: 'lesson', name: 'first-walk', scenario: lesson('first-walk') });
    expect(payloadOf(document, { ...start, selection })).toEqual({ l: 'first-walk' });
  });

  it('is the walk when the link names a scene that is not there', () => {
    expect(placeOf({ l: 'first-walk', s: 'constructor' } as unknown as Payload).scene).toBe('walk');
  });
});

describe('a case of an example in a link', () => {
  it('is the name of the example and the index of the case, and no tables', () => {
    const base = {
      kind: 'example',
      name: 'linux-vtd-legacy',
      index: 0,
      scenario: lesson('sandbox'),
    } as const;
    expect(payloadOf(newDocument(base), start)).toEqual({ x: ['linux-vtd-legacy', 0] });
  });
});

describe('a lesson in a link', () => {
  const scenario = lesson('nested-walk');
  const base = { kind: 'lesson', name: 'nested-walk', scenario } as const;

  it('is its name and nothing else while nothing is changed', () => {
    expect(payloadOf(newDocument(base), start)).toEqual({ l: 'nested-walk' });
  });

  it('is sent with every edit, in order', async () => {
    const edits = fc.array(
      fc.oneof(
        fc.record({
          kind: fc.constant('insert' as const),
          after: fc.integer({ min: -1, max: 20 }),
          step: fc.constantFrom(...scenario.steps),
        }),
        fc.record({ kind: fc.constant('remove' as const), step: fc.nat(20) }),
        fc.record({ kind: fc.constant('caches' as const), caches: fc.constant({ iotlb: 'off' as const }) }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(edits, async (made) => {
        const { e = [] } = await sentOver(payloadOf(newDocument(base, made), start));
        expect(checkEdits(e)).toEqual({ ok: true, value: made });
      }),
    );
  });
});
