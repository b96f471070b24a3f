import { asInteger } from '../bits/access';
import type { Cache } from '../cache/cache';
import type { Memory } from '../memory/memory';
import { servesNothing } from '../trace/events';
import type { TraceWriter } from '../trace/trace';
import { type EntryFormat, leadsToPage, leadsToTable } from './entry-format';
import { PendingFills } from './pending-fills';
import { perLevel, perLevelInverse, type TableShape, usualShape } from './table-shape';

/**
 * One stage of paging as a machine walks it: a radix tree of 512-entry tables. With an `outer` stage each
 * table's address is a guest page, which the outer stage translates first: that is the walk within a walk.
 * One object serves all walks of its stage; results stay in its fields until the next.
 */
export class Walk {
  readonly stage: 1 | 2;
  outer: Walk | undefined;

  /** Set before a run: tags of the walk cache, and what is asked. */
  domain = 0;
  tag = -1;
  wantsWrite = false;
  wantsExecute = false;
  /** Without the permission to write the walk goes on for reading: translation requests are told what there is. */
  takesLess = false;
  isPrivileged = false;
  setsMarks = false;
  /** Which read of a nested walk this run serves; see `fetch` in events. */
  serves = servesNothing;

  /** Where a walk for an inner stage starts; set for each request. */
  rootPage = 0;
  rootLevel = 0;
  rootPermissions = 0;
  /** Pages from here up do not fit the tables; checked when this walk serves an inner stage. */
  inputLimit = Number.POSITIVE_INFINITY;
  /** The top level of the stage that this one serves. */
  innerTopLevel = 0;

  /** Pages of memory from here up cannot be read. */
  memoryLimit = Number.POSITIVE_INFINITY;
  /** The page that the run in hand, or the last one, was asked for. */
  input = 0;

  /** Results: the page reached (host, or guest when this stage is the inner one), its size and permissions. */
  page = 0;
  level = 0;
  /** Power of two of the bytes that the leaf maps. */
  size = 12;
  permissions = 0;
  reason = 0;
  /** Table entries read by the last run, without the outer stage's. */
  reads = 0;
  /** Table entries read since the machine set it to 0. */
  totalReads = 0;
  /** What the last entry pointed to; `judge` sets it. */
  next = 0;
  /** The page number's low bits that a leaf takes from the address besides its level's; `judge` sets it. */
  napotBits = 0;
  /** The level of the table that the last entry points to, where entries may skip levels; `judge` sets it. */
  nextLevel = -1;
  /** The first index in memory's words of the leaf entry, and where it, or an entry that cannot be read, lies. */
  leafAt = 0;
  leafPage = 0;
  leafOffset = 0;
  topLevel = 0;
  /** The guest page of the table that was to be marked last. */
  markedGuest = -1;
  readonly pending: PendingFills;
  readonly #memory: Memory;
  readonly #trace: TraceWriter;
  readonly #format: EntryFormat;
  readonly #cache: Cache;
  readonly #cacheIndex: number;
  /** Whether the outer stage lets the table in hand be written, and whether it was asked in this run. */
  #mayMarkTable = false;
  #bits = 9;
  #mask = 511;
  #topMask = 511;
  /** log2 of an entry's bytes. */
  #entryShift = 3;
  #leafSize = 12;
  /** Tables fill several pages, each of which the outer stage may put elsewhere. */
  #isWide = false;
  #inverse: readonly number[] = perLevelInverse;
  #pages: readonly number[] = perLevel;
  #isOuterFresh = false;
  #shape: TableShape = usualShape;

  constructor(
    stage: 1 | 2,
    memory: Memory,
    trace: TraceWriter,
    format: EntryFormat,
    cache: Cache,
    cacheIndex: number,
  ) {
    this.stage = stage;
    this.#memory = memory;
    this.#trace = trace;
    this.#format = format;
    this.#cache = cache;
    this.#cacheIndex = cacheIndex;
    this.pending = new PendingFills(cache, cacheIndex, trace);
  }

