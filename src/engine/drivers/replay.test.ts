import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hexAddress, hexWord } from '../bits/hex';
import { prepare } from '../run';
import type { Scenario } from '../scenario/schema';
import { type TraceLine, traceLines } from '../test-support/kernel-trace';
import { eventAt } from '../trace/trace';
import { createFlushPolicy, type FlushPolicyKind } from './iova/flush-policy';
import { silentMeter } from './iova/meter';

const scenarioOf = (domain: number): Scenario => ({
  format: 'iommuscope/1',
  name: 'replay',
  title: 'Replay',
  machine: { arch: 'vtd', config: { mode: 'legacy' }, tables: '0x40000000' },
  spaces: [{ id: 'card', stage: 2, levels: 4, tables: '0x50000000' }],
  bindings: [{ device: '0x18', domain, second: 'card' }],
  steps: [],
});

/** The domain that the kernel gave the device: bits 31:16 of its descriptors. */
function domainIn(lines: readonly TraceLine[]): number {
  const words = lines.find(({ kind }) => kind === 'invalidate')?.words ?? '0x0';
  return Number.parseInt(words, 16) >>> 16;
}

/** How many IOTLB invalidations the drivers queue for the maps and unmaps of a kernel, and what the hardware consumed. */
function replay(
  lines: readonly TraceLine[],
  kind: FlushPolicyKind,
  flushesMaps: boolean,
): { readonly flushes: number; readonly commands: readonly (readonly number[])[] } {
  const prepared = prepare(scenarioOf(domainIn(lines)));
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.problems));
  const { machine, trace } = prepared.value;
  trace.isOn = true;
  let flushes = 0;
  const flush = (first: number, pages: number): void => {
    flushes += 1;
    const problem = machine.software.flush({
      do: 'flush',
      of: 'pages',
      space: 'card',
      from: hexAddress(first),
      length: hexAddress(pages),
    });
    expect(problem).toBeUndefined();
  };
  const policy = createFlushPolicy(kind, {
    meter: silentMeter,
    takeFlush: () => false,
    actions: {
      flushRange: ({ first, pages }) => flush(first, pages),
      flushAll: () => {
        flushes += 1;
        machine.software.flush({ do: 'flush', of: 'space', space: 'card' });
      },
      release: () => undefined,
    },
  });
  /** iommu_map_sg maps one request page by page and syncs once, behind the last one. */
  let open: { first: number; pages: number } | undefined;
  const sync = (): void => {
    if (open !== undefined && flushesMaps) flush(open.first, open.pages);
    open = undefined;
  };
  for (const { kind: what, cpu, now, first, pages, host } of lines) {
    if (what === 'invalidate') {
      if (flushesMaps) sync();
      continue;
    }
    policy.tick(now);
    const from = hexAddress(first);
    const length = hexAddress(pages);
    if (what === 'map') {
      expect(machine.software.map('card', [from, hexAddress(host), length])).toBeUndefined();
      open = open === undefined ? { first, pages } : { first: open.first, pages: open.pages + pages };
    } else {
      sync();
      machine.software.unmap({ do: 'unmap', space: 'card', from, length });
      policy.unmapped({ first, pages, unit: 0 }, cpu, now);
    }
  }
  sync();
  const counts = trace.finish();
  const commands = Array.from({ length: counts.length }, (_, n) => eventAt(counts, n)).flatMap((event) =>
    event.kind === 'command' ? [event.words] : [],
  );
  return { flushes, commands };
}

/** Both words of an IOTLB invalidation as a kernel's trace prints them; the kernel asks for drains besides. */
function printed([a = 0, b = 0, c = 0, d = 0]: readonly number[]): string {
  const drains = 0xc0;
  return `${hexWord((a | drains) >>> 0, b)} ${hexWord(c, d)}`;
}

function traced(name: string): { lines: readonly TraceLine[]; count: (kind: TraceLine['kind']) => number } {
  const lines = traceLines(gunzipSync(readFileSync(`data/traces/${name}.trace.gz`)).toString('utf8'));
  return { lines, count: (kind) => lines.filter((line) => line.kind === kind).length };
}

describe('a kernel’s maps and unmaps, replayed', () => {
  it.each([
    'nvme-write-4k',
    'nvme-direct-64k',
    'virtio-blk-direct-64k',
  ])('strict, %s: the invalidations that the kernel queued, word for word, each with its wait', (name) => {
    const { lines, count } = traced(`vtd-legacy-strict-${name}`);
    const { flushes, commands } = replay(lines, 'strict', false);
    expect(flushes).toBe(count('invalidate'));
    expect(flushes).toBe(count('unmap'));
    expect(commands.length).toBe(2 * flushes);
    const iotlb = commands.filter((_, n) => n % 2 === 0).map(printed);
    expect(iotlb).toEqual(lines.flatMap(({ words }) => words ?? []));
  });

  it.each([
    'nvme-write-4k',
    'nvme-direct-64k',
  ])('caching mode, %s: a map is invalidated as well, once for each request', (name) => {
    const { lines, count } = traced(`vtd-caching-mode-${name}`);
    expect(replay(lines, 'strict', true).flushes).toBe(count('invalidate'));
    expect(count('invalidate')).toBe(2 * count('unmap'));
  });

  // The kernel's timer fires on its own tick, 4 ms apart on this machine and later still when the CPU is busy: it
  // waits up to twice ten milliseconds where the model waits ten. The model therefore flushes more often, and both
  // flush a small part of the unmaps.
  it.each([
    'nvme-write-4k',
    'virtio-blk-direct-64k',
  ])('lazy, %s: a few flushes of the whole domain, at most three times the kernel’s', (name) => {
    const { lines, count } = traced(`vtd-legacy-lazy-${name}`);
    const { flushes } = replay(lines, 'flush-queue', false);
    expect(flushes).toBeGreaterThanOrEqual(count('invalidate') - 1);
    expect(flushes).toBeLessThanOrEqual(3 * count('invalidate'));
    expect(flushes * 20).toBeLessThan(count('unmap'));
  });
});
