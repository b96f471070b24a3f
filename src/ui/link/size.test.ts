import { expect, it } from 'vitest';
import { hexAddress } from '../../engine/bits/hex';
import type { Edit } from '../../engine/scenario/edit';
import type { Mapping, Scenario, Step } from '../../engine/scenario/schema';
import { type Base, newDocument } from '../store/document';
import type { Place } from '../store/state';
import { lesson } from '../test-support/lab';
import { fragmentOf } from './link';
import { payloadOf } from './payload';

const place: Place = {
  step: 12,
  micro: 40,
  scene: 'tables',
  selection: { kind: 'entry', page: 0x104f391, offset: 0x718, structure: 'second-stage-4k' },
};

/** Numbers below `limit` that look random and are the same each time. */
function scattered(limit: number): () => number {
  let state = 0x2545_f491;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

async function charactersOf(base: Base, edits: readonly Edit[] = []): Promise<number> {
  return (await fragmentOf(payloadOf(newDocument(base, edits), place))).length;
}

it('a lesson with ten edits stays under 1,000 characters', async () => {
  const next = scattered(2 ** 30);
  const edits = Array.from({ length: 10 }, (_, n): Edit => {
    const bit: Step = {
      do: 'write',
      at: hexAddress(0x100_0000 + next(), 8 * (n + 3)),
      words: [hexAddress(next(), 0x83)],
      by: 'person',
      title: `You change ${['R', 'W', 'P', 'A', 'D'][n % 5]} of second-stage page entry`,
    };
    const dma: Step = {
      do: 'dma',
      title: 'A DMA of your own',
      device: '0x18',
      pasid: 5,
      access: 'r',
      at: hexAddress(0x7f3a_9000 + next()),
    };
    return { kind: 'insert', after: n, step: n % 2 === 0 ? bit : dma };
  });
  const base = { kind: 'lesson', name: 'nested-walk', scenario: lesson('nested-walk') } as const;
  expect(await charactersOf(base, edits)).toBeLessThan(1_000);
});

it('a scenario of 300 scattered mappings and 80 steps stays under 8,000 characters', async () => {
  const next = scattered(2 ** 24);
  const maps = Array.from({ length: 300 }, (): Mapping => [hexAddress(next()), hexAddress(next())]);
  const steps = Array.from({ length: 80 }, (_, n): Step => {
    const at = maps[(n * 7) % maps.length]?.[0] ?? '0x0';
    return {
      do: 'dma',
      device: '0x18',
      access: n % 3 === 0 ? 'w' : 'r',
      at,
      title: `Packet ${n}`,
      stop: true,
    };
  });
  const scenario: Scenario = {
    format: 'iommuscope/1',
    name: 'own',
    title: 'My own scenario',
    machine: { arch: 'vtd', config: { mode: 'legacy' }, tables: '0x40000000' },
    devices: [{ id: '0x18', name: 'Network card' }],
    spaces: [{ id: 'card', stage: 2, levels: 4, tables: '0x51a07000', maps }],
    bindings: [{ device: '0x18', domain: 1, second: 'card' }],
    steps,
  };
  expect(await charactersOf({ kind: 'scenario', scenario })).toBeLessThan(8_000);
});
