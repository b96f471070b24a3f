import { describe, expect, it } from 'vitest';
import { prepare, run } from '../run';
import type { Scenario, Step } from '../scenario/schema';
import { StepRunner } from '../step-runner';
import { eventTexts } from './faults';

type Words = Readonly<Record<string, string>>;

/** A linear stream table at 0x10000, entry 1 first; contexts at 0x20000; stage-1 tables from 0x30000, stage-2 tables from 0x40000. */
function answersOf(
  memory: Words,
  steps: readonly Step[],
  config: Readonly<Record<string, string>> = {},
): readonly string[] {
  const result = run(scenarioOf(memory, steps, config));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value.steps.map(({ answer }) => {
    if (answer?.ok === true) return `0x${answer.page.toString(16)}`;
    const recorded = answer?.fault['recorded'] === true ? '' : ', not recorded';
    return `event 0x${answer?.reason.toString(16)}${recorded}`;
  });
}

function scenarioOf(
  memory: Words,
  steps: readonly Step[],
  config: Readonly<Record<string, string>>,
): Scenario {
  return {
    format: 'iommuscope/1',
    name: 'arm',
    title: 'SMMUv3',
    machine: {
      arch: 'smmuv3',
      config: { strtab_base: '0x10000', strtab_base_cfg: '0x8', ...config },
      tables: '0x900000',
    },
    memory,
    steps: [...steps],
  };
}

const read = (at: string, pasid?: number, device = '0x1'): Step => ({
  do: 'dma',
  device,
  access: 'r',
  at,
  ...(pasid === undefined ? {} : { pasid }),
});
const write = (at: string): Step => ({ do: 'dma', device: '0x1', access: 'w', at });

/** Stage 1 with one context descriptor at 0x20000. */
const first: Words = { '0x10040': '0x2000b' };
/** Stage 1 with four context descriptors, and what comes of requests without a substream. */
const substreams = (rule: number): Words => ({
  '0x10040': '0x100000000002000b',
  '0x10048': `0x${rule.toString(16)}`,
});
/** 4 KiB granule, 39-bit addresses, upper half off, 44-bit output, AArch64, record and abort. */
const context: Words = { '0x20000': '0x16204c0000019', '0x20008': '0x30000' };
const descriptor = (at: string, value: string): Words => ({ [at]: value });
/** Three levels to the page of address 0: its leaf at 0x32000. */
const tables: Words = {
  ...descriptor('0x30000', '0x31003'),
  ...descriptor('0x31000', '0x32003'),
};
const usable: Words = { ...first, ...context, ...tables };

