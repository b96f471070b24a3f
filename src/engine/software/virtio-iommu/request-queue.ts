import type { Hands } from '../model';
import { tailBytes } from './requests';
import type { VirtioTeller } from './verbs';

const pageBytes = 4096;
/** Buffers begin at multiples of this, so that a row of the ledger belongs to one. */
export const rowBytes = 16;
/** A row's status before the device has answered, and when it has given the buffer back as it was. */
export const unanswered = -1;
export const unwritten = -2;

/** A request in memory: what the device may read, and behind it what it may write. */
export interface Buffer {
  readonly number: number;
  /** Byte offset in the page of the queue. */
  readonly at: number;
  /** In bytes, multiples of 4. */
  readonly readable: number;
  readonly writable: number;
}

/** The buffers of the request queue, one behind the other in a page of guest memory; the truth is in their words. */
export class RequestQueue {
  readonly #page: number;
  readonly #hands: Hands;
  readonly #tell: VirtioTeller;
  readonly #shown: Buffer[] = [];
  /** The words of each row as they were told last, by byte offset in the page. */
  readonly #told = new Map<number, readonly number[]>();
  #waiting: Buffer[] = [];
  #next = 0;
  #count = 0;

  constructor(page: number, hands: Hands, tell: VirtioTeller) {
    this.#page = page;
    this.#hands = hands;
    this.#tell = tell;
    hands.memory.setOwner(page, 'guest');
  }

  hasRoom(bytes: number): boolean {
    return this.#next + bytes <= pageBytes;
  }

  /** Begins at the start of the page again; the buffers there have been answered. */
  rewind(): void {
    for (const buffer of this.#shown.splice(0)) {
      this.#tell.drop('requests', buffer.number);
      for (const at of rowsOf(buffer)) this.#tell.drop('bytes', this.#page * pageBytes + at);
    }
    this.#told.clear();
    this.#next = 0;
  }

  /** The driver writes what the device reads; what the device writes is zero. */
  post(words: readonly number[], readable: number, writable: number): void {
    const buffer = { number: this.#count, at: this.#next, readable, writable };
    this.#count += 1;
    this.#next += Math.ceil((readable + writable) / rowBytes) * rowBytes;
    this.#waiting.push(buffer);
    this.#shown.push(buffer);
    this.#tell.act('post', 0, (words[0] ?? 0) & 0xff, buffer.number);
    const all = Array.from({ length: (this.#next - buffer.at) / 4 }, (_, n) =>
      n * 4 < readable ? (words[n] ?? 0) : 0,
    );
    this.#hands.write('guest', this.#page, buffer.at, all);
    this.show(buffer, unanswered);
  }

  /** What waits for the device, which takes it. */
  take(): readonly Buffer[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  /** 32-bit words of a buffer, from a byte offset in it. */
  words({ at }: Buffer, from: number, bytes: number): number[] {
    const { memory } = this.#hands;
    return Array.from({ length: bytes / 4 }, (_, n) => {
      const place = at + from + n * 4;
      return place % 8 === 0 ? memory.low(this.#page, place) : memory.high(this.#page, place - 4);
    });
  }

  /** The device writes words at a byte offset of a buffer; what is around them stays. */
  write(buffer: Buffer, from: number, words: readonly number[]): void {
    const start = from - (from % 8);
    const end = Math.ceil((from + words.length * 4) / 8) * 8;
    const all = this.words(buffer, start, end - start);
    all.splice((from - start) / 4, words.length, ...words);
    this.#hands.write('host', this.#page, buffer.at + start, all);
  }

  /** The device writes the status into the tail. */
  answer(buffer: Buffer, status: number): void {
    this.write(buffer, tailOf(buffer), [status]);
    this.show(buffer, status);
  }

  /** The status as the driver reads it. */
  statusOf(buffer: Buffer): number {
    return (this.words(buffer, tailOf(buffer), tailBytes)[0] ?? 0) & 0xff;
  }

  /** Tells the buffer as it is in memory: of its bytes the rows that are not as they were. */
  show(buffer: Buffer, status: number): void {
    const base = this.#page * pageBytes;
    const [head = 0] = this.words(buffer, 0, 4);
    const { number, at, readable, writable } = buffer;
    this.#tell.set('requests', number, head & 0xff, base + at, readable, writable, status);
    for (const row of rowsOf(buffer)) {
      const words = this.words(buffer, row - at, rowBytes);
      if (this.#told.get(row)?.join() === words.join()) continue;
      this.#told.set(row, words);
      this.#tell.set('bytes', base + row, number, ...words);
    }
  }
}

function tailOf({ readable, writable }: Buffer): number {
  return readable + writable - tailBytes;
}

/** Where the rows of a buffer begin, in bytes of the page. */
function rowsOf({ at, readable, writable }: Buffer): readonly number[] {
  return Array.from({ length: Math.ceil((readable + writable) / rowBytes) }, (_, n) => at + n * rowBytes);
}
