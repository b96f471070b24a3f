import type { Moment } from '../../engine/moment';
import { type EventKind, type TraceEvent, writers } from '../../engine/trace/events';
import { sentence, tellingOf } from '../../engine/trace/sentence';

/** What just happened, and why, in words; spoken by screen readers. */
export function StatusLine({ moment }: { moment: Moment }) {
  const event = telling(moment);
  const what =
    event === undefined
      ? 'The machine is set up. Nothing has happened yet.'
      : sentence(event, tellingOf(moment.view));
  return (
    <div className="status" role="status" aria-live="polite">
      <p className="status-what">{what}</p>
      <p className="status-why">
        {event === undefined
          ? 'Press the right arrow key for the next micro-step, Space to play.'
          : why(moment, event)}
      </p>
    </div>
  );
}

const onTheWay: ReadonlySet<EventKind> = new Set(['need', 'guest', 'sweep', 'row', 'gone']);

/** The event worth telling of the current micro-step: translations found on the way are said with the read, notes with what is noted. */
function telling(moment: Moment): TraceEvent | undefined {
  return moment.recent.findLast(({ kind }) => !onTheWay.has(kind)) ?? moment.event;
}

/** The rule that decided, with its section. */
function why(moment: Moment, event: TraceEvent): string {
  const { architecture, caches } = moment.view;
  switch (event.kind) {
    case 'fetch':
    case 'command': {
      const structure = architecture.structures[event.structure];
      return structure === undefined ? '' : `${structure.name}: ${structure.section}.`;
    }
    case 'fault':
      return architecture.faults.get(event.reason)?.cause ?? '';
    case 'lookup':
    case 'fill':
    case 'drop': {
      const shape = caches.shapes[event.cache];
      if (shape === undefined) return '';
      return `${shape.name}, tagged by ${shape.tags.filter((tag) => tag !== '').join(', ')}: ${shape.section}.`;
    }
    case 'store':
      if (writers[event.by] === 'device')
        return 'The page belongs to the device as far as its mapping reaches.';
      if (event.by !== 0) return 'No cache is told of a write to memory.';
      return moment.step?.do === 'dma'
        ? 'Hardware marks the entries that it uses: accessed, and dirty on a write.'
        : '';
    case 'act':
      return event.result === 0 ? '' : 'Software refuses: nothing else changes.';
    case 'row':
    case 'gone':
      return moment.view.software[event.model]?.ledgers[event.ledger]?.about ?? '';
    case 'problem':
      return moment.view.steps[moment.stepIndex]?.problem?.message ?? '';
    case 'step':
    case 'access':
    case 'request':
    case 'sweep':
    case 'register':
    case 'need':
    case 'guest':
    case 'queueError':
    case 'result':
    case 'pageRequest':
    case 'pageResponse':
    case 'interrupt':
    case 'tick':
      return '';
  }
}
