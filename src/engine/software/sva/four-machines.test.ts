import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Run, run } from '../../run';
import { type Scenario, type Step, scenarioFormat } from '../../scenario/schema';
import { call } from '../../test-support/software-told';

const processes = ['p0', 'p1', 'p2', 'p3'];
/** The second device has PASIDs 1 to 3 only. Both have one address space of their own besides. */
const devices = [
  { id: '0x18', name: 'Wide', most: 2 ** 20 },
  { id: '0x20', name: 'Narrow', most: 4 },
] as const;
const pointer = '0x7e5aba1d0000';
const ownPage = 0xabcde;
/** What a process's pointer leads to, the `turn`th time that it is mapped. */
const pageOf = (process: number, turn: number): number => 0x100000 + process * 0x1000 + turn;
const addressOf = (page: number): string => `0x${page.toString(16)}000`;

type Act =
  | { readonly kind: 'bind' | 'unbind'; readonly device: number; readonly process: number }
  | { readonly kind: 'unmap' | 'map' | 'exit'; readonly process: number }
  | { readonly kind: 'dma'; readonly device: number; readonly pasid: number };

const process = fc.nat(processes.length - 1);
const device = fc.nat(devices.length - 1);
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('bind' as const), device, process }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('unbind' as const), device, process }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('unmap', 'map'), process }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('exit' as const), process }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('dma' as const), device, pasid: fc.nat(4) }) },
  ) as fc.Arbitrary<Act>,
  { minLength: 10, maxLength: 60 },
);

/** What should be, kept without any table. */
class Oracle {
  readonly steps: Step[] = [];
  /** What each step that is a request reaches: a page, or nothing. */
  readonly expected: (number | undefined)[] = [];
  readonly #pasids = new Map<number, number>();
  readonly #references = new Map<string, number>();
  readonly #pages = new Map(processes.map((_, index) => [index, pageOf(index, 0)]));
  readonly #turns = processes.map(() => 0);
  readonly #dead = new Set<number>();

