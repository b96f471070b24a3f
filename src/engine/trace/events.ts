/**
 * The events of a run. Each kind has named operands, all numbers; `rest` names what a variable number of
 * further operands are. This table is the only definition: the writer, the reader, the fold and the
 * printer all use it. Names are in the order in which operands are written.
 */
export const eventShapes = {
  /** A step of the scenario begins. */
  step: { operands: ['step'], rest: '' },
  /** A device that keeps translations has something to do: what it asks of the IOMMU follows. */
  access: { operands: ['device', 'pasid', 'access', 'privileged', 'page', 'offset'], rest: '' },
  /** A device asks. `pasid` is -1 without one; codes are those of `request.ts`. */
  request: { operands: ['device', 'pasid', 'access', 'privileged', 'type', 'page', 'offset'], rest: '' },
  /** A cache is asked. `slot` is -1 on a miss. `stage`, `level` and `serves` say for which read; -1 when for none. */
  lookup: { operands: ['cache', 'slot', 'stage', 'level', 'serves'], rest: 'tags' },
  /** A cache keeps an entry: its whole row. What was in the slot is gone. */
  fill: { operands: ['cache', 'slot'], rest: 'row' },
  /** A command makes a cache look for what it must drop. `kept` and `dropped` count entries. */
  sweep: { operands: ['cache', 'dropped', 'kept'], rest: '' },
  /** A cache forgets an entry. */
  drop: { operands: ['cache', 'slot'], rest: '' },
  /**
   * Hardware reads one table entry at a host address. `stage` 0 is a device structure, 1 and 2 are paging
   * stages; `level` 0 is the leaf; `serves` is, for a stage-2 read of a nested walk, the stage-1 level whose
   * table address it translates, -1 for the data's own address, and -2 when nothing is nested. `guestPage` is
   * the address before stage 2, -1 when there is none. The index is `width` bits of the address, from bit `low` up; both
   * are 0 for device structures.
   */
  fetch: {
    operands: [
      'structure',
      'stage',
      'level',
      'serves',
      'index',
      'low',
      'width',
      'page',
      'offset',
      'guestPage',
      'owner',
    ],
    rest: 'words',
  },
  /** A 64-bit word of memory changes. `by` is a code of `writers`. */
  store: { operands: ['by', 'page', 'offset', 'low', 'high'], rest: '' },
  /** A register changes; `register` indexes the architecture's list. */
  register: { operands: ['by', 'register', 'low', 'high'], rest: '' },
  /** The walk comes to a guest page, which stage 2 must translate before it goes on. `serves` as in `fetch`. */
  need: { operands: ['serves', 'guestPage'], rest: '' },
  /** Stage 2 has turned a guest page into a host page. `serves` as in `fetch`. */
  guest: { operands: ['serves', 'guestPage', 'hostPage'], rest: '' },
  /** The IOMMU takes a descriptor from its queue. */
  command: { operands: ['structure', 'index', 'page', 'offset'], rest: 'words' },
  /** The queue stops at a descriptor. */
  queueError: { operands: ['code', 'index'], rest: '' },
  /** A request is refused. `slot` is the fault record, -1 when none is written; `stage` and so on as in `fetch`. */
  fault: { operands: ['reason', 'slot', 'stage', 'level', 'serves'], rest: '' },
  /**
   * A request is answered. `size` is the power of two of the mapping; `source` a code of `sources`; `permissions` bits
   * 1 read, 2 write, 4 execute; `reads` the memory reads it took; `type` the request's.
   */
  result: { operands: ['page', 'offset', 'size', 'permissions', 'source', 'reads', 'type'], rest: '' },
  /** A device asks software for a page that it may not use (PCIe PRI). */
  pageRequest: { operands: ['device', 'pasid', 'access', 'privileged', 'page', 'group'], rest: '' },
  /** A device is told what came of its page requests; `code` is one of `responseCodes`. */
  pageResponse: { operands: ['device', 'pasid', 'group', 'code'], rest: '' },
  /**
   * A write reaches a doorbell of the scenario, or the interrupt address range (-1). `known` is 0 when the doorbell's
   * controller knows nothing of the sender and drops it.
   */
  interrupt: { operands: ['doorbell', 'data', 'known'], rest: '' },
  /** A software model does something; `result` is 0 or minus an error number. */
  act: { operands: ['model', 'verb', 'result'], rest: 'operands' },
  /** A row of a model's ledger is put in or changed. */
  row: { operands: ['model', 'ledger', 'key'], rest: 'values' },
  /** A row of a model's ledger is taken out. */
  gone: { operands: ['model', 'ledger', 'key'], rest: '' },
  /** Simulated time goes on; microseconds since the start. */
  tick: { operands: ['now'], rest: '' },
  /** A step cannot be done; `problem` counts the run's problems. */
  problem: { operands: ['problem'], rest: '' },
} as const;

export type EventKind = keyof typeof eventShapes;

export const eventKinds = Object.keys(eventShapes) as EventKind[];

type Shape<K extends EventKind> = (typeof eventShapes)[K];

/** One event, decoded. Events with a variable part have it under its name. */
export type EventOf<K extends EventKind> = { readonly kind: K } & {
  readonly [Name in Shape<K>['operands'][number]]: number;
} & { readonly [Name in Exclude<Shape<K>['rest'], ''>]: readonly number[] };

export type TraceEvent = { [K in EventKind]: EventOf<K> }[EventKind];

/** Who changes memory or a register. */
export const writers = ['hardware', 'host', 'guest', 'person', 'device'] as const;
export type Writer = (typeof writers)[number];

/** Where an answer came from. */
export const sources = ['walk', 'iotlb', 'pass-through', 'untranslated', 'interrupt'] as const;
export type Source = (typeof sources)[number];

/** `serves` of a stage-2 read for the data's own address. */
export const servesData = -1;
/** `serves` of a stage-2 read for a table of device structures that lies in a guest. */
export const servesDirectory = -3;
/** `serves` of a read outside a nested walk. */
export const servesNothing = -2;
