import fc from 'fast-check';
import { expect, it } from 'vitest';
import { catalogue } from '../catalogue';
import { momentAt, viewOf } from '../moment';
import { staleEntries } from '../probe';
import { run } from '../run';
import type { Scenario, Step } from '../scenario/schema';

const hex = (value: bigint): string => `0x${value.toString(16)}`;
const tableAt = 0x4000_0000n;

/** A window entry: levels, bits of index in a table, page shift. */
const windows = fc.record({
  levels: fc.integer({ min: 1, max: 5 }),
  indexBits: fc.integer({ min: 9, max: 14 }),
  pageShift: fc.constantFrom(12, 16, 21, 24),
  isHigh: fc.boolean(),
});
const requests = fc.record({
  indices: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
  below: fc.nat(),
  beyond: fc.constantFrom(0n, 0n, 0n, 1n),
  real: fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }),
  permissions: fc.constantFrom('', 'r', 'w', 'rw'),
  access: fc.constantFrom('r', 'w'),
});

function scenarioOf(memory: Readonly<Record<string, string>>, steps: readonly Step[]): Scenario {
  return {
    format: 'iommuscope/1',
    name: 'oracle',
    title: 'Oracle',
    machine: { arch: 'tce', config: { rtt_bar: '0x8000000000010000', tvt_bar: '0x20000' } },
    memory: { '0x10000': '0x8000000000000000', ...memory },
    steps: [...steps],
  };
}

it('any window gives what plain arithmetic on the address gives', () => {
  fc.assert(
    fc.property(windows, requests, ({ levels, indexBits, pageShift, isHigh }, request) => {
      const bits = BigInt(indexBits);
      const shift = BigInt(pageShift);
      const width = bits * BigInt(levels) + shift;
      fc.pre(width < 59n);
      const tableBytes = 2n ** (bits + 3n);
      const tve =
        ((tableAt >> 12n) << 16n) | (BigInt(levels - 1) << 13n) | ((bits - 8n) << 8n) | (shift - 11n);
      const memory: Record<string, string> = { [isHigh ? '0x20008' : '0x20000']: hex(tve) };
      let address = (request.beyond << width) | (BigInt(request.below) % 2n ** shift);
      for (let level = levels - 1; level >= 0; level--) {
        const index = BigInt(request.indices[level] as number) % 2n ** bits;
        address |= index << (bits * BigInt(level) + shift);
        const table = tableAt + BigInt(levels - 1 - level) * tableBytes;
        const flags =
          (request.permissions.includes('r') ? 1n : 0n) | (request.permissions.includes('w') ? 2n : 0n);
        memory[hex(table + index * 8n)] = hex(
          level > 0 ? (table + tableBytes) | 1n : (request.real << shift) | flags,
        );
      }
      const at = hex(address + (isHigh ? 2n ** 59n : 0n));
      const step: Step = { do: 'dma', device: '0x0', access: request.access as 'r' | 'w', at };
      const result = run(scenarioOf(memory, [step, step]));
      if (!result.ok) throw new Error(JSON.stringify(result.problems));
      const isAllowed = request.beyond === 0n && request.permissions.includes(request.access);
      const wanted = (request.real << shift) | (address % 2n ** shift);
      for (const { answer } of result.value.steps) {
        expect(answer?.ok).toBe(isAllowed);
        if (isAllowed) expect(BigInt(answer?.page ?? 0) * 4096n + BigInt(answer?.offset ?? 0)).toBe(wanted);
      }
    }),
    { numRuns: 300 },
  );
});

it('a TCE that changed without a kill is seen to be stale', () => {
  const read: Step = { do: 'dma', device: '0x0', access: 'r', at: '0x3000' };
  const change: Step = { do: 'write', at: '0x40000018', words: ['0x9001'] };
  const kill: Step = { do: 'register', name: 'TCE_KILL', value: '0x8000000000000000' };
  const staleAfter = (steps: readonly Step[]): number => {
    const scenario = scenarioOf({ '0x20000': '0x400000101', '0x40000018': '0x8001' }, steps);
    const result = run(scenario);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    const view = viewOf(scenario, result.value, catalogue);
    return staleEntries(momentAt(view, result.value.trace.length)).length;
  };
  expect([[read], [read, change], [read, change, kill, read]].map(staleAfter)).toEqual([0, 1, 0]);
});
