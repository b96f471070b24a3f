import * as Comlink from 'comlink';
import { useEffect, useState } from 'react';
import { allocatorKinds } from '../../../engine/drivers/iova/allocators';
import { type CostName, costsWith, costTable } from '../../../engine/drivers/iova/costs';
import { type FlushPolicyKind, flushPolicies } from '../../../engine/drivers/iova/flush-policy';
import { allocatorNames } from '../../../engine/software/cpus/names';
import { Button } from '../../kit/Button';
import { Field } from '../../kit/Field';
import { engine } from '../../store/lab';
import { Chart } from './Chart';
import { type CurvePoint, type CurvesPicture, seriesOf } from './curves';

const counts = [1, 2, 4, 8, 16, 32, 64, 128];
const operationsPerCpu = 3000;
const seed = 7;
/** Flush on wrap needs the bitmap; the others work with every allocator. */
const policies = flushPolicies.filter((policy) => policy !== 'round-robin');

type Measured = CurvePoint & { readonly series: string };

/** The curves of the run, and a bench of one's own: all allocators, with the policy and the costs of one's choice. */
export function CurvesView({ picture }: { picture: CurvesPicture }) {
  const [most, setMost] = useState(16);
  const [policy, setPolicy] = useState<FlushPolicyKind>('flush-queue');
  const [costs, setCosts] = useState(costsWith);
  const [measured, setMeasured] = useState<readonly Measured[]>([]);
  const [isRunning, setRunning] = useState(false);
  const cpus = counts.filter((count) => count <= most);
  const wanted = cpus.length * allocatorKinds.length;
  useEffect(() => () => void engine.cancelSweep(), []);

  const measure = async (): Promise<void> => {
    setRunning(true);
    setMeasured([]);
    for (const [index, allocator] of allocatorKinds.entries()) {
      const series = allocatorNames[index] ?? allocator;
      const settings = { allocator, policy, cpus, operationsPerCpu, seed, costs };
      const done = await engine.sweep(
        settings,
        Comlink.proxy(({ cpus: x, operationsPerMicrosecond: y }) =>
          setMeasured((before) => [...before, { series, x, y }]),
        ),
      );
      if (!done.ok || !done.value) break;
    }
    setRunning(false);
  };

  const shown = measured.length === 0 ? picture : { ...picture, series: seriesOf(measured) };
  return (
    <section className="curves" aria-label="Throughput against CPUs">
      <h3>Throughput against CPUs</h3>
      <p>
        {measured.length === 0
          ? 'The points that this run has measured.'
          : `${measured.length} of ${wanted} points measured.`}
      </p>
      {shown.series.length === 0 ? (
        <p className="walk-empty">Nothing is measured yet.</p>
      ) : (
        <Chart picture={shown} />
      )}
      <div className="curves-form">
        <Field label="Up to CPUs">
          {(id) => (
            <select id={id} value={most} onChange={(event) => setMost(Number(event.target.value))}>
              {counts.slice(2).map((count) => (
                <option key={count}>{count}</option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Flush policy">
          {(id) => (
            <select
              id={id}
              value={policy}
              onChange={(event) => setPolicy(policies.find((one) => one === event.target.value) ?? policy)}
            >
              {policies.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          )}
        </Field>
        {isRunning ? (
          <Button onClick={() => void engine.cancelSweep()}>Cancel</Button>
        ) : (
          <Button look="strong" onClick={() => void measure()}>
            Measure all
          </Button>
        )}
      </div>
      <details>
        <summary>What things cost, in nanoseconds</summary>
        <div className="curves-costs">
          {(Object.keys(costTable) as CostName[]).map((name) => (
            <Field key={name} label={costTable[name].name} hint={costTable[name].source}>
              {(id, note) => (
                <input
                  id={id}
                  aria-describedby={note}
                  type="number"
                  min={0}
                  step="any"
                  value={costs[name]}
                  onChange={(event) =>
                    setCosts({ ...costs, [name]: Math.max(0, Number(event.target.value)) })
                  }
                />
              )}
            </Field>
          ))}
        </div>
      </details>
    </section>
  );
}
