import { Icon } from '../../kit/Icon';
import type { LanePicture, StalePicture } from './stale';

const kindText = {
  mapped: 'mapped',
  stale: 'unmapped, still within reach',
  allowed: 'DMA',
  late: 'late DMA that goes through',
  refused: 'DMA refused',
} as const;

/** How long each buffer stayed within its device's reach: the gap between unmap and flush is shaded. */
export function StaleView({ picture }: { picture: StalePicture }) {
  const { steps, at, lanes } = picture;
  const left = (place: number): string => `${(place / steps) * 100}%`;
  return (
    <section className="stale" aria-label="Within reach">
      <h3>Within reach</h3>
      <p>
        From left to right the steps of the run. Solid: mapped. Hatched: unmapped, and the IOTLB still lets
        the device through.
      </p>
      {lanes.length === 0 ? <p className="walk-empty">No buffer was mapped yet.</p> : null}
      <div className="stale-lanes">
        {lanes.map((lane) => (
          <div key={lane.key} className="stale-lane">
            <div className="stale-name">
              <b>{lane.device}</b> {lane.buffer}
            </div>
            <div className="stale-bar" role="img" aria-label={spoken(lane)}>
              {lane.stretches.map(({ from, to, kind }) => (
                <span
                  key={`${kind}${from}`}
                  className={`stale-${kind}`}
                  style={{ left: left(from), width: `${((to - from) / steps) * 100}%` }}
                />
              ))}
              {lane.arrivals.map(({ at: place, kind }) => (
                <span
                  key={place}
                  className={`stale-mark stale-mark-${kind}`}
                  style={{ left: left(place) }}
                  title={kindText[kind]}
                >
                  <Icon name={kind === 'refused' ? 'cross' : 'arrow'} />
                </span>
              ))}
              <span className="stale-now" style={{ left: left(at) }} />
            </div>
          </div>
        ))}
        <ol className="stale-steps" aria-hidden="true">
          {Array.from({ length: steps }, (_, step) => (
            // Steps never change places here.
            // biome-ignore lint/suspicious/noArrayIndexKey: position is identity here
            <li key={step}>{step + 1}</li>
          ))}
        </ol>
      </div>
      <ul className="stale-said">
        {lanes
          .filter(({ now }) => now !== '')
          .map(({ key, now }) => (
            <li key={key}>{now}</li>
          ))}
      </ul>
    </section>
  );
}

function spoken({ device, buffer, stretches, arrivals }: LanePicture): string {
  const step = (place: number): number => Math.floor(place) + 1;
  const parts = [
    ...stretches.map(({ from, to, kind }) => `${kindText[kind]} from step ${step(from)} to ${step(to)}`),
    ...arrivals.map(({ at, kind }) => `${kindText[kind]} at step ${step(at)}`),
  ];
  return `${device}, ${buffer}: ${parts.join('; ')}`;
}