describe('an event', () => {
  it.each<[string, number, Words, Step, Readonly<Record<string, string>>?]>([
    ['a stream beyond the table', 0x02, {}, read('0x0', undefined, '0x100')],
    ['a stream entry that is not valid', 0x04, {}, read('0x0')],
    ['no substream where one is needed', 0x06, { ...substreams(0), ...context }, read('0x0')],
    ['substream 0 where it is kept for others', 0x06, { ...substreams(2), ...context }, read('0x0', 0)],
    [
      'a translated request of a stream without ATS',
      0x07,
      usable,
      { ...read('0x0'), type: 'translated' } as Step,
    ],
    ['a substream that the stream does not have', 0x08, { ...substreams(0), ...context }, read('0x0', 4)],
    ['a substream of a stream without any', 0x08, usable, read('0x0', 1)],
    ['a context descriptor that is not valid', 0x0a, first, read('0x0')],
    ['an invalid descriptor', 0x10, usable, read('0x0')],
    ['an address beyond the tables', 0x10, usable, read('0x8000000000')],
    ['an address in the upper half that is off', 0x10, usable, read('0xffffffff00000000')],
    [
      'a leaf beyond the output size',
      0x11,
      { ...usable, ...descriptor('0x32000', '0xf00000050443') },
      read('0x0'),
    ],
    [
      'a leaf whose access flag is clear',
      0x12,
      { ...usable, ...descriptor('0x32000', '0x50043') },
      read('0x0'),
    ],
    ['a write to a page for reading', 0x13, { ...usable, ...descriptor('0x32000', '0x504c3') }, write('0x0')],
  ])('%s', (_, event, memory, step, config) => {
    expect(answersOf(memory, [step], config)).toEqual([`event 0x${event.toString(16)}`]);
    expect(eventTexts.has(event)).toBe(true);
  });

  it.each<[string, number, number, Words, string]>([
    ['a stream table', 0x03, 0x10, usable, '0x10040'],
    ['a context descriptor', 0x09, 0x20, usable, '0x20000'],
    ['a table', 0x0b, 0x31, usable, '0x31000'],
  ])('%s that cannot be read, with the place that was read', (_, event, page, memory, place) => {
    const scenario = scenarioOf(memory, [read('0x0')], {});
    const prepared = prepare(scenario);
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.problems));
    prepared.value.memory.markUnreadable(page);
    const runner = new StepRunner(scenario, prepared.value);
    const { answer } = runner.perform(scenario.steps[0] as Step, 0);
    expect(answer?.reason).toBe(event);
    expect(String(answer?.fault['words']).split(' ')[3]).toBe(place);
    expect(eventTexts.has(event)).toBe(true);
  });

  it('is not recorded when the descriptor says so, when the stream aborts, and when nobody wants bad streams', () => {
    const silent = { ...usable, '0x20000': '0x14204c0000019' };
    expect(answersOf(silent, [read('0x0')])).toEqual(['event 0x10, not recorded']);
    expect(answersOf({ '0x10040': '0x1' }, [read('0x0')])).toEqual(['event 0x100, not recorded']);
    expect(answersOf({}, [read('0x0', undefined, '0x100')], { cr2: '0x0' })).toEqual([
      'event 0x2, not recorded',
    ]);
    expect(answersOf({}, [read('0x0')], { cr0: '0xc', gbpa: '0x100000' })).toEqual([
      'event 0x100, not recorded',
    ]);
  });

  it('each says what was found and what usually causes it', () => {
    for (const { name, found, cause } of eventTexts.values()) {
      expect(name).not.toBe('');
      expect(found).toMatch(/\.$/);
      expect(cause).toMatch(/\.$/);
    }
  });
});

describe('translation', () => {
  const leaf = descriptor('0x32000', '0x50443');

  it('goes through three levels, and bypasses where the stream, S1DSS or the SMMU says so', () => {
    expect(answersOf({ ...usable, ...leaf }, [read('0x0')])).toEqual(['0x50']);
    expect(answersOf({ '0x10040': '0x9' }, [read('0x7000')])).toEqual(['0x7']);
    expect(answersOf({ ...substreams(1), ...context }, [read('0x7000')])).toEqual(['0x7']);
    expect(answersOf({}, [read('0x7000')], { cr0: '0xc' })).toEqual(['0x7']);
  });

  it('takes context 0 for requests without a substream when S1DSS is 2', () => {
    expect(answersOf({ ...substreams(2), ...context, ...tables, ...leaf }, [read('0x0')])).toEqual(['0x50']);
  });

  it('remembers an unmapped page until TLBI and SYNC', () => {
    const steps: readonly Step[] = [
      read('0x0'),
      { do: 'write', at: '0x32000', words: ['0x0'] },
      read('0x0'),
      { do: 'command', words: ['0x0001000000000012', '0x0'] },
      { do: 'command', words: ['0x46', '0x0'] },
      read('0x0'),
    ];
    const answers = answersOf({ ...usable, ...leaf }, steps);
    expect([answers[0], answers[2], answers[5]]).toEqual(['0x50', '0x50', 'event 0x10']);
  });

  it('goes on refusing a stream whose invalid entry is cached, until CFGI', () => {
    const steps: readonly Step[] = [
      read('0x7000'),
      { do: 'write', at: '0x10040', words: ['0x9'] },
      read('0x7000'),
      { do: 'command', words: ['0x0000000100000003', '0x1'] },
      { do: 'command', words: ['0x46', '0x0'] },
      read('0x7000'),
    ];
    const ofReads = (answers: readonly string[]) => [answers[0], answers[2], answers[5]];
    expect(ofReads(answersOf({}, steps, { invalid: 'cached' }))).toEqual(['event 0x4', 'event 0x4', '0x7']);
    expect(ofReads(answersOf({}, steps))).toEqual(['event 0x4', '0x7', '0x7']);
    expect(run(scenarioOf({}, steps, { invalid: 'kept' })).ok).toBe(false);
  });
});
