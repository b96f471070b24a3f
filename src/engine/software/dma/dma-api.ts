import { hexAddress } from '../../bits/hex';
import type { IovaAllocator } from '../../drivers/iova/allocator';
import { createAllocator } from '../../drivers/iova/allocators';
import type { FlushPolicy, UnmappedRange } from '../../drivers/iova/flush-actions';
import { createFlushPolicy } from '../../drivers/iova/flush-policy';
import { silentMeter } from '../../drivers/iova/meter';
import { RoundRobinBitmap } from '../../drivers/iova/round-robin-bitmap';
import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import { Arguments } from '../arguments';
import { errorNumber } from '../errors';
import type { Hands, SoftwareModel, Teller } from '../model';
import { QuietTeller } from '../quiet';
import { type AllocatorRows, allocatorRows } from './allocator-rows';
import type { DmaConfig } from './config';
import { counter, ledger, noName, state, verb } from './describe';

interface Buffer extends UnmappedRange {
  readonly name: number;
  readonly host: number;
}

const mostPages = 2 ** 20;
const mostMicroseconds = 1_000_000;
const mostChurn = 600;
const nanoseconds = 1000;
const operations = ['map', 'unmap', 'wait', 'commit', 'reuse', 'churn'] as const;

/**
 * The DMA API of one device (Linux drivers/iommu/dma-iommu.c, thread 003): gives out I/O addresses, fills the device's
 * tables, and flushes when its policy says so. Times are microseconds.
 */
export class DmaApi implements SoftwareModel {
  readonly #config: DmaConfig;
  readonly #hands: Hands;
  readonly #tell: QuietTeller;
  readonly #buffers: readonly string[];
  readonly #users: readonly string[];
  readonly #allocator: IovaAllocator;
  readonly #policy: FlushPolicy;
  readonly #mapped = new Map<number, Buffer>();
  readonly #unmappedAt = new Map<number, number>();
  readonly #counts = Object.values(counter).map(() => 0);
  #rows: AllocatorRows = new Map();
  #now = 0;

