import { askedIn, eventsBetween, eventsOfStep, type Moment } from '../../../engine/moment';
import type { EventOf, TraceEvent } from '../../../engine/trace/events';
import { inSentence, lead } from '../../../engine/trace/sentence';
import { levelNumber, type MachineWords } from '../../../engine/words';
import { projectChange } from './change';
import { type Made, readsOf } from './made';
import type { DmaPicture, Outcome, WalkPicture } from './picture';
import { rowsOf } from './rows';
import { bitsText, cutOf, type Shape, shapeOf } from './shape';

/** The walk of the request in progress, or what the step in progress changed. */
export function project(moment: Moment): WalkPicture {
  const all = eventsOfStep(moment, true);
  const request = askedIn(all);
  if (request !== undefined) return projectDma(moment, all, eventsOfStep(moment), request);
  if (all.some(({ kind }) => kind !== 'step')) return projectChange(moment);
  return comingDma(moment) ?? (all.length === 0 ? { kind: 'empty' } : projectChange(moment));
}

/** Before anything happens, and while a step only tells: the walk of the next DMA, with nothing read. */
function comingDma(moment: Moment): DmaPicture | undefined {
  const { scenario, spans, trace } = moment.view;
  const step = scenario.steps.findIndex((next, index) => index > moment.stepIndex && next.do === 'dma');
  const span = spans[step];
  if (span === undefined) return undefined;
  const all = eventsBetween(trace, span.from, span.to);
  const request = askedIn(all);
  return request === undefined ? undefined : projectDma(moment, all, [], request);
}

function projectDma(
  moment: Moment,
  all: readonly TraceEvent[],
  so: readonly TraceEvent[],
  request: EventOf<'request'>,
): DmaPicture {
  const made = readsOf(moment, all, so.length);
  const shape = shapeOf(moment.view, request);
  const rows = rowsOf(moment, made, shape, request);
  const reads = so.filter(({ kind }) => kind === 'fetch').length;
  return {
    kind: 'dma',
    isNested: shape.isNested,
    columns: columnsOf(moment, shape),
    words: moment.view.architecture.words,
    device: made.device,
    rows,
    reads,
    caption: captionOf(moment, so),
    outcome: outcomeOf(moment, so),
    formula: formulaOf(moment.view.architecture.words, made, so),
  };
}

function columnsOf({ view }: Moment, shape: Shape): DmaPicture['columns'] {
  return Array.from({ length: shape.second }, (_, n) => {
    const level = shape.second - 1 - n;
    const title = `level ${levelNumber(view.architecture.words, level)}`;
    return { title, bits: `bits ${bitsText(cutOf(shape, 2, level))}` };
  });
}

/** What the read in progress found, or why the request is refused. */
function captionOf({ view }: Moment, so: readonly TraceEvent[]): string {
  const last = so.findLast(({ kind }) => kind === 'fetch' || kind === 'fault');
  if (last?.kind === 'fault') return view.architecture.faults.get(last.reason)?.name ?? 'refused';
  const structure = last?.kind === 'fetch' ? view.architecture.structures[last.structure] : undefined;
  return last?.kind === 'fetch' && structure !== undefined ? lead(structure, last.words) : '';
}

function outcomeOf(moment: Moment, so: readonly TraceEvent[]): Outcome {
  const event = so.findLast(({ kind }) => kind === 'result' || kind === 'fault');
  if (event?.kind === 'result') {
    if (event.permissions === 0) return { kind: 'refused', code: 'R = W = 0', name: 'no permission' };
    const count = so.filter(({ kind }) => kind === 'fetch').length;
    const reads = count === 1 ? '1 memory read' : `${count} memory reads`;
    return { kind: 'answered', page: event.page, offset: event.offset, text: reads };
  }
  if (event?.kind === 'fault') {
    const reason = moment.view.architecture.faults.get(event.reason);
    return { kind: 'refused', code: `0x${event.reason.toString(16)}`, name: reason?.name ?? 'refused' };
  }
  return { kind: 'open' };
}

function countText(reads: number): string {
  return reads === 1 ? '1 read' : `${reads} reads`;
}

/** The count with the run's own numbers, once the request is over. */
function formulaOf(words: MachineWords, made: Made, so: readonly TraceEvent[]): string {
  if (!so.some(({ kind }) => kind === 'result' || kind === 'fault')) return '';
  const count = (test: (event: EventOf<'fetch'>) => boolean): number =>
    so.filter((event) => event.kind === 'fetch' && test(event)).length;
  const device = count(({ stage }) => stage === 0);
  const first = count(({ stage }) => stage === 1);
  const second = count(({ stage }) => stage === 2);
  const parts = [
    ...(device > 0 ? [`${device} device structures`] : []),
    ...(first > 0 ? [`${first} of ${inSentence(words.stages[0])}`] : []),
    ...(second > 0 ? [`${second} of ${inSentence(words.stages[1])}`] : []),
  ];
  const total = device + first + second;
  if (parts.length === 0) return made.isHit ? 'No memory reads: a cache answered.' : 'No memory reads.';
  return parts.length === 1 ? countText(total) : `${parts.join(' + ')} = ${total} reads`;
}
