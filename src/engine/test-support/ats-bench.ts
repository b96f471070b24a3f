import { run } from '../run';
import { checkScenario } from '../scenario/parse';

/** The page that is mapped. */
export const page = '0x5000';
export const card = { id: '0x18', name: 'Card', ats: { entries: 2 } };
export const plain = { id: '0x18', name: 'Card' };
export const read = { do: 'dma', device: '0x18', access: 'r', at: '0x5040' };

interface Options {
  readonly device?: object;
  readonly stage?: 1 | 2 | 'both';
  readonly config?: object;
  readonly maps?: readonly (readonly string[])[];
}

/** A device behind one stage or two, with one page mapped to page 9. */
export function ran(
  arch: string,
  steps: readonly object[],
  { device = card, stage = 2, config = {}, maps = [[page, '0x9000']] }: Options = {},
) {
  const guestMaps = [
    ['0x60000000', '0x60000000', '0x10000'],
    ['0x8000', '0x9000'],
  ];
  const second = { id: 'second', stage: 2, levels: 3, tables: '0x20000000' };
  const first = { id: 'first', stage: 1, levels: 4, tables: '0x60000000' };
  const checked = checkScenario({
    format: 'iommuscope/1',
    name: 'ats',
    title: 'ATS',
    machine: { arch, config, tables: '0x100000' },
    devices: [device],
    spaces: [
      { ...second, maps: stage === 'both' ? guestMaps : maps },
      stage === 'both' ? { ...first, over: 'second', maps: [[page, '0x8000']] } : { ...first, maps },
    ],
    bindings: [
      {
        device: '0x18',
        domain: 1,
        ...(stage === 1 ? {} : { second: 'second' }),
        ...(stage === 2 ? {} : { first: 'first' }),
      },
    ],
    steps,
  });
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  const result = run(checked.value);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const problems = result.value.steps.flatMap(({ problem }) => problem ?? []);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return result.value;
}

/** The low half of a register. */
export function registerOf({ architecture, machine }: ReturnType<typeof ran>, name: string): number {
  const shapes = architecture.registerShapes({ arch: architecture.id, config: {} });
  return machine.iommu.registers.words[shapes.findIndex(({ id }) => id === name) * 2] as number;
}
