import { catalogue } from '../../catalogue';
import { type Moment, momentAt, viewOf } from '../../moment';
import { type Run, run } from '../../run';
import { checkScenario } from '../../scenario/parse';
import { type Scenario, type Step, scenarioFormat } from '../../scenario/schema';
import { eventAt } from '../../trace/trace';
import { resultText } from '../errors';
import { describeHost, ledger } from './description';

export const domains = ['dom0', 'driver', 'windows', 'debian'];

/** Four domains: dom0 may map everybody, the driver domain may map windows, the guests nobody. Debian waits for memory. */
export const config = {
  domains,
  control: ['dom0', 'driver'],
  mapping: ['dom0 windows', 'dom0 debian', 'driver windows'],
  spaces: ['dom0 dom0', 'driver driver'],
  memory: ['dom0 0x10 0x90010 2', 'driver 0x10 0x91010 2', 'windows 0x10 0x92010 4', 'debian 0x10 0x93010 4'],
  waiting: ['debian 0x20 2'],
  hostFrames: 4096,
};

/** The device of dom0 and that of the driver domain. */
export const devices = ['0x10', '0x18'] as const;

/** A VT-d machine with this host. */
export function hostScenario(steps: readonly Step[], change: Record<string, unknown> = {}): Scenario {
  const checked = checkScenario({
    format: scenarioFormat,
    name: 'host',
    title: 'Host',
    machine: { arch: 'vtd', config: { mode: 'legacy' }, tables: '0x40000000', faults: 'acknowledge' },
    spaces: [
      { id: 'dom0', stage: 2, levels: 4, tables: '0x50000000' },
      { id: 'driver', stage: 2, levels: 4, tables: '0x60000000' },
    ],
    bindings: [
      { device: devices[0], domain: 1, second: 'dom0' },
      { device: devices[1], domain: 2, second: 'driver' },
    ],
    software: [{ kind: 'xen', config: { ...config, ...change } }],
    steps: [...steps],
  });
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.value;
}

/** A step that calls Xen: `map`, or `map by=dom0 bfn=0x1`. */
export function call(line: string): Step {
  const [op = '', ...given] = line.split(' ');
  const pairs = given.map((pair): [string, string | number | boolean] => {
    const [name = '', value = ''] = pair.split('=');
    if (name === 'frames') return [name, Number(value)];
    return [name, value === 'true' ? true : value.replaceAll('+', ' ')];
  });
  return { do: 'call', to: 'xen', op, with: Object.fromEntries(pairs) };
}

export function write(at: string, device: string = devices[0]): Step {
  return { do: 'dma', device, access: 'w', at };
}

export function ran(scenario: Scenario): Run {
  const result = run(scenario);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

/** The moment after the last event of each step. */
export function stepEnds(scenario: Scenario, data: Run): readonly Moment[] {
  const view = viewOf(scenario, data, catalogue);
  return data.steps.map((_, index) => momentAt(view, data.steps[index + 1]?.start ?? data.trace.length));
}

/** What Xen and the device did, step by step: sentences of acts, and where each DMA went. */
export function story(lines: readonly Step[], change?: Record<string, unknown>): string {
  const data = ran(hostScenario(lines, change));
  const { verbs } = describeHost(domains);
  return data.steps
    .flatMap(({ start, answer, problem }, index) => {
      if (problem !== undefined) return [`problem ${problem.path}: ${problem.message}`];
      if (answer !== undefined)
        return [answer.ok ? `DMA reaches 0x${answer.page.toString(16)}` : 'DMA is refused'];
      const end = data.steps[index + 1]?.start ?? data.trace.length;
      return Array.from({ length: end - start }, (_, n) => eventAt(data.trace, start + n)).flatMap(
        (event) => {
          if (event.kind !== 'act') return [];
          const said = verbs[event.verb]?.say(event.operands) ?? '';
          return [event.result === 0 ? said : `${said} ${resultText(event.result)}`];
        },
      );
    })
    .join('\n');
}

/** The rows of a ledger as the last step leaves them, as texts: `0x92010: windows, 0x10, 1, dom0`. */
export function rowsAfter(
  lines: readonly Step[],
  which: keyof typeof ledger,
  change?: Record<string, unknown>,
): string {
  const data = ran(hostScenario(lines, change));
  const shape = describeHost(domains).ledgers[ledger[which]];
  const rows = data.software.ledgers.rows[0]?.[ledger[which]] ?? new Map<number, readonly number[]>();
  return [...rows]
    .sort(([a], [b]) => a - b)
    .map(([key, values]) => {
      const cells = shape?.columns.map(({ text }, column) => text(values[column] ?? 0)) ?? [];
      return `${shape?.key.text(key)}: ${cells.join(', ')}`;
    })
    .join('\n');
}
