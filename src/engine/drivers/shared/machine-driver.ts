import type { Layout } from '../../bits/layout';
import type { Problem } from '../../scenario/problem';
import type { Binding } from '../../scenario/schema';
import type { PagingDialect } from './paging-dialect';
import type { TableSpace } from './space';

/** The spaces that a binding names. */
export interface Stages {
  readonly first: TableSpace | undefined;
  readonly second: TableSpace | undefined;
}

/** What a device is let do by PCIe ATS: nothing, keep translations, or ask for pages besides. */
export type AtsRights = 'none' | 'translations' | 'pages';

/** A device, or a PASID of one, with what it is bound to. */
export interface Bound extends Stages {
  readonly device: number;
  readonly pasid: number | undefined;
  /** Tag of the second stage: domain, VMID, GSCID. */
  readonly domain: number;
  /** Tag of the first stage where the machine has one of its own: ASID, PSCID. */
  readonly tag: number;
  readonly ats: AtsRights;
  readonly binding: Binding;
}

/** What an invalidation is about. */
export type Flush =
  | {
      readonly of: 'pages' | 'space';
      readonly space: TableSpace;
      /** Who uses the space. */
      readonly users: readonly Bound[];
      readonly from: number;
      readonly count: number;
      /** Whether the walk caches may know tables of the range that are given up, so that last-level entries are not enough. */
      readonly areTablesLeft: boolean;
    }
  | {
      readonly of: 'configuration';
      readonly device: number;
      readonly pasid: number | undefined;
      /** What was bound there last. */
      readonly bound: Bound | undefined;
    }
  | {
      readonly of: 'everything';
      /** Who is bound to anything. */
      readonly users: readonly Bound[];
    };

/** An answer to a group of page requests; `code` is that of PCIe. */
export interface PageResponse {
  readonly device: number;
  readonly pasid: number | undefined;
  readonly group: number;
  readonly code: number;
}

/** Where a machine's next command goes, and what moves its tail. */
export interface CommandRing {
  /** 64-bit words of a command. */
  readonly words: number;
  next(): { readonly page: number; readonly offset: number } | Problem;
  /** The register of the tail and its value behind the next command. */
  tail(): { readonly register: number; readonly value: number };
}

/** A command's structure and the fields that say which command it is. */
export interface CommandShape {
  readonly structure: Layout;
  readonly fixed: Readonly<Record<string, number>>;
}

/** What software must know of one machine. */
export interface MachineDriver {
  readonly ring: CommandRing;
  readonly commands: readonly CommandShape[];
  dialect(stage: 1 | 2): PagingDialect;
  /** What is wrong with so many levels; undefined when they can be. */
  levelsProblem(stage: 1 | 2, levels: number): string | undefined;
  /** Bits of a device's number. */
  readonly deviceBits: number;
  isReadOnly(register: number): boolean;
  /** Writes the structures that lead a request to its tables. */
  bind(bound: Bound): Problem | undefined;
  unbind(device: number, pasid: number | undefined): void;
  /** The command that answers a page request, as 32-bit words. */
  respond(response: PageResponse): readonly number[];
  /** The commands of an invalidation and the one that waits for it, as 32-bit words each. */
  flush(flush: Flush): readonly (readonly number[])[];
}
