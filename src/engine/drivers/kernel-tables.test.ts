import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { deviceEntry } from '../amdvi/layouts/device';
import { openVectors } from '../artefacts/vectors';
import { readField, readPage } from '../bits/access';
import { hexAddress } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import type { Memory } from '../memory/memory';
import { prepare, run } from '../run';
import type { Mapping, Scenario, Step } from '../scenario/schema';
import { contextEntry } from '../vtd/layouts/device-tables';
import { pagesPerEntry } from '../walk/table-shape';
import { hostDialect } from './amdvi/dialects';
import type { PagingDialect } from './shared/paging-dialect';
import { secondStageDialect } from './vtd/dialects';

/** A page that a table maps. */
interface Leaf {
  readonly from: number;
  readonly to: number;
  readonly bits: number;
}

/** Every page that a table maps, by reading its entries as software does. */
function leavesOf(
  memory: Memory,
  dialect: PagingDialect,
  table: number,
  level: number,
  base = 0,
): readonly Leaf[] {
  const found: Leaf[] = [];
  for (let index = 0; index < 512; index++) {
    const words = [memory.low(table, index * 8), memory.high(table, index * 8)];
    const from = base + index * pagesPerEntry(level);
    const meaning = dialect.read(words, level);
    if (meaning.kind === 'table') found.push(...leavesOf(memory, dialect, meaning.next, level - 1, from));
    if (meaning.kind === 'page' && from % 2 ** meaning.bits === 0)
      found.push({ from, to: meaning.page, bits: meaning.bits });
  }
  return found;
}

/** Root page and levels of the tables that a device entry of a kernel leads to; nothing when it has none. */
type Root = { readonly page: number; readonly levels: number } | undefined;

const machines = [
  {
    arch: 'vtd',
    example: 'linux-vtd-legacy',
    config: { mode: 'legacy' },
    dialect: secondStageDialect(true),
    rootIn: (words: readonly number[]): Root => {
      const page = readPage(fieldOf(contextEntry, 'SSPTPTR'), words);
      return page === 0 ? undefined : { page, levels: readField(fieldOf(contextEntry, 'AW'), words) + 2 };
    },
    structure: 'context-entry',
  },
  {
    arch: 'amdvi',
    example: 'linux-amdvi',
    config: {},
    dialect: hostDialect,
    rootIn: (words: readonly number[]): Root => {
      const levels = readField(fieldOf(deviceEntry, 'Mode'), words);
      return levels === 0 ? undefined : { page: readPage(fieldOf(deviceEntry, 'Root'), words), levels };
    },
    structure: 'dte',
  },
] as const;

function imageOf(example: string): Scenario {
  const text = gunzipSync(readFileSync(`public/examples/${example}.json.gz`)).toString('utf8');
  const opened = openVectors(JSON.parse(text));
  if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
  const scenario = opened.value.cases[0]?.scenario;
  if (scenario === undefined) throw new Error(`${example} has no case`);
  return scenario;
}

describe.each(machines)('tables that a kernel built, $example', ({
  arch,
  example,
  config,
  dialect,
  rootIn,
  structure,
}) => {
  it('are built anew by our driver and translate alike', () => {
    const scenario = imageOf(example);
    const prepared = prepare(scenario);
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.problems));
    const { architecture, machine, memory } = prepared.value;
    const reader = {
      low: (page: number, offset: number): number => memory.low(page, offset),
      high: (page: number, offset: number): number => memory.high(page, offset),
    };
    const entries = architecture
      .survey(reader, machine.iommu.registers.words, scenario.machine)
      .flatMap((table) => table.entries)
      .filter((entry) => entry.structure.id === structure);
    const roots = new Map<number, number>();
    for (const { page, offset, structure: layout } of entries) {
      const words = Array.from({ length: layout.bits / 32 }, (_, n) =>
        n % 2 === 0 ? memory.low(page, offset + n * 4) : memory.high(page, offset + (n - 1) * 4),
      );
      const root = rootIn(words);
      if (root !== undefined) roots.set(root.page, root.levels);
    }
    expect(roots.size).toBeGreaterThan(1);
    let compared = 0;
    for (const [page, levels] of roots) {
      const leaves = leavesOf(memory, dialect, page, levels - 1);
      const maps = leaves.map(
        ({ from, to, bits }): Mapping => [hexAddress(from), hexAddress(to), hexAddress(2 ** bits)],
      );
      const steps = leaves.map(
        ({ from, bits }): Step => ({
          do: 'dma',
          device: '0x18',
          access: 'r',
          at: hexAddress(from + 2 ** bits - 1),
        }),
      );
      const own = run({
        format: 'iommuscope/1',
        name: 'own',
        title: 'Own tables',
        machine: { arch, config, tables: '0x4000000000' },
        spaces: [{ id: 'card', stage: 2, levels: Math.max(3, levels), tables: '0x5000000000', maps }],
        bindings: [{ device: '0x18', domain: 1, second: 'card' }],
        steps,
      });
      if (!own.ok) throw new Error(JSON.stringify(own.problems));
      const answers = own.value.steps.map(({ answer }) => (answer?.ok === true ? answer.page : -1));
      expect(answers).toEqual(leaves.map(({ to, bits }) => to + 2 ** bits - 1));
      compared += leaves.length;
    }
    expect(compared).toBeGreaterThan(100);
  });
});
