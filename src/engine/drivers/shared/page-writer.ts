import type { Memory, Owner } from '../../memory/memory';
import { type Writer, writers } from '../../trace/events';
import type { TraceWriter } from '../../trace/trace';

/** How software touches memory: every write is told, and fresh pages come from one place. */
export class PageWriter {
  readonly #memory: Memory;
  readonly #trace: TraceWriter;
  #next: number;

  constructor(memory: Memory, trace: TraceWriter, firstFreePage: number) {
    this.#memory = memory;
    this.#trace = trace;
    this.#next = firstFreePage;
  }

  /** The first of `count` adjacent host pages that nobody uses yet. */
  allocate(count = 1): number {
    let first = this.#next;
    for (let page = first; page < first + count; page++)
      if (this.#memory.locate(page) !== 0) first = page + 1;
    this.#next = first + count;
    return first;
  }

  own(page: number, owner: Owner): void {
    this.#memory.setOwner(page, owner);
  }

  /** Writes 32-bit words, an even number of them, from a byte offset that is a multiple of 8. */
  write(owner: Writer | Owner, page: number, offset: number, words: readonly number[]): void {
    const by = writers.indexOf(owner === 'guest' ? 'guest' : 'host');
    for (let index = 0; index < words.length; index += 2) {
      const low = words[index] as number;
      const high = words[index + 1] as number;
      const at = offset + index * 4;
      if (this.#memory.low(page, at) === low && this.#memory.high(page, at) === high) continue;
      this.#memory.write(page, at, low, high);
      this.#trace.emit('store', by, page, at, low, high);
    }
  }

  /** `count` 32-bit words from a byte offset. */
  read(page: number, offset: number, count: number): readonly number[] {
    const words: number[] = [];
    for (let at = offset; at < offset + count * 4; at += 8) {
      words.push(this.#memory.low(page, at), this.#memory.high(page, at));
    }
    return words;
  }
}
