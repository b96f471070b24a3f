import type { Moment } from '../../engine/moment';
import { Icon } from '../kit/Icon';

/** The fault of the step in progress, once it has happened: what was checked, what was found, what causes it. */
export function FaultNote({ moment }: { moment: Moment }) {
  const fault = moment.recent.find(({ kind }) => kind === 'fault');
  if (fault?.kind !== 'fault') return null;
  const reason = moment.view.architecture.faults.get(fault.reason);
  return (
    <section className="fault-note" aria-label="Fault">
      <h2>
        <Icon name="cross" /> {reason?.name ?? 'Refused'}
      </h2>
      <p>
        Reason 0x{fault.reason.toString(16)}
        {reason === undefined ? '' : `, ${reason.abbr}`}.{' '}
        {fault.slot < 0 ? 'Not recorded.' : `Recorded in fault record ${fault.slot}.`}
      </p>
      {reason === undefined ? null : (
        <>
          <p>{reason.found}</p>
          <p>Usual cause: {reason.cause}</p>
        </>
      )}
    </section>
  );
}
