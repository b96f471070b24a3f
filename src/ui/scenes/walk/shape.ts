import type { RunView } from '../../../engine/moment';
import { type EventOf, servesNothing } from '../../../engine/trace/events';
import { as, eventAt, kindAt } from '../../../engine/trace/trace';

/** How large the walks of one stream of requests are: levels of both stages, and whether they nest. */
export interface Shape {
  readonly first: number;
  readonly second: number;
  readonly isNested: boolean;
}

const known = new WeakMap<RunView, Map<string, Shape>>();

/**
 * The shape of a stream's walks, from every walk of that stream in the run, so that a request which a cache
 * answers is drawn with the reads that it saves.
 */
export function shapeOf(view: RunView, request: EventOf<'request'>): Shape {
  let shapes = known.get(view);
  if (shapes === undefined) {
    shapes = findShapes(view);
    known.set(view, shapes);
  }
  return shapes.get(streamOf(request)) ?? { first: 0, second: 0, isNested: false };
}

function streamOf({ device, pasid }: EventOf<'request'>): string {
  return `${device} ${pasid}`;
}

function findShapes({ trace }: RunView): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  let stream = '';
  for (let n = 0; n < trace.length; n++) {
    const kind = kindAt(trace, n);
    if (kind === 'request') {
      const request = as(eventAt(trace, n), 'request');
      if (request !== undefined) stream = streamOf(request);
    } else if (kind === 'fetch') {
      const fetch = as(eventAt(trace, n), 'fetch');
      if (fetch !== undefined && fetch.stage > 0) shapes.set(stream, widened(shapes.get(stream), fetch));
    }
  }
  return shapes;
}

function widened(shape: Shape | undefined, { stage, level, serves }: EventOf<'fetch'>): Shape {
  const before = shape ?? { first: 0, second: 0, isNested: false };
  return {
    first: stage === 1 ? Math.max(before.first, level + 1) : Math.max(before.first, serves + 1),
    second: stage === 2 ? Math.max(before.second, level + 1) : before.second,
    isNested: before.isNested || (stage === 2 && serves !== servesNothing),
  };
}
