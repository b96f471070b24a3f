import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Access } from '../request';
import { accesses } from '../request';
import { VtdBench } from '../test-support/vtd-bench';

/** Memory as 64-bit words by byte address. */
type Words = Map<bigint, bigint>;
type Kind = 'legacy' | 'first' | 'second' | 'nested' | 'pass-through';

/** What the device structures say. */
interface Setup {
  readonly kind: Kind;
  readonly firstLevels: number;
  readonly secondLevels: number;
  /** Fields of the PASID entry, 0 or 1. */
  readonly bits: { SSADE: number; WPE: number; SRE: number; ERE: number; EAFE: number };
}

interface Asked {
  readonly address: bigint;
  readonly access: Access;
  readonly privileged: boolean;
}

type Answer = { ok: true; page: bigint; size: number; permissions: number } | { ok: false; reason: number };

const pasid = 5;
const secondRoot = 0x1000_0000n;
/** First-stage tables: where the guest sees them when nested, and where they are. */
const firstRoot = 0x2000_0000n;
const guestShift = 0x5000_0000n;
const addressMask = 0x000f_ffff_ffff_f000n;
const beyondHost = 0x000f_0000_0000_0000n;

/** VT-d 9.7 and 9.8 for a host of 48 bits with snoop control: bits that must be zero, by level of a leaf or table. */
const secondReserved = {
  leaf: [0n, 0x1f_f000n, 0x3fff_f000n],
  table: [0n, 0x800n, 0x800n, 0x880n, 0x880n],
};
const firstReserved = { leaf: [0n, 0x1f_e000n, 0x3fff_e000n], table: [0n, 0n, 0n, 0x80n, 0x80n] };

/** What a stage-2 walk is for: the data, or a table of the first stage. */
type Serves = 'data' | 'root' | 'table';
type Permitted = Readonly<Record<'user' | 'write' | 'execute', boolean>>;

class Refused {
  readonly reason: number;
  constructor(reason: number) {
    this.reason = reason;
  }
}

/** Translation as the manual tells it, on BigInt words, with nothing remembered (VT-d 3.6 to 3.8, 7.1.3). */
class Oracle {
  reads = 0;
  readonly #words: Words;
  readonly #setup: Setup;

  constructor(words: Words, setup: Setup) {
    this.#words = words;
    this.#setup = setup;
  }

  answer(asked: Asked): Answer {
    this.reads = this.#setup.kind === 'legacy' ? 2 : 4;
    try {
      return this.#translate(asked);
    } catch (refused) {
      if (refused instanceof Refused) return { ok: false, reason: refused.reason };
      throw refused;
    }
  }

