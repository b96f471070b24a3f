import { describe, expect, it } from 'vitest';
import { run } from '../run';
import type { Scenario, Step } from '../scenario/schema';
import { eventReasons } from './faults';

/** A device table at 0x10000 whose entry 1 is `first`, with tables from 0x20000. */
function answersOf(
  words: readonly [string, string],
  memory: Readonly<Record<string, string>>,
  steps: readonly Step[],
): readonly string[] {
  const scenario: Scenario = {
    format: 'iommuscope/1',
    name: 'amd',
    title: 'AMD-Vi',
    machine: { arch: 'amdvi', config: { devtab_base: '0x10000' }, tables: '0x900000' },
    memory: { '0x10020': words[0], '0x10028': words[1], ...memory },
    steps: [...steps],
  };
  const result = run(scenario);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value.steps.map(({ answer }) =>
    answer?.ok === true ? `0x${answer.page.toString(16)}` : `0x${answer?.reason.toString(16)}`,
  );
}

const read = (at: string, pasid?: number): Step => ({
  do: 'dma',
  device: '0x1',
  access: 'r',
  at,
  ...(pasid === undefined ? {} : { pasid }),
});
/** Mode 1, root 0x20000, IR and IW, TV and V. */
const oneLevel = ['0x6000000000020203', '0x5'] as const;

describe('translation', () => {
  it.each<[string, readonly [string, string], Readonly<Record<string, string>>, Step, number]>([
    ['a reserved bit of the device entry', ['0x6000000000020207', '0x5'], {}, read('0x0'), 0x10],
    ['an entry that is not present', oneLevel, {}, read('0x0'), 0x20],
    ['a reserved bit of a page entry', oneLevel, { '0x20000': '0x6010000000030001' }, read('0x0'), 0x21],
    ['a page without permission to read', oneLevel, { '0x20000': '0x4000000000030001' }, read('0x0'), 0x22],
    ['a table of the same level', oneLevel, { '0x20000': '0x6000000000030201' }, read('0x0'), 0x23],
    ['an address beyond the mode', oneLevel, {}, read('0x200000'), 0x24],
    ['an entry without TV', ['0x6000000000020201', '0x5'], {}, read('0x0'), 0x25],
    ['a PASID without guest tables', oneLevel, {}, read('0x0', 1), 0x27],
    ['paging mode 7', ['0x6000000000020e03', '0x5'], {}, read('0x0'), 0x28],
  ])('%s is refused', (_, words, memory, step, reason) => {
    expect(answersOf(words, memory, [step])).toEqual([`0x${reason.toString(16)}`]);
    expect(eventReasons.has(reason)).toBe(true);
  });

  it('passes a device whose entry is not valid, and one of mode 0', () => {
    expect(answersOf(['0x0', '0x0'], {}, [read('0x5000')])).toEqual(['0x5']);
    expect(answersOf(['0x6000000000000003', '0x0'], {}, [read('0x5000')])).toEqual(['0x5']);
  });

  it('finds a page of 64 KiB by its trailing ones, whatever copy of the entry is read', () => {
    const memory = Object.fromEntries(
      Array.from({ length: 16 }, (_, n) => [`0x${(0x20000 + n * 8).toString(16)}`, '0x6000000100017e01']),
    );
    expect(answersOf(oneLevel, memory, [read('0x3000'), read('0xf000')])).toEqual(['0x100013', '0x10001f']);
  });

  it('goes through guest tables and GCR3 on top of host tables', () => {
    // Guest: PASID 2 has its GCR3 entry at guest 0x4000; tables at guest 0x5000 to 0x8000; the page at guest 0x9000.
    const host = Object.fromEntries(
      [4, 5, 6, 7, 8, 9].map((page) => [
        `0x${(0x20000 + page * 8).toString(16)}`,
        `0x60000000000${(0x40 + page).toString(16)}001`,
      ]),
    );
    const guest = {
      '0x44010': '0x5001',
      '0x45000': '0x6007',
      '0x46000': '0x7007',
      '0x47000': '0x8007',
      '0x48000': '0x9007',
    };
    // GV, GLX 0, GCR3 root 0x4000: bits 14:12 are 4.
    const entry = ['0x7080000000020203', '0x5'] as const;
    expect(answersOf(entry, { ...host, ...guest }, [read('0x0', 2), read('0x0', 2)])).toEqual([
      '0x49',
      '0x49',
    ]);
    expect(answersOf(entry, { ...host, ...guest }, [read('0x1000', 2)])).toEqual(['0x20']);
  });

  it('keeps the permissions of one device from another of the same domain', () => {
    const memory = {
      '0x20000': '0x6000000000030001',
      '0x10040': '0x2000000000020203',
      '0x10048': '0x5',
    };
    const write: Step = { do: 'dma', device: '0x2', access: 'w', at: '0x0' };
    expect(answersOf(oneLevel, memory, [read('0x0'), write])).toEqual(['0x30', '0x22']);
  });
});
