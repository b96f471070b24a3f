import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WordReader } from '../architecture';
import { catalogue } from '../catalogue';
import { type ImageColumns, imageOf } from '../memory/image';
import { type Moment, momentAt, type RunView, viewOf } from '../moment';
import { type Prepared, prepare, type Run, run } from '../run';
import { checkScenario } from '../scenario/parse';
import { type Scenario, scenarioFormat } from '../scenario/schema';
import { StepRunner } from '../step-runner';
import { eventKinds, type TraceEvent } from './events';
import { keyPlace, type VisibleState, wordKey } from './fold';
import { eventAt, kindAt } from './trace';

const hex = (value: number): string => `0x${value.toString(16)}`;
const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** Few pages, so that requests, mappings and invalidations meet: neighbours, another table, a large page. */
const address = oneOf(0x0, 0x1000, 0x2000, 0x5000, 0x20_0000, 0x20_1000, 0x4000_0000, 0xfee0_0000).map(hex);
const length = oneOf(0x1000, 0x3000, 0x20_0000).map(hex);
const target = oneOf(0x8000_0000, 0x8020_0000, 0x8020_5000, 0xfee0_1000).map(hex);
const permissions = oneOf('rw', 'r', 'w', 'rwx', 'rws');
const mapping = fc.tuple(address, target, length, permissions);
const device = oneOf('0x18', '0x19', '0x98', '0x118');
const pasid = oneOf(undefined, 0, 1, 65);
/** Where software keeps its own structures, and where the tables of the two spaces lie. */
const tables = 0x10_0000;
const hostTables = 0x5000_0000;
const guestTables = 0x6000_0000;
const word = fc.oneof(
  oneOf(0x0, 0x3, 0x7, 0x5000_1003, 0x5000_2007, 0x10_2001, 0x8000_0083).map(hex),
  fc.bigInt({ min: 0n, max: 2n ** 56n - 1n }).map((value) => `0x${value.toString(16)}`),
);
const place = fc
  .tuple(oneOf(tables, hostTables), fc.integer({ min: 0, max: 7 }), oneOf(0, 8, 16, 24, 0x180, 0x300))
  .map(([base, page, offset]) => hex(base + page * 4096 + offset));

const binding = (mode: string): fc.Arbitrary<object> =>
  mode === 'legacy'
    ? fc.record({ device, domain: oneOf(1, 2), second: oneOf('host') })
    : fc
        .record({
          device,
          pasid,
          domain: oneOf(1, 2),
          stages: oneOf(
            { first: 'guest', second: 'host' },
            { second: 'host' },
            { first: 'guest' },
            { passThrough: true },
          ),
          supervisor: fc.boolean(),
          execute: fc.boolean(),
        })
        .map(({ stages, pasid: bound, ...rest }) => ({ ...rest, ...stages, ...(bound && { pasid: bound }) }));

const command = fc
  .record({
    type: fc.integer({ min: 0, max: 10 }),
    rest: oneOf(0x10, 0x20, 0x30, 0x1_0010, 0x1_0020, 0x1_0030),
  })
  .chain(({ type, rest }) => oneOf(0, 0x1_0000_0000, 0x18_0000_0000).map((high) => high + rest + type))
  .chain((low) => oneOf('0x0', '0x1000', '0x1001', '0x2009', '0x70000040').map((next) => [hex(low), next]));

/** Invalidations of device TLBs, with and without a size, and answers to page requests. */
const toDevice = oneOf(
  ['0x1800000003', '0x1000'],
  ['0x1800000003', '0x1001'],
  ['0x1800000003', '0x7fffffffffffffff'],
  ['0x100180008', '0x1000'],
  ['0x180008', '0x7ffffffffffff801'],
  ['0x180009', '0x4'],
  ['0x100180019', '0xc'],
  ['0x18f009', '0x14'],
);

