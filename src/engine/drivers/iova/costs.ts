/** What one act takes, in nanoseconds of simulated time, and where the number comes from. */
export interface Cost {
  readonly name: string;
  readonly nanoseconds: number;
  readonly source: string;
}

const nehalem = 'McKenney, Is Parallel Programming Hard, section 3.2, table of a 16-CPU Intel X5550';

/** The costs that the simulation knows. A machine of the year of the thread. */
export const costTable = {
  lock: {
    name: 'lock taken and given back, its line at hand',
    nanoseconds: 25.6,
    source: `${nehalem}: best-case lock`,
  },
  lineHit: {
    name: 'cache line at hand',
    nanoseconds: 1.4,
    source: 'assumption: 4 cycles at 2.8 GHz',
  },
  lineTransfer: {
    name: "cache line from another CPU's cache",
    nanoseconds: 92.4,
    source: `${nehalem}: single cache miss, off-socket`,
  },
  nodeVisit: {
    name: 'tree node compared, without its line',
    nanoseconds: 1.5,
    source: 'assumption: a compare and a branch that is often mispredicted',
  },
  bitmapWord: {
    name: 'bitmap word scanned',
    nanoseconds: 0.7,
    source: 'assumption: 2 cycles at 2.8 GHz, the words lie side by side',
  },
  otherWork: {
    name: 'rest of a map or an unmap: page table, device driver',
    nanoseconds: 300,
    source: 'assumption',
  },
  flush: {
    name: 'IOTLB flush, from the command to its completion',
    nanoseconds: 1000,
    source: 'assumption',
  },
} as const satisfies Readonly<Record<string, Cost>>;

export type CostName = keyof typeof costTable;

/** Nanoseconds of each act. */
export type Costs = Readonly<Record<CostName, number>>;

/** The costs of the table, those in `changed` replaced; nanoseconds. */
export function costsWith(changed: Partial<Costs> = {}): Costs {
  const { lock, lineHit, lineTransfer, nodeVisit, bitmapWord, otherWork, flush } = costTable;
  return {
    lock: lock.nanoseconds,
    lineHit: lineHit.nanoseconds,
    lineTransfer: lineTransfer.nanoseconds,
    nodeVisit: nodeVisit.nanoseconds,
    bitmapWord: bitmapWord.nanoseconds,
    otherWork: otherWork.nanoseconds,
    flush: flush.nanoseconds,
    ...changed,
  };
}