  /**
   * Walks from the table at `root`, of level `top` (the leaf table is level 0), to the page of `input`.
   * `permissions` starts as `all`. True when a page is reached; otherwise `reason` says why not.
   */
  run(input: number, root: number, top: number, all: number): boolean {
    const topLevel = top | 0;
    this.reads = 0;
    this.reason = 0;
    this.input = input;
    this.napotBits = 0;
    this.permissions = all;
    this.topLevel = topLevel;
    this.level = topLevel;
    if (input >= this.inputLimit) {
      this.reason = this.#format.tooWide(this);
      return false;
    }
    let guest = asInteger(root);
    let host = -1;
    let level = topLevel;
    if (this.#cache.used > 0) {
      const slot = this.#findCached(input);
      if (slot >= 0) {
        level = this.#cache.get(slot, 3) | 0;
        guest = asInteger(this.#cache.get(slot, 4));
        host = asInteger(this.#cache.get(slot, 5));
        this.permissions = this.#cache.get(slot, 6);
        this.#mayMarkTable = this.#cache.get(slot, 7) === 1;
        this.#isOuterFresh = false;
      }
    }
    const isReached = this.#descend(input, guest, host, level);
    this.totalReads += this.reads;
    return isReached;
  }

  /**
   * Reads entries from the table at `table`, of level `from`, down to the page or a refusal; the table's host page may be
   * `known`. All in one function and with pages as integers where they fit: otherwise a walk takes half as long again.
   */
  #descend(page: number, table: number, known: number, from: number): boolean {
    const isInner = this.outer !== undefined;
    const keeps = this.#cache.size > 0;
    const memory = this.#memory;
    const input = +page;
    const topLevel = this.topLevel | 0;
    let guest = table;
    let host = known;
    let level = from;
    for (;;) {
      if (!isInner) host = guest;
      else if (host < 0) {
        host = this.#hostOf(guest, input, level);
        if (this.reason !== 0) return false;
      }
      if (keeps && level < topLevel) this.#learn(input, guest, host, level);
      const mask = level === topLevel ? this.#topMask : this.#mask;
      const index = (input * (this.#inverse[level] as number)) & mask;
      const bytes = index << this.#entryShift;
      const inTable = bytes >>> 12;
      const offset = bytes & 4095;
      const base = host + inTable < this.memoryLimit ? memory.locate(host + inTable) : -1;
      if (base < 0) return this.#endUnreadable(host + inTable, offset, level);
      const { words } = memory;
      const at = base + (offset >>> 2);
      this.reads += 1;
      if (this.#trace.isOn) this.#tellFetch(words, at, level, index, guest, host + inTable, offset);
      let verdict = this.#format.judge(this, words, at, level);
      if (verdict >= 0 && this.setsMarks)
        verdict = this.#markUsed(verdict, words, at, guest + inTable, host + inTable, offset, level);
      if (verdict !== leadsToTable) {
        this.leafAt = at;
        this.leafPage = host + inTable;
        this.leafOffset = offset;
        return this.#end(verdict, input, level);
      }
      guest = this.next;
      host = -1;
      level = this.nextLevel < 0 ? level - 1 : this.nextLevel;
    }
  }

  /** Keeps where the entry lies that cannot be read. */
  #endUnreadable(page: number, offset: number, level: number): boolean {
    this.leafPage = page;
    this.leafOffset = offset;
    this.level = level;
    this.reason = this.#format.unreadable(this, level);
    return false;
  }

  /** The leaf's page, or the reason of a refusal. */
  #end(verdict: number, input: number, level: number): boolean {
    this.level = level;
    if (verdict < 0) {
      this.reason = -verdict;
      return false;
    }
    const isWhole = level === 0 && this.#leafSize === 12;
    const within = isWhole ? 0 : input - this.#prefix(input, level) * (this.#pages[level] as number);
    this.page = asInteger(this.next + within);
    this.size = this.#leafSize + this.#bits * level + this.napotBits;
    return true;
  }

  /** Keeps the table of that level for the walk cache. */
  #learn(input: number, guest: number, host: number, level: number): void {
    this.pending.add(
      this.domain,
      this.tag,
      this.#prefix(input, level + 1),
      level,
      guest,
      this.#keepsHost ? host : -1,
      this.permissions,
      this.#mayMarkTable ? 1 : 0,
    );
  }

  /** Sets how the stage cuts addresses; `usualShape` until then. */
  setShape(shape: TableShape): void {
    if (shape === this.#shape) return;
    this.#shape = shape;
    const { bits, topBits, entryWords, pages } = shape;
    if (bits !== this.#bits || pages !== this.#pages[0]) {
      this.#pages = Array.from({ length: 6 }, (_, level) => pages * 2 ** (bits * level));
      this.#inverse = this.#pages.map((pages) => 1 / pages);
    }
    this.#bits = bits;
    this.#mask = (1 << bits) - 1;
    this.#topMask = (1 << (bits + topBits)) - 1;
    this.#entryShift = entryWords === 2 ? 3 : 2;
    this.#leafSize = 12 + Math.log2(pages);
    this.#isWide = pages > 1;
  }

  /** Whether a table's host page may be kept: not where each of its pages may lie elsewhere. */
  get #keepsHost(): boolean {
    return !this.#isWide || this.outer === undefined;
  }

  /** The host page of a table, through the outer stage. Of a table of several pages, that of its first if all lay together: only the page with the entry is asked for. */
  #hostOf(guest: number, input: number, level: number): number {
    if (!this.#isWide) return this.#throughOuter(guest, level);
    const mask = level === this.topLevel ? this.#topMask : this.#mask;
    const inTable = ((input * (this.#inverse[level] as number)) & mask) >>> 9;
    return this.#throughOuter(guest + inTable, level) - inTable;
  }

  #prefix(input: number, level: number): number {
    return Math.floor(input * (this.#inverse[level] as number));
  }

  /** Sets bits in the leaf entry of the last run. */
  mark(bits: number): void {
    this.#store(this.leafAt, this.leafPage, this.leafOffset, bits);
  }

  /** The dirty or accessed bits that the last run's leaf still lacks for a write. */
  missingMarks(): number {
    return this.#format.marks(this, this.#memory.words, this.leafAt, true);
  }

  #throughOuter(guest: number, level: number): number {
    const outer = this.outer as Walk;
    outer.serves = level;
    outer.wantsWrite = false;
    outer.wantsExecute = false;
    if (this.#trace.isOn) this.#trace.emit('need', level, guest);
    if (!outer.run(guest, outer.rootPage, outer.rootLevel, outer.rootPermissions)) {
      this.reason = outer.reason;
      this.level = level;
      return -1;
    }
    this.#mayMarkTable = (outer.permissions & 2) !== 0;
    this.#isOuterFresh = true;
    if (this.#trace.isOn) this.#trace.emit('guest', level, guest, outer.page);
    return outer.page;
  }

  /** Sets the bits in the entry that was just read that it still lacks, if the outer stage allows it. Gives the verdict. */
  #markUsed(
    verdict: number,
    words: Uint32Array,
    at: number,
    guest: number,
    page: number,
    offset: number,
    level: number,
  ): number {
    const isLeaf = verdict === leadsToPage;
    const marks = this.#format.marks(this, words, at, isLeaf);
    if (marks === 0) return verdict;
    if (this.outer !== undefined && !this.#outerAllowsMark(guest, level)) return -this.#format.unwritable;
    this.#store(at, page, offset, marks);
    return verdict;
  }

  /**
   * Setting a bit in a guest's table is a write to a guest page. When the walk cache gave the table, the outer stage
   * is asked again only if it has marks of its own to set.
   */
  #outerAllowsMark(guest: number, level: number): boolean {
    const outer = this.outer as Walk;
    this.markedGuest = guest;
    if (!this.#mayMarkTable) return false;
    if (outer.setsMarks) {
      if (!this.#isOuterFresh && this.#throughOuter(guest, level) < 0) return false;
      outer.wantsWrite = true;
      const marks = outer.missingMarks();
      if (marks !== 0) outer.mark(marks);
    }
    return true;
  }

  #store(at: number, page: number, offset: number, bits: number): void {
    const words = this.#memory.words;
    words[at] = (words[at] as number) | bits;
    if (!this.#trace.isOn) return;
    const first = at - ((offset & 4) >>> 2);
    this.#trace.emit('store', 0, page, offset & ~4, words[first] as number, words[first + 1] as number);
  }

  #findCached(input: number): number {
    for (let level = 0; level < this.topLevel; level++) {
      const slot = this.#cache.find(this.domain, this.tag, this.#prefix(input, level + 1), level);
      if (slot >= 0) {
        this.#tellLookup(slot, level, input);
        return slot;
      }
    }
    this.#tellLookup(-1, -1, input);
    return -1;
  }

  #tellLookup(slot: number, level: number, input: number): void {
    if (!this.#trace.isOn) return;
    const tag = level < 0 ? input : this.#prefix(input, level + 1);
    this.#trace.emit(
      'lookup',
      this.#cacheIndex,
      slot,
      this.stage,
      level,
      this.serves,
      this.domain,
      this.tag,
      tag,
      level,
    );
  }

  #tellFetch(
    words: Uint32Array,
    at: number,
    level: number,
    index: number,
    guest: number,
    host: number,
    offset: number,
  ): void {
    this.#trace.emit(
      'fetch',
      this.#format.structureOf(words, at, level),
      this.stage,
      level,
      this.serves,
      index,
      this.#leafSize + this.#bits * level,
      Math.log2((level === this.topLevel ? this.#topMask : this.#mask) + 1),
      host,
      offset,
      this.outer === undefined ? -1 : guest,
      this.#memory.owner(host),
      words[at] as number,
      this.#entryShift === 3 ? (words[at + 1] as number) : 0,
    );
  }
}
