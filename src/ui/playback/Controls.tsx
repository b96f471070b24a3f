import './playback.css';
import { Button } from '../kit/Button';
import { useLab } from '../store/lab';

const speeds = [0.5, 1, 2, 4];

/** The buttons that move through the run. */
export function Controls() {
  const isPlaying = useLab((state) => state.isPlaying);
  const speed = useLab((state) => state.speed);
  const count = useLab((state) => state.count);
  const end = useLab((state) => state.view?.trace.length ?? 0);
  const { goTo, microStep, operation, setPlaying, setSpeed } = useLab.getState();
  return (
    <div className="controls" role="toolbar" aria-label="Steps">
      <Button icon="first" aria-label="To the start" disabled={count === 0} onClick={() => goTo(0)} />
      <Button disabled={count === 0} onClick={() => operation(-1)}>
        Operation back
      </Button>
      <Button icon="back" disabled={count === 0} onClick={() => microStep(-1)}>
        Back
      </Button>
      <Button
        look="strong"
        icon={isPlaying ? 'pause' : 'play'}
        disabled={count === end}
        onClick={() => setPlaying(!isPlaying)}
      >
        {isPlaying ? 'Wait' : 'Play to the stop'}
      </Button>
      <Button icon="next" disabled={count === end} onClick={() => microStep(1)}>
        Step
      </Button>
      <Button disabled={count === end} onClick={() => operation(1)}>
        Operation
      </Button>
      <Button icon="last" aria-label="To the end" disabled={count === end} onClick={() => goTo(end)} />
      <label className="speed">
        Speed{' '}
        <select value={speed} onChange={(event) => setSpeed(Number(event.target.value))}>
          {speeds.map((value) => (
            <option key={value} value={value}>
              {value}×
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
