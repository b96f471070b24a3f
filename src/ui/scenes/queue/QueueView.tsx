import './queue.css';
import type { FaultRecordView, QueueView as Queue } from '../../../engine/architecture';
import { hexWord } from '../../../engine/bits/hex';
import type { Moment } from '../../../engine/moment';
import { Hex } from '../../kit/Hex';
import type { Ref } from '../../store/state';

/** The queue and the fault records at the moment. */
export interface QueuePicture {
  readonly queue: Queue;
  readonly faults: readonly (FaultRecordView & { readonly name: string })[];
}

export function projectQueue(moment: Moment): QueuePicture {
  const { architecture } = moment.view;
  return {
    queue: architecture.queueView(moment.reader, moment.state.registers),
    faults: architecture.faultRecords(moment.state.registers, moment.reader).map((record) => ({
      ...record,
      name: architecture.faults.get(record.reason)?.name ?? '',
    })),
  };
}

const radius = 96;
const slots = 32;

export function QueueView({ picture, onPick }: { picture: QueuePicture; onPick: (ref: Ref) => void }) {
  const { queue, faults } = picture;
  return (
    <div className="queue">
      {queue.size === 0 ? null : <Ring queue={queue} />}
      <div>
        <h3>Descriptors</h3>
        {queue.error === '' ? null : <p className="queue-error">The queue has stopped: {queue.error}.</p>}
        {queue.entries.length === 0 ? <p className="walk-empty">{emptyText(queue)}</p> : null}
        <ol className="queue-list">
          {queue.entries.slice(-24).map((entry) => (
            <li key={entry.index}>
              <button
                type="button"
                className={`queue-entry queue-${entry.state}`}
                onClick={() =>
                  entry.structure === undefined
                    ? undefined
                    : onPick({
                        kind: 'entry',
                        page: entry.page,
                        offset: entry.offset,
                        structure: entry.structure.id,
                      })
                }
              >
                <span>{entry.index}</span>
                <span>{entry.structure?.name ?? 'unknown type'}</span>
                <span>{{ done: 'done', waiting: 'waiting', stopped: 'stopped here' }[entry.state]}</span>
                <Hex text={hexWord(entry.words[0] ?? 0, entry.words[1] ?? 0)} />
              </button>
            </li>
          ))}
        </ol>
        <h3>Fault records</h3>
        {faults.length === 0 ? <p className="walk-empty">No fault is recorded.</p> : null}
        <ul className="queue-faults">
          {faults.map((fault) => (
            <li key={fault.slot}>
              <strong>
                Record {fault.slot}: {fault.name} (0x{fault.reason.toString(16)})
              </strong>
              <br />
              {fault.device}
              {fault.pasid === undefined ? '' : `, PASID ${fault.pasid}`}, {fault.access} of{' '}
              <Hex text={hexWord(fault.address.low, fault.address.high)} />,{' '}
              {fault.isPending ? 'pending' : 'freed by the driver'}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function emptyText({ size }: Queue): string {
  return size === 0
    ? 'This machine has no queue: what software asks of it is done at once.'
    : 'Software has queued nothing yet.';
}

/** The part of the ring around head and tail; each arc is one descriptor. */
function Ring({ queue }: { queue: Queue }) {
  const start = Math.max(0, Math.min(queue.head, queue.tail) - slots / 2);
  const at = (index: number, r: number): string => {
    const angle = ((index - start) / slots) * 2 * Math.PI - Math.PI / 2;
    return `${(120 + r * Math.cos(angle)).toFixed(2)} ${(120 + r * Math.sin(angle)).toFixed(2)}`;
  };
  const states = new Map(queue.entries.map(({ index, state }) => [index, state]));
  return (
    <svg
      className="queue-ring"
      viewBox="0 0 240 240"
      width="240"
      height="240"
      role="img"
      aria-label={`Invalidation queue of ${queue.size}: head ${queue.head}, tail ${queue.tail}`}
    >
      {Array.from({ length: slots }, (_, n) => start + n).map((index) => (
        <path
          key={index}
          className={`ring-slot ring-${states.get(index) ?? 'free'}`}
          d={`M${at(index + 0.06, radius)}A${radius} ${radius} 0 0 1 ${at(index + 0.94, radius)}L${at(index + 0.94, radius - 22)}A${radius - 22} ${radius - 22} 0 0 0 ${at(index + 0.06, radius - 22)}z`}
        />
      ))}
      <Pointer index={queue.head} start={start} label="head" radiusAt={56} />
      <Pointer index={queue.tail} start={start} label="tail" radiusAt={106} />
      <text x="120" y="124" textAnchor="middle">
        {queue.size} slots
      </text>
    </svg>
  );
}

function Pointer({
  index,
  start,
  label,
  radiusAt,
}: {
  index: number;
  start: number;
  label: string;
  radiusAt: number;
}) {
  const angle = ((index - start + 0.5) / slots) * 2 * Math.PI - Math.PI / 2;
  return (
    <text
      className={`ring-${label}`}
      x={(120 + radiusAt * Math.cos(angle)).toFixed(1)}
      y={(124 + radiusAt * Math.sin(angle)).toFixed(1)}
      textAnchor="middle"
    >
      {label} {index}
    </text>
  );
}