  constructor(
    config: DmaConfig,
    hands: Hands,
    tell: Teller,
    buffers: readonly string[],
    users: readonly string[],
  ) {
    this.#config = config;
    this.#hands = hands;
    this.#tell = new QuietTeller(tell);
    this.#buffers = buffers;
    this.#users = users;
    const allocator = createAllocator(config.allocator, config.cpus, silentMeter);
    this.#allocator = allocator;
    this.#policy = createFlushPolicy(config.policy, {
      meter: silentMeter,
      takeFlush: () => allocator instanceof RoundRobinBitmap && allocator.takeFlush(),
      actions: {
        flushRange: (range) => this.#flushRange(range),
        flushAll: () => this.#flushAll(),
        release: (range, cpu) => this.#release(range, cpu),
      },
    });
    this.#tellCounts();
  }

  call(step: StepOf<'call'>): Problem | undefined {
    const given = new Arguments(step);
    switch (operations.find((name) => name === step.op)) {
      case 'map':
        return this.#map(given);
      case 'unmap':
        return this.#unmap(given);
      case 'wait':
        return this.#wait(given);
      case 'commit':
        return this.#commit(given);
      case 'reuse':
        return this.#reuse(given);
      case 'churn':
        return this.#churn(given);
    }
    return { path: '.op', message: `The DMA API does ${operations.join(', ')}.` };
  }

  #map(given: Arguments): Problem | undefined {
    const name = given.choice('name', this.#buffers);
    const host = given.page('at');
    const pages = given.number('pages', 1, mostPages, 1);
    const cpu = this.#cpuIn(given);
    const problem = given.end();
    if (problem !== undefined) return problem;
    if (this.#mapped.has(name))
      return { path: '.with.name', message: 'A buffer of that name is mapped already.' };
    return this.#mapBuffer(name, host, pages, cpu);
  }

  #mapBuffer(name: number, host: number, pages: number, cpu: number): Problem | undefined {
    const first = this.#allocator.allocate(pages, this.#config.limitPage, cpu);
    if (first < 0) {
      this.#tell.act(verb.map, -errorNumber('ENOSPC'), 0, pages, name, host, cpu);
      return undefined;
    }
    this.#tell.act(verb.map, 0, first, pages, name, host, cpu);
    this.#policy.mapped(cpu);
    const mapping: [string, string, string] = [hexAddress(first), hexAddress(host), hexAddress(pages)];
    const problem = this.#hands.tables.map(this.#config.space, mapping);
    if (problem !== undefined) return { path: '.with', message: problem.message };
    this.#mapped.set(name, { first, pages, unit: 0, name, host });
    this.#tell.set(ledger.addresses, first, pages, name, state.mapped);
    if (name !== noName) this.#tell.set(ledger.pages, host, name);
    this.#count(counter.maps);
    this.#settle();
    return undefined;
  }

  #unmap(given: Arguments): Problem | undefined {
    const name = given.choice('name', this.#buffers);
    const cpu = this.#cpuIn(given);
    const problem = given.end();
    if (problem !== undefined) return problem;
    if (!this.#mapped.has(name)) return { path: '.with.name', message: 'No buffer of that name is mapped.' };
    this.#unmapBuffer(name, cpu);
    return undefined;
  }

  #unmapBuffer(name: number, cpu: number): void {
    const buffer = this.#mapped.get(name) as Buffer;
    const { first, pages } = buffer;
    this.#mapped.delete(name);
    this.#tell.act(verb.unmap, 0, first, pages, name, cpu);
    this.#hands.tables.unmap({
      do: 'unmap',
      space: this.#config.space,
      from: hexAddress(first),
      length: hexAddress(pages),
    });
    this.#tell.set(ledger.addresses, first, pages, name, state.waiting);
    if (name !== noName) this.#tell.drop(ledger.pages, buffer.host);
    this.#unmappedAt.set(first, this.#now);
    this.#count(counter.unmaps);
    this.#policy.unmapped({ first, pages, unit: 0 }, cpu, this.#now * nanoseconds);
    this.#settle();
  }

  #wait(given: Arguments): Problem | undefined {
    const by = given.number('microseconds', 1, mostMicroseconds);
    const problem = given.end();
    if (problem !== undefined) return problem;
    this.#tell.act(verb.wait, 0, by);
    this.#now += by;
    this.#tell.tick(this.#now);
    this.#policy.tick(this.#now * nanoseconds);
    this.#settle();
    return undefined;
  }

  #commit(given: Arguments): Problem | undefined {
    const cpu = this.#cpuIn(given);
    const problem = given.end();
    if (problem !== undefined) return problem;
    this.#tell.act(verb.commit, 0);
    this.#policy.commit(cpu);
    this.#settle();
    return undefined;
  }

  /** The kernel gives a host page to somebody else: nothing in the IOMMU changes. */
  #reuse(given: Arguments): Problem | undefined {
    const page = given.page('at');
    const user = given.choice('by', this.#users);
    const problem = given.end();
    if (problem !== undefined) return problem;
    this.#tell.act(verb.reuse, 0, page, user);
    this.#tell.set(ledger.pages, page, this.#buffers.length + user);
    return undefined;
  }

  /** Many buffers without names, one after the other: they all use the same host pages. */
  #churn(given: Arguments): Problem | undefined {
    const count = given.number('count', 1, mostChurn);
    const host = given.page('at');
    const pages = given.number('pages', 1, mostPages, 1);
    const cpu = this.#cpuIn(given);
    const problem = given.end();
    if (problem !== undefined) return problem;
    this.#tell.act(verb.churn, 0, count, pages);
    let failed: Problem | undefined;
    this.#tell.during(() => {
      for (let n = 0; n < count && failed === undefined; n++) {
        failed = this.#mapBuffer(noName, host, pages, cpu);
        if (!this.#mapped.has(noName)) return;
        this.#unmapBuffer(noName, cpu);
      }
    });
    return failed;
  }

  #cpuIn(given: Arguments): number {
    return given.number('cpu', 0, this.#config.cpus - 1, 0);
  }

  #flushRange({ first, pages }: UnmappedRange): void {
    this.#tell.act(verb.flushRange, 0, first, pages);
    const { space } = this.#config;
    this.#hands.tables.flush({
      do: 'flush',
      of: 'pages',
      space,
      from: hexAddress(first),
      length: hexAddress(pages),
    });
    this.#count(counter.rangeFlushes);
  }

  #flushAll(): void {
    this.#tell.act(verb.flushAll, 0);
    this.#hands.tables.flush({ do: 'flush', of: 'space', space: this.#config.space });
    this.#count(counter.fullFlushes);
  }

  #release({ first, pages }: UnmappedRange, cpu: number): void {
    this.#tell.act(verb.release, 0, first, pages);
    const waited = this.#now - (this.#unmappedAt.get(first) ?? this.#now);
    this.#unmappedAt.delete(first);
    this.#counts[counter.oldest] = Math.max(this.#counts[counter.oldest] as number, waited);
    this.#allocator.free(first, pages, cpu);
    this.#tell.drop(ledger.addresses, first);
  }

  #count(what: number): void {
    this.#counts[what] = (this.#counts[what] as number) + 1;
  }

  /** Tells what the allocator and the counters have come to. */
  #settle(): void {
    for (const { first, pages, state: of } of this.#allocator.ranges())
      if (of === 'cached') this.#tell.set(ledger.addresses, first, pages, noName, state.cached);
    const rows = allocatorRows(this.#allocator, this.#config.cpus);
    for (const [key, values] of rows) {
      const before = this.#rows.get(key);
      if (before === undefined || before.join() !== values.join())
        this.#tell.set(ledger.allocator, key, ...values);
    }
    for (const key of this.#rows.keys()) if (!rows.has(key)) this.#tell.drop(ledger.allocator, key);
    this.#rows = rows;
    this.#tellCounts();
  }

  readonly #told = new Map<number, number>();

  #tellCounts(): void {
    this.#counts[counter.waiting] = this.#unmappedAt.size;
    this.#counts.forEach((count, what) => {
      if (this.#told.get(what) === count) return;
      this.#told.set(what, count);
      this.#tell.set(ledger.counters, what, count);
    });
  }
}