const step = (mode: string) =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .record({
          device,
          pasid,
          access: oneOf('r', 'w', 'x'),
          at: address,
          privileged: fc.boolean(),
          type: oneOf(undefined, undefined, undefined, 'ats', 'translated', 'untranslated'),
        })
        .map(({ pasid: sent, type, ...rest }) => ({
          do: 'dma',
          ...rest,
          ...(sent !== undefined && { pasid: sent }),
          ...(type !== undefined && { type }),
        })),
    },
    {
      weight: 3,
      arbitrary: command.map((words) => ({
        do: 'command',
        words: mode === 'legacy' ? words : [...words, '0x0', '0x0'],
      })),
    },
    toDevice.map((words) => ({
      do: 'command',
      words: mode === 'legacy' ? words : [...words, '0x0', '0x0'],
    })),
    oneOf(
      { do: 'flush', of: 'everything' },
      { do: 'flush', of: 'space', space: 'host' },
      { do: 'flush', of: 'pages', space: 'guest', from: '0x1000' },
      { do: 'flush', of: 'configuration', device: '0x18' },
    ),
    fc.record({ space: oneOf('host', 'guest'), map: mapping }).map((rest) => ({ do: 'map', ...rest })),
    fc.record({ space: oneOf('host', 'guest'), from: address }).map((rest) => ({ do: 'unmap', ...rest })),
    fc
      .record({ space: oneOf('host', 'guest'), from: address, permissions })
      .map((rest) => ({ do: 'permit', ...rest })),
    binding(mode).map((bound) => ({ do: 'bind', binding: bound })),
    device.map((unbound) => ({ do: 'unbind', device: unbound })),
    fc.record({ at: place, words: fc.array(word, { minLength: 1, maxLength: 2 }) }).map((rest) => ({
      do: 'write',
      ...rest,
    })),
    oneOf(
      { do: 'register', name: 'FSTS', value: '0x7f' },
      { do: 'register', name: 'IQT', value: '0x40' },
      { do: 'register', name: 'IQT', value: '0x2000' },
      { do: 'register', name: 'PQH', value: '0x20' },
      { do: 'register', name: 'PRS', value: '0x3' },
      { do: 'register', name: 'GSTS', value: '0x4000000' },
      { do: 'register', name: 'GSTS', value: '0xc6000000' },
      { do: 'register', name: 'RTADDR', value: mode === 'legacy' ? '0x100000' : '0x100400' },
      { do: 'acknowledge' },
      { do: 'note' },
    ),
  );

const geometry = oneOf<string | object>(
  'off',
  { sets: 1, ways: 2, replacement: 'lru' },
  { sets: 2, ways: 4, replacement: 'tree-plru' },
  { sets: 3, ways: 3, replacement: 'random' },
);

/** Every feature; with caching mode; with a root pointer that flushes. */
const capability = oneOf('0x11d2078c22780e06', '0x11d2078c22780e86', '0x91d2018c22780e06');

/** Two devices keep translations, one of them asks for pages; the others send their own addresses. */
const devices = [
  { id: '0x18', name: 'Asks', ats: { entries: 3, pageRequests: 2 } },
  { id: '0x19', name: 'Keeps', ats: { entries: 2 } },
];

const scenarios: fc.Arbitrary<Scenario> = oneOf('legacy', 'scalable').chain((mode) =>
  fc
    .record({
      cap: capability,
      caches: fc.dictionary(oneOf('context', 'pasid', 'iotlb', 'first-walk', 'second-walk'), geometry),
      faults: oneOf('keep', 'acknowledge'),
      hostLevels: oneOf(3, 4, 5),
      guestLevels: oneOf(4, 5),
      hostMaps: fc.array(mapping, { maxLength: 1 }),
      guestMaps: fc.array(mapping, { maxLength: 1 }),
      bindings: fc.array(binding(mode), { minLength: 1, maxLength: 3 }),
      steps: fc.array(step(mode), { minLength: 1, maxLength: 14 }),
    })
    .map((drawn) => {
      const { cap, caches, faults, hostLevels, guestLevels, hostMaps, guestMaps, bindings, steps } = drawn;
      const host = { stage: 2, levels: hostLevels, tables: hex(hostTables), maps: hostMaps };
      const guest = {
        stage: 1,
        levels: guestLevels,
        over: 'host',
        tables: hex(guestTables),
        maps: guestMaps,
      };
      const checked = checkScenario({
        format: scenarioFormat,
        name: 'random',
        title: 'Random',
        machine: { arch: 'vtd', config: { mode, cap }, caches, tables: hex(tables), faults },
        devices,
        spaces: [
          { id: 'host', ...host },
          { id: 'guest', ...guest },
        ],
        bindings,
        steps,
      });
      if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
      return checked.value;
    }),
);

type Stood = ReturnType<typeof standing>;
type Word = readonly [page: number, offset: number, low: number, high: number];

/** Everything that the machine itself holds, as plain data. */
function standing({ machine, devices, memory, architecture }: Omit<Prepared, 'trace'>) {
  const { words } = machine.iommu.registers;
  return {
    registers: [...words],
    memory: wordsOf(imageOf(memory)),
    caches: [...machine.iommu.caches, ...devices.caches].map((cache) =>
      Array.from({ length: cache.size }, (_, slot) => slot)
        .filter((slot) => !cache.isVacant(slot))
        .map((slot) => [slot, ...cache.rows.subarray(slot * cache.width, (slot + 1) * cache.width)]),
    ),
    queue: architecture.queueView(memory, words),
    faults: architecture.faultRecords(words, memory),
  };
}

