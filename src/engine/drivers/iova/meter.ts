/** A cache line: the last CPU that wrote it owns it, the others that read it since hold a copy. */
export class Line {
  /** -1 until a CPU touches it. */
  owner = -1;
  copies: Set<number> | undefined;
}

/** A spinlock: a word in a cache line of its own, free again at a moment of simulated time. */
export class Lock {
  readonly line = new Line();
  /** Nanoseconds. */
  freeAt = 0;
}

/** Hears what an allocator or a flush policy does, and on which CPU. */
export interface Meter {
  acquire(lock: Lock, cpu: number): void;
  release(lock: Lock, cpu: number): void;
  read(line: Line, cpu: number): void;
  write(line: Line, cpu: number): void;
  /** A node of a tree is looked at. */
  visitNode(line: Line, cpu: number): void;
  /** Words of a bitmap are looked at. */
  scanWords(words: number, cpu: number): void;
}

const nothing = (): void => undefined;

/** Counts nothing: for those who only want the addresses. */
export const silentMeter: Meter = {
  acquire: nothing,
  release: nothing,
  read: nothing,
  write: nothing,
  visitNode: nothing,
  scanWords: nothing,
};
