import { expect, it } from 'vitest';
import { run } from '../run';
import type { Step } from '../scenario/schema';
import { pausesOf } from './pauses';
import { kindAt } from './trace';

const read: Step = { do: 'dma', device: '0x18', access: 'r', at: '0x1000' };

/** The kinds of the events after which a person may look, in the last step of a run on a POWER host bridge. */
function kindsOfLast(steps: readonly Step[]): readonly (string | undefined)[] {
  const result = run({
    format: 'iommuscope/1',
    name: 'pauses',
    title: 'Pauses',
    machine: { arch: 'tce', config: {} },
    spaces: [
      { id: 'low', stage: 2, levels: 1, tables: '0x50000000', maps: [['0x1000', '0x9000000', '0x4000']] },
    ],
    bindings: [{ device: '0x18', domain: 1, second: 'low' }],
    steps: [...steps],
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const { trace, steps: done } = result.value;
  const start = done.at(-1)?.start ?? 0;
  return [...pausesOf(trace)].filter((count) => count > start).map((count) => kindAt(trace, count - 1));
}

it('a run of kills is one micro-step up to the entry that goes, and one behind it', () => {
  const unmap: Step = { do: 'unmap', space: 'low', from: '0x1000', length: '0x4000' };
  expect(kindsOfLast([unmap])).toEqual(['store', 'sweep']);
  expect(kindsOfLast([read, unmap])).toEqual(['store', 'drop', 'sweep']);
});