/** The same from a moment of the trace. */
function folded({ view, state, reader }: Moment): Stood {
  const changed = [...state.memory].map(([key, [low, high]]): Word => {
    const { page, offset } = keyPlace(key);
    return [page, offset, low, high];
  });
  const untouched = wordsOf(view.image).filter(([page, offset]) => !state.memory.has(wordKey(page, offset)));
  const { architecture } = view;
  return {
    registers: [...state.registers],
    memory: sorted([...untouched, ...changed.filter(([, , low, high]) => low !== 0 || high !== 0)]),
    caches: state.caches.map((rows) =>
      [...rows].sort(([a], [b]) => a - b).map(([slot, row]) => [slot, ...row]),
    ),
    queue: architecture.queueView(reader, state.registers),
    faults: architecture.faultRecords(state.registers, reader),
  };
}

function wordsOf({ pages, words }: ImageColumns): readonly Word[] {
  const found: Word[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [low, high] = [words[at] as number, words[at + 1] as number];
    if (low !== 0 || high !== 0) found.push([pages[at >> 10] as number, (at & 1023) * 4, low, high]);
  }
  return sorted(found);
}

function sorted(words: readonly Word[]): readonly Word[] {
  return [...words].sort(([a, atA], [b, atB]) => a - b || atA - atB);
}

/** Runs the scenario and keeps what the machine held after each step. */
function watched(scenario: Scenario): { view: RunView; stood: readonly Stood[]; ends: readonly number[] } {
  const prepared = prepare(scenario);
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.problems));
  const { machine, memory, trace } = prepared.value;
  const image = imageOf(memory);
  const registers = machine.iommu.registers.words.slice();
  trace.isOn = true;
  const runner = new StepRunner(scenario, prepared.value);
  const stood: Stood[] = [];
  const ends: number[] = [];
  const steps = scenario.steps.map((step, index) => {
    const result = runner.perform(step, index);
    stood.push(standing(prepared.value));
    ends.push(trace.length);
    return result;
  });
  return {
    view: viewOf(scenario, { trace: trace.finish(), steps, image, registers, ledgers: [] }, catalogue),
    stood,
    ends,
  };
}

function ran(scenario: Scenario, isTraced: boolean): Run {
  const result = run(scenario, isTraced);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

/** What an event says of the state before it, and what the state has: equal when the event tells the truth. */
function claim(event: TraceEvent, state: VisibleState, reader: WordReader): readonly [unknown, unknown] {
  if (event.kind === 'lookup' && event.slot >= 0)
    return [event.tags, state.caches[event.cache]?.get(event.slot)?.slice(0, 4)];
  if (event.kind === 'sweep') return [event.dropped + event.kept, state.caches[event.cache]?.size];
  if (event.kind === 'drop') return [true, state.caches[event.cache]?.has(event.slot)];
  if (event.kind !== 'fetch' && event.kind !== 'command') return [true, true];
  const { page, offset, words } = event;
  const there = words.map((_, n) =>
    n % 2 === 0 ? reader.low(page, offset + n * 4) : reader.high(page, offset + n * 4 - 4),
  );
  return [words, there];
}

describe('the law of the trace', () => {
  it('folding the events gives what the machine itself holds, after every step', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const { view, stood, ends } = watched(scenario);
        stood.forEach((held, step) => {
          expect(JSON.stringify(folded(momentAt(view, ends[step] as number)))).toBe(JSON.stringify(held));
        });
      }),
      { numRuns: 200 },
    );
  });

  it('a look-up, a read, a sweep and a drop tell what is there at that moment', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const { view } = watched(scenario);
        for (let n = 0; n < view.trace.length; n++) {
          const { state, reader } = momentAt(view, n);
          const [said, found] = claim(eventAt(view.trace, n), state, reader);
          expect(said).toEqual(found);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('an answer counts as many reads as the trace shows since the request', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const { trace } = ran(scenario, true);
        let reads = 0;
        for (let n = 0; n < trace.length; n++) {
          const event = eventAt(trace, n);
          if (event.kind === 'request') reads = 0;
          if (event.kind === 'fetch') reads += 1;
          if (event.kind === 'result') expect(event.reads).toBe(reads);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('a run that nobody traces gives the same answers, memory, registers and caches', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const [traced, silent] = [ran(scenario, true), ran(scenario, false)];
        const answers = ({ steps }: Run) =>
          steps.map(({ answer, memory, problem }) => ({ answer, memory, problem }));
        expect(answers(silent)).toEqual(answers(traced));
        expect(JSON.stringify(standing(silent))).toBe(JSON.stringify(standing(traced)));
        expect(silent.trace.length).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('holds over scenarios that reach answers, faults, nested walks, drops, page requests and a stopped queue', () => {
    const kinds = new Set<string>();
    for (const scenario of fc.sample(scenarios, { numRuns: 200, seed: 7 })) {
      const { trace } = ran(scenario, true);
      for (let n = 0; n < trace.length; n++) kinds.add(kindAt(trace, n));
    }
    // Software models have their own tests; these scenarios have none.
    const ofSoftware = ['act', 'row', 'gone', 'tick'];
    expect(eventKinds.filter((kind) => !kinds.has(kind))).toEqual(ofSoftware);
  });
});
