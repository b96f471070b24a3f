import { eventsOfStep, type Moment, momentAt } from '../../../engine/moment';
import { type EventOf, writers } from '../../../engine/trace/events';
import { rowText, sentence, tellingOf } from '../../../engine/trace/sentence';
import { structureAt } from '../../structure-at';
import type { Change, ChangePicture } from './picture';

/** What a step other than a DMA did so far: words of memory, and what it told. */
export function projectChange(moment: Moment): ChangePicture {
  const telling = tellingOf(moment.view);
  const start = moment.view.spans[moment.stepIndex]?.from ?? 0;
  const before = momentAt(moment.view, start).reader;
  const events = eventsOfStep(moment);
  const { caches } = moment.view.states.after(start);
  const forgotten = ({ cache, slot }: EventOf<'drop'>): string => {
    const row = caches[cache]?.get(slot);
    return `Forgotten from slot ${slot}: ${row === undefined ? 'an entry' : rowText(telling, cache, row)}.`;
  };
  const changes = new Map<string, Change>();
  for (const event of events) {
    if (event.kind !== 'store') continue;
    const key = `${event.page}:${event.offset}`;
    changes.set(key, {
      key,
      page: event.page,
      offset: event.offset,
      by: writers[event.by] ?? 'hardware',
      before: [before.low(event.page, event.offset), before.high(event.page, event.offset)],
      after: [event.low, event.high],
      structure: structureAt(moment, event.page, event.offset)?.id,
    });
  }
  return {
    kind: 'change',
    title: moment.step?.title ?? 'A step',
    lines: events
      .filter(({ kind }) => kind !== 'step' && kind !== 'store')
      .map((event) => (event.kind === 'drop' ? forgotten(event) : sentence(event, telling))),
    changes: [...changes.values()],
  };
}