  #translate({ address, access, privileged }: Asked): Answer {
    const { kind, bits } = this.#setup;
    const needs = access === 'w' ? 'w' : 'r';
    if (kind !== 'legacy') {
      if (access === 'x' && bits.ERE === 0) throw new Refused(0x5c);
      if (privileged && bits.SRE === 0) throw new Refused(0x5d);
    }
    if (kind === 'pass-through') {
      if (address >= 2n ** 48n) throw new Refused(0x83);
      return this.#outside(address, 64, 7);
    }
    if (kind === 'legacy' || kind === 'second') {
      const { host, level, r, w } = this.#second(address, needs, 'data');
      return this.#outside(host, 12 + 9 * level, (r ? 5 : 0) + (w ? 2 : 0));
    }
    const first = this.#first({ address, access, privileged });
    if (kind === 'first') return this.#outside(first.page, 12 + 9 * first.level, first.permissions);
    const { host, level, r, w } = this.#second(first.page, needs, 'data');
    const size = 12 + 9 * Math.min(level, first.level);
    return this.#outside(host, size, first.permissions & ((r ? 5 : 0) + (w ? 2 : 0)));
  }

  /** No answer may lie in the interrupt range. */
  #outside(address: bigint, size: number, permissions: number): Answer {
    if (address >> 20n === 0xfeen) throw new Refused(this.#setup.kind === 'legacy' ? 0xe : 0x87);
    return { ok: true, page: address >> 12n, size, permissions };
  }

  #second(address: bigint, needs: 'r' | 'w', serves: Serves) {
    const { kind, secondLevels, bits } = this.#setup;
    if (address >= 2n ** BigInt(12 + 9 * secondLevels)) throw new Refused(tooWide(kind, serves));
    let [table, r, w] = [secondRoot, true, true];
    for (let level = secondLevels - 1; ; level--) {
      const at = table + slot(address, level);
      const word = this.#read(at);
      r &&= (word & 1n) !== 0n;
      w &&= (word & 2n) !== 0n;
      const isDenied = needs === 'w' ? !w : !r;
      if (kind === 'legacy') checkLegacy(word, level, isDenied, needs);
      else checkSecond(word, level, isDenied, needs, serves);
      if (kind !== 'legacy' && bits.SSADE === 1)
        this.#mark(at, isLeaf(word, level) && needs === 'w' ? 0x300n : 0x100n);
      if (isLeaf(word, level)) return { host: reached(word, address, level), level, r, w, leaf: at };
      table = word & addressMask;
    }
  }

  #first(asked: Asked): { page: bigint; level: number; permissions: number } {
    const { kind, firstLevels, bits } = this.#setup;
    const { address } = asked;
    const top = address >> BigInt(11 + 9 * firstLevels);
    if (top !== 0n && top !== 2n ** BigInt(53 - 9 * firstLevels) - 1n) throw new Refused(0x80);
    let table = firstRoot + (kind === 'nested' ? guestShift : 0n);
    let may: Permitted = { user: true, write: true, execute: true };
    for (let level = firstLevels - 1; ; level--) {
      const serves = level === firstLevels - 1 ? 'root' : 'table';
      const outer = kind === 'nested' ? this.#second(table, 'r', serves) : undefined;
      const at = (outer?.host ?? table) + slot(address, level);
      const word = this.#read(at);
      may = checkFirst(word, level, may, asked, bits.WPE === 1);
      this.#markFirst(at, word, isLeaf(word, level) && asked.access === 'w', outer);
      const permissions = 1 + (may.write ? 2 : 0) + (may.execute ? 4 : 0);
      if (isLeaf(word, level)) return { page: reached(word, address, level), level, permissions };
      table = word & addressMask;
    }
  }

  /** Accessed and dirty bits; in a guest's table they are a write through the second stage. */
  #markFirst(at: bigint, word: bigint, isDirty: boolean, outer?: { w: boolean; leaf: bigint }): void {
    const { SSADE, EAFE } = this.#setup.bits;
    const marks = 0x20n + (EAFE === 1 ? 0x400n : 0n) + (isDirty ? 0x40n : 0n);
    if ((word & marks) === marks) return;
    if (outer?.w === false) throw new Refused(0x77);
    if (outer !== undefined && SSADE === 1) this.#mark(outer.leaf, 0x300n);
    this.#mark(at, marks);
  }

  #read(at: bigint): bigint {
    this.reads += 1;
    return this.#words.get(at) ?? 0n;
  }

  #mark(at: bigint, bits: bigint): void {
    this.#words.set(at, (this.#words.get(at) ?? 0n) | bits);
  }
}

function isLeaf(word: bigint, level: number): boolean {
  return level === 0 || (level < 3 && (word & 0x80n) !== 0n);
}

function isBroken(word: bigint, level: number, reserved: typeof firstReserved): boolean {
  const mask = isLeaf(word, level) ? reserved.leaf[level] : reserved.table[level];
  return (word & ((mask ?? 0n) | beyondHost)) !== 0n;
}

function tooWide(kind: Kind, serves: Serves): number {
  if (kind === 'legacy') return 0x4;
  return serves === 'data' ? 0x84 : 0x74;
}

/** Legacy mode looks at permissions first. */
function checkLegacy(word: bigint, level: number, isDenied: boolean, needs: 'r' | 'w'): void {
  if (isDenied) throw new Refused(needs === 'w' ? 0x5 : 0x6);
  if (isBroken(word, level, secondReserved)) throw new Refused(0xc);
}

/** Scalable mode looks at presence, reserved bits and permissions, in this order. */
function checkSecond(word: bigint, level: number, isDenied: boolean, needs: 'r' | 'w', serves: Serves): void {
  if ((word & 3n) === 0n) throw new Refused(0x79);
  if (isBroken(word, level, secondReserved)) throw new Refused(0x7a);
  if (!isDenied) return;
  if (serves !== 'data') throw new Refused(serves === 'root' ? 0x75 : 0x76);
  throw new Refused(needs === 'w' ? 0x85 : 0x86);
}

function checkFirst(
  word: bigint,
  level: number,
  before: Permitted,
  { access, privileged }: Asked,
  obeysWriteProtect: boolean,
): Permitted {
  if ((word & 1n) === 0n) throw new Refused(0x71);
  if (isBroken(word, level, firstReserved)) throw new Refused(0x72);
  const user = before.user && (word & 4n) !== 0n;
  const write = before.write && (word & 2n) !== 0n;
  const execute = before.execute && word >> 63n === 0n;
  if (!user && !privileged) throw new Refused(0x81);
  if (access === 'x' && !execute) throw new Refused(0x82);
  if (access === 'w' && !write && (!privileged || obeysWriteProtect)) throw new Refused(0x85);
  return { user, write, execute };
}

function slot(address: bigint, level: number): bigint {
  return ((address >> BigInt(12 + 9 * level)) & 511n) * 8n;
}

