import type { RunView } from '../../../engine/moment';
import { type EventKind, type EventOf, servesNothing } from '../../../engine/trace/events';
import { eventAt, kindAt } from '../../../engine/trace/trace';

/** How large the walks of one stream of requests are: levels of both stages, and whether they nest. */
export interface Shape {
  readonly first: number;
  readonly second: number;
  readonly isNested: boolean;
  /** Where each stage's levels cut the address, by level, as far as a walk of the run has shown. */
  readonly cuts: { readonly 1: Cuts; readonly 2: Cuts };
}

type Cuts = ReadonlyMap<number, Cut>;

/** The bits of an address that index a table: `width` of them, from bit `low` up. */
export interface Cut {
  readonly low: number;
  readonly width: number;
}

const noShape: Shape = { first: 0, second: 0, isNested: false, cuts: { 1: new Map(), 2: new Map() } };

/** The cut of a level. One that no walk has come to lies beside those that are known. */
export function cutOf({ cuts }: Shape, stage: 1 | 2, level: number): Cut {
  const known = cuts[stage].get(level);
  if (known !== undefined) return known;
  const [near] = [...cuts[stage]].sort(([a], [b]) => Math.abs(a - level) - Math.abs(b - level));
  if (near === undefined) return { low: 12 + 9 * level, width: 9 };
  const [at, { low, width }] = near;
  return { low: low + width * (level - at), width };
}

/** The value of an address's bits in a cut. Addresses are page numbers and offsets: a cut begins at bit 12 or above. */
export function indexIn({ low, width }: Cut, page: number): number {
  return Math.floor(page / 2 ** (low - 12)) % 2 ** width;
}

/** A cut's bits as the manuals write them: `20:12`. */
export function bitsText({ low, width }: Cut): string {
  return `${low + width - 1}:${low}`;
}

/** The value of a cut in as many hexadecimal digits as it needs. */
export function indexText(cut: Cut, page: number): string {
  return indexIn(cut, page)
    .toString(16)
    .padStart(Math.ceil(cut.width / 4), '0');
}

const telling: ReadonlySet<EventKind> = new Set(['request', 'fill', 'fetch', 'lookup']);
const known = new WeakMap<RunView, Map<string, Shape>>();

/**
 * The shape of a stream's walks, from every walk of that stream in the run, so that a request which a cache
 * answers is drawn with the reads that it saves. What another stream's walk has put into the cache is drawn as that walk.
 */
export function shapeOf(view: RunView, request: EventOf<'request'>): Shape {
  let shapes = known.get(view);
  if (shapes === undefined) {
    shapes = findShapes(view);
    known.set(view, shapes);
  }
  return shapes.get(streamOf(request)) ?? noShape;
}

/** Requests whose walks have one shape. The address counts from bit 55 up: Arm’s halves and POWER’s windows have tables of their own. */
function streamOf({ device, pasid, page }: EventOf<'request'>): string {
  return `${device} ${pasid} ${Math.floor(page / 2 ** 43)}`;
}

function findShapes({ trace, architecture }: RunView): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  const answers = architecture.caches.findIndex(({ id }) => id === 'iotlb');
  /** Whose walk filled a slot of the cache of answers. */
  const filler = new Map<number, string>();
  let stream = '';
  for (let n = 0; n < trace.length; n++) {
    if (!telling.has(kindAt(trace, n))) continue;
    const event = eventAt(trace, n);
    if (event.kind === 'request') stream = streamOf(event);
    else if (event.kind === 'fill' && event.cache === answers) filler.set(event.slot, stream);
    else if (event.kind === 'fetch' && event.stage > 0)
      shapes.set(stream, widened(shapes.get(stream), event));
    else if (event.kind === 'lookup' && event.cache === answers && !shapes.has(stream)) {
      const shared = shapes.get(filler.get(event.slot) ?? '');
      if (shared !== undefined) shapes.set(stream, shared);
    }
  }
  return shapes;
}

function widened(shape: Shape | undefined, fetch: EventOf<'fetch'>): Shape {
  const before = shape ?? noShape;
  const { stage, level, serves, low, width } = fetch;
  const cuts = (of: 1 | 2): Cuts =>
    stage === of ? new Map([...before.cuts[of], [level, { low, width }]]) : before.cuts[of];
  return {
    cuts: { 1: cuts(1), 2: cuts(2) },
    first: stage === 1 ? Math.max(before.first, level + 1) : Math.max(before.first, serves + 1),
    second: stage === 2 ? Math.max(before.second, level + 1) : before.second,
    isNested: before.isNested || (stage === 2 && serves !== servesNothing),
  };
}
