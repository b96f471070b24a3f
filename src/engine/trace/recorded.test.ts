import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openVectors } from '../artefacts/vectors';
import { catalogue } from '../catalogue';
import { momentAt, viewOf } from '../moment';
import { type Run, run } from '../run';
import type { Scenario } from '../scenario/schema';

const files = readdirSync('data/vectors').flatMap((arch) =>
  readdirSync(`data/vectors/${arch}`).map((name) => `data/vectors/${arch}/${name}`),
);
const casesEach = 4;

function casesOf(file: string): readonly Scenario[] {
  const opened = openVectors(JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')));
  if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
  return opened.value.cases.slice(0, casesEach).map(({ scenario }) => scenario);
}

function ranWith(scenario: Scenario, isTraced: boolean): Run {
  const result = run(scenario, isTraced);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

/** What a machine holds, as plain values. */
function held({ machine, memory }: Run) {
  return {
    registers: [...machine.iommu.registers.words],
    caches: machine.iommu.caches.map((cache) => [...cache.rows]),
    memory: memory.pages().flatMap((page) => wordsOf((offset) => memory.low(page, offset), page)),
  };
}

function wordsOf(read: (offset: number) => number, page: number): readonly string[] {
  return Array.from({ length: 512 }, (_, n) => n * 8)
    .map((offset) => ({ offset, low: read(offset) }))
    .filter(({ low }) => low !== 0)
    .map(({ offset, low }) => `${page} ${offset} ${low}`);
}

describe('the trace law on recorded cases', () => {
  it.each(files)('%s: the fold of the events is the machine’s own state', (file) => {
    for (const scenario of casesOf(file)) {
      const ran = ranWith(scenario, true);
      const view = viewOf(scenario, ran, catalogue);
      const { state, reader } = momentAt(view, view.trace.length);
      expect([...state.registers]).toEqual([...ran.machine.iommu.registers.words]);
      for (const page of ran.memory.pages())
        expect(wordsOf((offset) => reader.low(page, offset), page)).toEqual(
          wordsOf((offset) => ran.memory.low(page, offset), page),
        );
      ran.machine.iommu.caches.forEach((cache, index) => {
        const rows = Array.from({ length: cache.size }, (_, slot) => slot).filter(
          (slot) => !cache.isVacant(slot),
        );
        expect([...(state.caches[index]?.keys() ?? [])].sort((a, b) => a - b)).toEqual(rows);
        for (const slot of rows)
          expect(state.caches[index]?.get(slot)).toEqual([
            ...cache.rows.subarray(slot * cache.width, (slot + 1) * cache.width),
          ]);
      });
    }
  });

  it.each(files)('%s: a run that records nothing gives the same', (file) => {
    for (const scenario of casesOf(file)) {
      const traced = ranWith(scenario, true);
      const silent = ranWith(scenario, false);
      expect(silent.steps.map(({ answer }) => answer)).toEqual(traced.steps.map(({ answer }) => answer));
      expect(held(silent)).toEqual(held(traced));
    }
  });
});