/** The page of `address` in the page that the leaf maps. */
function reached(word: bigint, address: bigint, level: number): bigint {
  const within = 2n ** BigInt(12 + 9 * level) - 1n;
  return (word & addressMask & ~within) | (address & within & ~0xfffn);
}

interface Drawn {
  readonly setup: Setup;
  readonly words: Words;
  readonly asked: readonly Asked[];
}

interface Mapped {
  readonly from: bigint;
  readonly to: bigint;
  readonly level: number;
  /** Bits of the leaf that deny something are cleared or set. */
  readonly leaf: bigint;
}

/** Writes a mapping; tables follow one another from `root`. Linked addresses are `shift` above their place. */
function draw(words: Words, root: bigint, shift: bigint, levels: number, link: bigint, mapped: Mapped): void {
  let table = root;
  for (let level = levels - 1; level > mapped.level; level--) {
    const at = table + slot(mapped.from, level);
    let word = words.get(at);
    if (word === undefined || word === 0n) {
      const used = [...words.keys()].filter((key) => key >= root && key < root + 0x100_0000n);
      const next = used.reduce((most, key) => (key > most ? key : most), root);
      word = ((next & ~0xfffn) + 0x1000n + shift) | link;
      words.set(at, word);
      words.set(((word & addressMask) - shift) | 0xff8n, 0n);
    }
    if (level < 3 && (word & 0x80n) !== 0n) return;
    table = (word & addressMask) - shift;
  }
  const size = 2n ** BigInt(12 + 9 * mapped.level);
  const word = (mapped.to & ~(size - 1n)) | mapped.leaf | (mapped.level > 0 ? 0x80n : 0n);
  words.set(table + slot(mapped.from, mapped.level), word);
}

const inGuest = [0x0n, 0x1000n, 0x20_0000n, 0x4000_0000n, 0x4020_3000n, 0x7f_c000_0000n];
const anywhere = [
  ...inGuest,
  0x8000_0000_0000n,
  0x1_0000_0000_0000n,
  0xffff_8000_0000_0000n,
  0xfffe_0000_0000_0000n,
];
const ordinaryTargets = [0x1_2345_6000n, 0x2_4000_0000n, 0x3_0020_0000n];
const hostTargets = [...ordinaryTargets, 0xfee0_0000n];
const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const bit = oneOf(0, 1);

function mappings(from: readonly bigint[], to: readonly bigint[], leaves: readonly bigint[]) {
  const level = oneOf(0, 0, 0, 1, 2);
  return fc.array(fc.record({ from: oneOf(...from), to: oneOf(...to), level, leaf: oneOf(...leaves) }), {
    minLength: 1,
    maxLength: 5,
  });
}

function drawings(kind: Kind, targets = hostTargets): fc.Arbitrary<Drawn> {
  const offset = oneOf(0n, 0n, 0x1000n, 0x5678n, 0x1f_f000n, 0x3fff_f000n);
  return fc
    .record({
      firstLevels: oneOf(4, 5),
      secondLevels: oneOf(3, 4, 5),
      bits: fc.record({ SSADE: bit, WPE: bit, SRE: oneOf(1, 1, 0), ERE: oneOf(1, 1, 0), EAFE: bit }),
      first: mappings(anywhere, kind === 'nested' ? inGuest : targets, [7n, 7n, 5n, 3n, 7n | (1n << 63n)]),
      second: mappings(inGuest.concat(kind === 'nested' ? [] : anywhere), targets, [3n, 3n, 1n, 2n]),
      flips: fc.array(fc.tuple(fc.nat(), oneOf(0n, 1n, 2n, 7n, 11n, 12n, 13n, 47n, 49n, 62n, 63n)), {
        maxLength: 2,
      }),
      asked: fc.array(
        fc.record({
          which: fc.nat(),
          offset,
          access: oneOf(...accesses),
          privileged: oneOf(false, false, true),
        }),
        { minLength: 1, maxLength: 12 },
      ),
    })
    .map(({ first, second, flips, asked, ...levels }) => {
      const setup: Setup = { kind, ...levels };
      const mapped = kind === 'first' || kind === 'nested' ? first : second;
      const bases = [...mapped, ...mapped].map(({ from }) => from).concat(anywhere);
      const words: Words = new Map();
      const shift = kind === 'nested' ? guestShift : 0n;
      if (kind === 'first' || kind === 'nested')
        for (const one of first) draw(words, firstRoot, shift, setup.firstLevels, 7n, one);
      const tables = [...new Set([...words.keys()].map((key) => key & ~0xfffn))];
      const guestTables = tables.map((to) => ({ from: to + shift, to, level: 0, leaf: 3n }));
      if (kind !== 'first')
        for (const one of [...second, ...(kind === 'nested' ? guestTables : [])])
          draw(words, secondRoot, 0n, setup.secondLevels, 3n, one);
      const places = [...words.keys()].filter((key) => words.get(key) !== 0n);
      for (const [which, flipped] of flips) {
        const at = places[which % places.length];
        if (at !== undefined) words.set(at, (words.get(at) ?? 0n) ^ (1n << flipped));
      }
      return { setup, words, asked: asked.map((one) => ({ ...one, address: addressIn(bases, one) })) };
    });
}

