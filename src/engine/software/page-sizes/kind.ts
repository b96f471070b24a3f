import { hexAddress } from '../../bits/hex';
import { cut } from '../../drivers/shared/cut';
import type { Problem } from '../../scenario/problem';
import type { StepOf } from '../../scenario/schema';
import { Arguments } from '../arguments';
import type { Description, LedgerColumn, SoftwareKind, Teller } from '../model';

/** Sizes of pages of each machine, as powers of two of 4 KiB (Linux pgsize_bitmap). */
const sizesOf = {
  'VT-d': [0, 9, 18],
  // Every power of two below 512 GiB, which hardware gets wrong.
  'AMD-Vi': Array.from({ length: 27 }, (_, bits) => bits),
  OMAP: [0, 4, 8, 12],
  'Arm 64 KiB': [4, 13],
} as const satisfies Readonly<Record<string, readonly number[]>>;
const machines = Object.keys(sizesOf) as (keyof typeof sizesOf)[];
const mostPages = 2 ** 24;
const mostPieces = 64;
const pieces = 0;
const totals = 1;
const cutVerb = 0;

const number = (name: string): LedgerColumn => ({ name, text: (value) => value.toLocaleString('en') });
const address = (name: string): LedgerColumn => ({ name, text: hexAddress });

/** `2 MiB` for 9. */
export function sizeText(bits: number): string {
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  const all = bits + 2;
  return `${2 ** (all % 10)} ${units[Math.floor(all / 10)]}`;
}

function describe(): Description {
  return {
    ledgers: [
      {
        id: 'pieces',
        name: 'The pieces of the last request',
        about: 'Each step takes the largest page to which both addresses are aligned and which still fits.',
        key: address('from'),
        columns: [address('to'), { name: 'page', text: sizeText }, number('count')],
      },
      {
        id: 'totals',
        name: 'Requests so far',
        about: 'How many entries each machine writes for the request.',
        key: { name: 'request', text: (value) => String(value + 1) },
        columns: [
          { name: 'machine', text: (value) => machines[value] ?? '' },
          address('from'),
          address('to'),
          { name: 'length', text: (value) => `${(value * 4).toLocaleString('en')} KiB` },
          number('pieces'),
          number('pages'),
        ],
      },
    ],
    verbs: [
      {
        name: 'cut',
        say: ([machine = 0, from = 0, to = 0, length = 0]) =>
          `iommu_map cuts ${hexAddress(from)} to ${hexAddress(to)}, ${(length * 4).toLocaleString('en')} KiB, for ${machines[machine] ?? ''}.`,
      },
    ],
  };
}

/** Cuts requests by the page sizes of machines that need not be there (Linux iommu_map, thread 003). */
class PageSizes {
  readonly #tell: Teller;
  #before: readonly number[] = [];
  #requests = 0;

  constructor(tell: Teller) {
    this.#tell = tell;
  }

  call(step: StepOf<'call'>): Problem | undefined {
    if (step.op !== 'cut') return { path: '.op', message: 'The only operation is cut.' };
    const given = new Arguments(step);
    const machine = given.choice('machine', machines);
    const from = given.page('from');
    const to = given.page('to');
    const length = given.page('length');
    const problem = given.end();
    if (problem !== undefined) return problem;
    const sizes = sizesOf[machines[machine] as keyof typeof sizesOf];
    const unit = 2 ** sizes[0];
    if (length === 0 || length > mostPages)
      return { path: '.with.length', message: 'The length is from one page to 64 GiB.' };
    if ([from, to, length].some((pages) => pages % unit !== 0))
      return {
        path: '.with',
        message: `This machine’s smallest page is ${sizeText(sizes[0])}: align to it.`,
      };
    this.#cut(machine, from, to, length, sizes);
    return undefined;
  }

  #cut(machine: number, from: number, to: number, length: number, sizes: readonly number[]): void {
    this.#tell.act(cutVerb, 0, machine, from, to, length);
    for (const key of this.#before) this.#tell.drop(pieces, key);
    const made = [...cut(from, to, length, sizes)];
    const shown = made.slice(0, mostPieces);
    for (const piece of shown) this.#tell.set(pieces, piece.from, piece.to, piece.bits, piece.count);
    this.#before = shown.map((piece) => piece.from);
    const pages = made.reduce((sum, { count }) => sum + count, 0);
    this.#tell.set(totals, this.#requests, machine, from, to, length, made.length, pages);
    this.#requests += 1;
  }
}

export const pageSizes: SoftwareKind = {
  id: 'page-sizes',
  name: 'iommu_map',
  describe,
  build(spec, _, __, tell) {
    const [unknown] = Object.keys(spec.config ?? {});
    if (unknown !== undefined)
      return [{ path: `.config.${unknown}`, message: 'iommu_map takes no settings.' }];
    return new PageSizes(tell);
  },
};
