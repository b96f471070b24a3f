import type { Word64 } from './bits/hex';
import type { Layout } from './bits/layout';
import type { CacheShape } from './cache/cache';
import type { Geometry } from './cache/geometry';
import type { Iommu } from './iommu';
import type { Memory } from './memory/memory';
import type { RegisterShape } from './registers';
import type { DmaRequest, Outcome } from './request';
import type { Problem } from './scenario/problem';
import type { Binding, MachineSpec, Mapping, Space, StepOf } from './scenario/schema';
import type { TraceWriter } from './trace/trace';
import type { MachineWords } from './words';

/** What a fault code means, in the manual's words and in plain ones. */
export interface FaultText {
  readonly code: number;
  readonly abbr: string;
  readonly name: string;
  readonly found: string;
  readonly cause: string;
}

/** Reads memory as it is at some moment. */
export interface WordReader {
  low(page: number, offset: number): number;
  high(page: number, offset: number): number;
}

/** A table that hardware can reach: what a page of memory means. */
export interface TableView {
  readonly page: number;
  /** Byte offset of the first entry in the page. */
  readonly offset: number;
  readonly structure: Layout;
  readonly name: string;
  readonly entries: readonly EntryView[];
}

/** One entry of a table that is not empty. */
export interface EntryView {
  readonly page: number;
  readonly offset: number;
  readonly structure: Layout;
  readonly label: string;
  /** One line: what it says. */
  readonly summary: string;
  readonly isPresent: boolean;
}

/** An invalidation or command queue as it stands. */
export interface QueueView {
  /** In descriptors. */
  readonly size: number;
  /** 64-bit words of a descriptor. */
  readonly descriptorWords: number;
  readonly head: number;
  readonly tail: number;
  /** Descriptors that were ever written, by index. */
  readonly entries: readonly {
    readonly index: number;
    readonly page: number;
    readonly offset: number;
    readonly words: readonly number[];
    readonly structure: Layout | undefined;
    readonly state: 'done' | 'waiting' | 'stopped';
  }[];
  /** Why it has stopped; empty while it runs. */
  readonly error: string;
}

/** A fault that hardware has recorded. */
export interface FaultRecordView {
  readonly slot: number;
  /** Software has not freed it yet. */
  readonly isPending: boolean;
  readonly reason: number;
  readonly device: string;
  readonly pasid: number | undefined;
  readonly access: string;
  readonly address: Word64;
}

/** Software that builds and changes an architecture's tables as an operating system does. */
export interface TableSoftware {
  /** From now on the device's bindings let it keep translations, and send page requests if it wants to. */
  allowAts(device: string, wantsPages: boolean): Problem | undefined;
  addSpace(space: Space): Problem | undefined;
  map(space: string, mapping: Mapping): Problem | undefined;
  unmap(step: StepOf<'unmap'>): Problem | undefined;
  permit(step: StepOf<'permit'>): Problem | undefined;
  bind(binding: Binding): Problem | undefined;
  unbind(step: StepOf<'unbind'>): Problem | undefined;
  /** Makes hardware forget what it keeps, with the machine's own commands, and waits. */
  flush(step: StepOf<'flush'>): Problem | undefined;
  /** Answers a device's page request with the machine's own command. */
  respond(step: StepOf<'respond'>): Problem | undefined;
  /** Puts a descriptor into the queue and moves the tail. */
  queue(step: StepOf<'command'>): Problem | undefined;
  register(step: StepOf<'register'>): Problem | undefined;
}

/** A built machine. */
export interface Machine {
  readonly iommu: Iommu;
  readonly software: TableSoftware;
  /** The fields of the fault record that an outcome points to, by the names of recorded answers. */
  faultFields(outcome: Outcome): Readonly<Record<string, number | boolean | string>>;
  /** What an answer says besides its address, by the names of recorded answers; parts of a group with a dot. */
  answerFields(outcome: Outcome, request: DmaRequest): Readonly<Record<string, number | string>>;
}

/** Everything that the rest of the program knows about one kind of IOMMU. */
export interface Architecture {
  readonly id: string;
  readonly name: string;
  readonly words: MachineWords;
  /** How many bits the number of a device has. */
  readonly deviceBits: number;
  readonly structures: readonly Layout[];
  readonly descriptors: readonly Layout[];
  readonly caches: readonly CacheShape[];
  /** How the caches are built when a scenario does not say, by cache id; undefined is off. */
  readonly geometries: Readonly<Record<string, Geometry | undefined>>;
  readonly faults: ReadonlyMap<number, FaultText>;
  registerShapes(spec: MachineSpec): readonly RegisterShape[];
  /** Builds a machine on memory; problems name the field of `machine` that is wrong. */
  build(spec: MachineSpec, memory: Memory, trace: TraceWriter): Machine | readonly Problem[];
  /** The device tables that hardware would find now, outermost first. `registers` are the words of `registerShapes`. */
  survey(reader: WordReader, registers: Uint32Array, spec: MachineSpec): readonly TableView[];
  queueView(reader: WordReader, registers: Uint32Array): QueueView;
  faultRecords(registers: Uint32Array, reader: WordReader): readonly FaultRecordView[];
  /** What a column of a cache's row means to a person; empty when it means nothing in this row. */
  cacheText(cache: number, column: number, row: readonly number[]): string;
}