function addressIn(bases: readonly bigint[], { which, offset }: { which: number; offset: bigint }): bigint {
  return (bases[which % bases.length] ?? 0n) + offset;
}

/** The same tables in a unit. */
function built({ setup, words }: Drawn): VtdBench {
  const { kind, bits } = setup;
  const bench = new VtdBench({ mode: kind === 'legacy' ? 0 : 1 });
  const AW = setup.secondLevels - 2;
  const type = ['first', 'second', 'nested', 'pass-through'].indexOf(kind) + 1;
  const fields = `PGTT=${type} AW=${AW} FSPM=${setup.firstLevels - 4} SSPTPTR=0x10000 DID=7`;
  const root = firstRoot + (kind === 'nested' ? guestShift : 0n);
  const more = Object.entries(bits).map(([name, value]) => `${name}=${value}`);
  bench.draw(
    kind === 'legacy'
      ? `root-entry     0x1[0]     P CTP=0x2
         context-entry  0x2[0x18]  P AW=${AW} SSPTPTR=0x10000 DID=7`
      : `scalable-root-entry     0x1[0]     LP LCTP=0x2
         scalable-context-entry  0x2[0x18]  P PASIDDIRPTR=0x3 PASIDE
         pasid-directory-entry   0x3[0]     P SMPTBLPTR=0x4
         pasid-entry             0x4[5]     P ${fields} FSPTPTR=${root >> 12n} ${more.join(' ')}`,
  );
  for (const [at, word] of words) {
    bench.memory.write(
      Number(at >> 12n),
      Number(at & 0xfffn),
      Number(word & 0xffff_ffffn),
      Number(word >> 32n),
    );
  }
  return bench;
}

function ask(bench: VtdBench, { kind }: Setup, { address, access, privileged }: Asked) {
  const [page, offset] = [Number(address >> 12n), Number(address & 0xfffn)];
  return bench.ask({ page, offset, access, privileged, ...(kind === 'legacy' ? {} : { pasid }) });
}

function answerOf({ ok, page, size, permissions, reason }: ReturnType<VtdBench['ask']>): Answer {
  return ok ? { ok, page: BigInt(page), size, permissions } : { ok, reason };
}

/** The words of memory at the places that the drawing or the oracle wrote. */
function wordsOf(bench: VtdBench, words: Words): Words {
  return new Map(
    [...words.keys()].map((at) => {
      const [page, offset] = [Number(at >> 12n), Number(at & 0xfffn)];
      return [at, (BigInt(bench.memory.high(page, offset)) << 32n) | BigInt(bench.memory.low(page, offset))];
    }),
  );
}

describe.each<Kind>(['legacy', 'first', 'second', 'nested', 'pass-through'])('%s translation', (kind) => {
  it('gives the page, size, permissions, reason and number of reads that the manual gives', () => {
    fc.assert(
      fc.property(drawings(kind), (drawn) => {
        const bench = built(drawn);
        const oracle = new Oracle(drawn.words, drawn.setup);
        for (const asked of drawn.asked) {
          bench.iommu.dropCaches();
          const expected = oracle.answer(asked);
          const outcome = ask(bench, drawn.setup, asked);
          expect([asked, answerOf(outcome)]).toEqual([asked, expected]);
          expect(outcome.reads).toBe(oracle.reads);
        }
        expect(wordsOf(bench, drawn.words)).toEqual(drawn.words);
      }),
      { numRuns: 400 },
    );
  });
});

describe.each<Kind>(['legacy', 'first', 'second', 'pass-through'])('%s translation with caches', (kind) => {
  it('gives the page that the tables give, or refuses, whatever the caches have learned', () => {
    fc.assert(
      fc.property(drawings(kind, ordinaryTargets), (drawn) => {
        const bench = built(drawn);
        const oracle = new Oracle(drawn.words, drawn.setup);
        for (const asked of [...drawn.asked, ...drawn.asked]) {
          const { ok, page } = ask(bench, drawn.setup, asked);
          const expected = oracle.answer(asked);
          expect([asked, ok, ok && BigInt(page)]).toEqual([asked, expected.ok, expected.ok && expected.page]);
        }
        expect(wordsOf(bench, drawn.words)).toEqual(drawn.words);
      }),
      { numRuns: 400 },
    );
  });
});
