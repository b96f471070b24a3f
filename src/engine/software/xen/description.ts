import type { Description, LedgerColumn, Verb } from '../model';

export const domainStates = ['running', 'dying, its pages are held', 'gone'] as const;
export const mappingStates = [
  'mapped',
  'unmapped, not flushed',
  'unmapped, held until the flush',
  'left behind',
] as const;
/** The owner of a free page, and the guest frame of a page that no guest has. */
export const nobody = -1;

export const ledger = { domains: 0, pages: 1, mappings: 2 } as const;

/** Indices of the verbs below. */
export const verb = {
  hypercall: 0,
  map: 1,
  unmap: 2,
  flush: 3,
  flushFrames: 4,
  balloon: 5,
  keep: 6,
  free: 7,
  give: 8,
  invalidateAll: 9,
  invalidateFrames: 10,
  destroy: 11,
  detach: 12,
  forget: 13,
  scan: 14,
  drop: 15,
} as const;

const hex = (frame: number): string => `0x${frame.toString(16)}`;
const some = (count: number, one: string): string =>
  `${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`;

/** Different domains as one number, a bit for each. */
export function maskOf(domains: Iterable<number>): number {
  let mask = 0;
  for (const domain of domains) mask += 2 ** domain;
  return mask;
}

/** How the events of a host with these domains are read. */
export function describeHost(names: readonly string[]): Description {
  const nameOf = (domain: number): string => names[domain] ?? 'nobody';
  const domain = (name: string): LedgerColumn => ({ name, text: nameOf });
  const frame = (name: string): LedgerColumn => ({
    name,
    text: (value) => (value === nobody ? 'none' : hex(value)),
  });
  const count = (name: string): LedgerColumn => ({ name, text: (value) => value.toLocaleString('en') });
  const choice = (name: string, texts: readonly string[]): LedgerColumn => ({
    name,
    text: (value) => texts[value] ?? '',
  });
  const namesIn = (mask: number): string =>
    names.filter((_, n) => Math.floor(mask / 2 ** n) % 2 === 1).join(', ');
  const set = (name: string): LedgerColumn => ({
    name,
    text: (mask) => (mask === 0 ? 'nobody' : namesIn(mask)),
  });
  return {
    ledgers: [
      {
        id: 'domains',
        name: 'Domains',
        about: 'Who runs, who has which right, and how many pages and mappings each has.',
        key: domain('domain'),
        columns: [
          choice('state', domainStates),
          choice('control_iommu', ['no', 'yes']),
          set('mapping privilege over'),
          count('pages'),
          count('mappings'),
        ],
      },
      {
        id: 'pages',
        name: 'Machine pages',
        about: 'A page is free when its guest has given it back and no mapping holds a reference to it.',
        key: frame('machine frame'),
        columns: [domain('owner'), frame('guest frame'), count('references of mappings'), set('held by')],
        ties: [1, 0, 4],
      },
      {
        id: 'mappings',
        name: 'Bus mappings',
        about:
          'What domains have mapped through the IOMMU. A mapping goes when the IOTLB is flushed after its unmap.',
        key: { name: 'mapping', text: (value) => `${value}` },
        columns: [
          domain('mapped by'),
          frame('bus frame'),
          domain('memory of'),
          frame('guest frame'),
          frame('machine frame'),
          choice('access', ['read and write', 'read only']),
          choice('state', mappingStates),
        ],
      },
    ],
    verbs: verbsOf(nameOf),
  };
}

/** In the order of `verb`. */
function verbsOf(nameOf: (domain: number) => string): readonly Verb[] {
  const of = (name: string, say: (...operands: number[]) => string): Verb => ({
    name,
    say: (operands) => say(...operands),
  });
  return [
    of(
      'hypercall',
      (by = 0, operations = 0) =>
        `${nameOf(by)} makes one hypercall with ${some(operations, 'operation')}; flushing is held back.`,
    ),
    of('map', (by = 0, bfn = 0, self = 0, target = 0, gfn = 0, readOnly = 0) => {
      const whose = self === 1 ? 'DOMID_SELF' : nameOf(target);
      return `${nameOf(by)} asks to map bus frame ${hex(bfn)} to guest frame ${hex(gfn)} of ${whose}${readOnly === 1 ? ', read-only' : ''}.`;
    }),
    of('unmap', (by = 0, bfn = 0) => `${nameOf(by)} asks to unmap bus frame ${hex(bfn)}.`),
    of('flush', (by = 0) => `${nameOf(by)} asks to flush the IOTLB of all its mappings.`),
    of(
      'flush frames',
      (by = 0, bfn = 0, frames = 0) =>
        `${nameOf(by)} asks to flush the IOTLB of ${some(frames, 'bus frame')} from ${hex(bfn)}.`,
    ),
    of(
      'balloon',
      (by = 0, gfn = 0, frames = 0) =>
        `${nameOf(by)} gives back ${some(frames, 'guest frame')} from ${hex(gfn)} (decrease_reservation).`,
    ),
    of(
      'keep',
      (mfn = 0, references = 0) =>
        `Xen keeps machine frame ${hex(mfn)}: mappings hold ${some(references, 'reference')} to it.`,
    ),
    of('free', (mfn = 0) => `Xen frees machine frame ${hex(mfn)}.`),
    of(
      'give',
      (mfn = 0, target = 0, gfn = 0) =>
        `Xen gives machine frame ${hex(mfn)} to ${nameOf(target)}, which asked for memory, as guest frame ${hex(gfn)}.`,
    ),
    of(
      'invalidate all',
      (target = 0) =>
        `Xen sends IOREQ_TYPE_INVALIDATE with all ones: the emulators of ${nameOf(target)} drop every page.`,
    ),
    of(
      'invalidate frames',
      (target = 0, gfn = 0, frames = 0) =>
        `Xen sends an IOREQ that names ${some(frames, 'guest frame')} of ${nameOf(target)} from ${hex(gfn)}: its emulators drop only these.`,
    ),
    of('destroy', (target = 0) => `Xen destroys ${nameOf(target)}.`),
    of(
      'detach',
      (target = 0, devices = 0) =>
        `Xen takes ${some(devices, 'device')} away from ${nameOf(target)} and makes the IOMMU forget what it keeps for it.`,
    ),
    of('forget', (target = 0) => `No page of ${nameOf(target)} is left: Xen forgets the domain.`),
    of(
      'scan',
      (target = 0, frames = 0, found = 0) =>
        `Xen looks up each of ${some(frames, 'machine frame')} in the M2B and finds ${some(found, 'mapping')} by ${nameOf(target)} or of its memory.`,
    ),
    of('drop', (untilFlush = 0) =>
      untilFlush === 1
        ? 'From here on Xen drops the reference of an unmapped page only after the flush.'
        : 'From here on Xen drops the reference of an unmapped page at the unmap.',
    ),
  ];
}