  /** The process that a PASID stands for on a device. */
  #bound(at: number, pasid: number): number | undefined {
    return [...processes.keys()].find(
      (of) => this.#pasids.get(of) === pasid && this.#references.has(`${at} ${of}`),
    );
  }

  take(act: Act): void {
    if (!this.#isPossible(act)) return;
    this.expected.push(act.kind === 'dma' ? this.#reach(act.device, act.pasid) : undefined);
    this.steps.push(stepOf(act, 'process' in act ? (this.#turns[act.process] ?? 0) + 1 : 0));
    if (act.kind === 'bind') this.#bind(act.device, act.process);
    if (act.kind === 'unbind') this.#unbind(act.device, act.process);
    if (act.kind === 'unmap') this.#pages.delete(act.process);
    if (act.kind === 'exit') this.#dead.add(act.process);
    if (act.kind === 'map') {
      const turn = (this.#turns[act.process] ?? 0) + 1;
      this.#turns[act.process] = turn;
      this.#pages.set(act.process, pageOf(act.process, turn));
    }
    if ('process' in act) this.#free(act.process);
  }

  #isPossible(act: Act): boolean {
    if (act.kind === 'unbind') return this.#references.has(`${act.device} ${act.process}`);
    if (act.kind === 'unmap') return this.#pages.has(act.process) && !this.#dead.has(act.process);
    if (act.kind === 'map') return !this.#pages.has(act.process) && !this.#dead.has(act.process);
    return true;
  }

  #reach(at: number, pasid: number): number | undefined {
    if (pasid === 0) return ownPage;
    const of = this.#bound(at, pasid);
    return of === undefined || this.#dead.has(of) ? undefined : this.#pages.get(of);
  }

  #bind(at: number, of: number): void {
    if (this.#dead.has(of)) return;
    const used = [...this.#pasids.values()];
    const lowest = [1, 2, 3, 4, 5].find((pasid) => !used.includes(pasid)) ?? 0;
    const pasid = this.#pasids.get(of) ?? lowest;
    if (pasid >= (devices[at]?.most ?? 0)) return;
    this.#pasids.set(of, pasid);
    const key = `${at} ${of}`;
    this.#references.set(key, (this.#references.get(key) ?? 0) + 1);
  }

  #unbind(at: number, of: number): void {
    const key = `${at} ${of}`;
    const left = (this.#references.get(key) ?? 0) - 1;
    if (left > 0) this.#references.set(key, left);
    else this.#references.delete(key);
  }

  #free(of: number): void {
    const isBound = [...devices.keys()].some((at) => this.#references.has(`${at} ${of}`));
    if (this.#dead.has(of) && !isBound) this.#pasids.delete(of);
  }
}

function stepOf(act: Act, turn: number): Step {
  if (act.kind === 'dma') {
    const { id } = devices[act.device] ?? devices[0];
    const number = act.pasid === 0 ? {} : { pasid: act.pasid };
    return { do: 'dma', device: id, ...number, access: 'r', at: pointer };
  }
  const of = processes[act.process] ?? '';
  if (act.kind === 'map')
    return { do: 'map', space: of, map: [pointer, addressOf(pageOf(act.process, turn))] };
  if (act.kind === 'exit') return call('sva', 'exit', { process: of });
  if (act.kind === 'unmap') return call('sva', 'unmap', { process: of, from: pointer });
  return call('sva', act.kind, {
    process: of,
    device: devices['device' in act ? act.device : 0]?.name ?? '',
  });
}

function ran(arch: string, steps: readonly Step[]): Run {
  const first = { stage: 1, levels: 4, spread: '0x1c6000' } as const;
  const scenario: Scenario = {
    format: scenarioFormat,
    name: 'sva-test',
    title: 'Pointers',
    machine: {
      arch,
      config: arch === 'vtd' ? { mode: 'scalable' } : {},
      tables: '0x40000000',
      faults: 'acknowledge',
    },
    devices: devices.map(({ id, name }) => ({ id, name })),
    spaces: [
      { ...first, id: 'own', tables: '0x3a105000', maps: [[pointer, addressOf(ownPage)]] },
      ...processes.map((id, index) => ({
        ...first,
        id,
        tables: `0x${index + 5}a105000`,
        maps: [[pointer, addressOf(pageOf(index, 0))] as [string, string]],
      })),
    ],
    bindings: [
      { device: '0x18', domain: 3, first: 'own' },
      { device: '0x20', domain: 5, first: 'own' },
    ],
    software: [{ kind: 'sva', config: { processes, devices: ['Wide', 'Narrow: 2'] } }],
    steps: [...steps],
  };
  const result = run(scenario);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  expect(result.value.steps.flatMap(({ problem }) => problem ?? [])).toEqual([]);
  return result.value;
}

/** PASIDs in the ledger of processes. */
function pasidsOf({ software }: Run): readonly number[] {
  return [...(software.ledgers.rows[0]?.[0]?.values() ?? [])].flatMap(([pasid = 0]) =>
    pasid > 0 ? [pasid] : [],
  );
}

describe.each(['vtd', 'smmuv3', 'amdvi', 'riscv'])('pointers of processes on %s', (arch) => {
  it('lead where the process’s own table does, and nowhere once they are unmapped, unbound or gone', () => {
    let reached = 0;
    let refused = 0;
    fc.assert(
      fc.property(acts, (all) => {
        const oracle = new Oracle();
        for (const act of all) oracle.take(act);
        const { steps } = ran(arch, oracle.steps);
        const pages = steps.map(({ answer }) => (answer?.ok === true ? answer.page : undefined));
        expect(pages).toEqual(oracle.expected);
        for (const { answer } of steps) {
          if (answer?.ok === true) reached += 1;
          else if (answer !== undefined) refused += 1;
        }
      }),
      { numRuns: 120 },
    );
    expect(reached).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });

  it('have numbers that no two processes share', () => {
    fc.assert(
      fc.property(acts, (all) => {
        const oracle = new Oracle();
        for (const act of all) oracle.take(act);
        const pasids = pasidsOf(ran(arch, oracle.steps));
        expect(new Set(pasids).size).toBe(pasids.length);
      }),
      { numRuns: 60 },
    );
  });
});
