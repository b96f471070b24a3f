import { describe, expect, it } from 'vitest';
import { tce } from '../machines/tce';
import { prepare, type Run, run } from '../run';
import type { Scenario, Step } from '../scenario/schema';
import { emptyOutcome, emptyRequest } from '../step-runner';
import { printTrace } from '../trace/print';
import { faultTexts, reason } from './faults';

/** Requester table at 0x10000, window table at 0x20000; device 1 is in PE 1, device 2 in PE 1, device 3 in PE 2. */
const bars = { rtt_bar: '0x8000000000010000', tvt_bar: '0x20000' };
const devices = {
  '0x10008': '0x8000000000000001',
  '0x10010': '0x8000000000000001',
  '0x10018': '0x8000000000000002',
};
/** Flat, 512 TCEs of 4 KiB at 0x30000; two levels of 512 TCEs of 64 KiB at 0x40000. */
const windows = { '0x20010': '0x300101', '0x20018': '0x402105', '0x20020': '0x310101' };
const tables = {
  '0x30000': '0xa00003',
  '0x30008': '0xb00001',
  '0x30010': '0xc00002',
  '0x30018': '0xd00000',
  '0x31000': '0xe00003',
  '0x40000': '0x41003',
  '0x41008': '0x1234ffff3',
  '0x40008': '0x42000',
};
const high = 0x0800_0000_0000_0000n;

function scenarioOf(steps: readonly Step[], memory: Readonly<Record<string, string>> = {}): Scenario {
  return {
    format: 'iommuscope/1',
    name: 'tce',
    title: 'TCE',
    machine: { arch: 'tce', config: bars },
    memory: { ...devices, ...windows, ...tables, ...memory },
    steps: [...steps],
  };
}

function runOf(steps: readonly Step[], memory: Readonly<Record<string, string>> = {}): Run {
  const result = run(scenarioOf(steps, memory));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

/** The page of each answer, or its reason; `+` when the TCE cache answered. */
function answersOf(steps: readonly Step[], memory: Readonly<Record<string, string>> = {}): readonly string[] {
  return runOf(steps, memory).steps.flatMap(({ answer }) => {
    if (answer === undefined) return [];
    if (!answer.ok) return [`refused ${faultTexts.get(answer.reason)?.abbr}`];
    return [`0x${answer.page.toString(16)}${answer.source === 1 ? '+' : ''}`];
  });
}

const read = (at: string, device = '0x1'): Step => ({ do: 'dma', device, access: 'r', at });
const write = (at: string, device = '0x1'): Step => ({ do: 'dma', device, access: 'w', at });
const inHigh = (offset: number): string => `0x${(high + BigInt(offset)).toString(16)}`;

describe('translation through a window', () => {
  it('reads the requester entry, the window entry and the TCE', () => {
    const scenario = scenarioOf([read('0x123'), read('0x123', '0x2')]);
    const lines = printTrace(scenario, runOf(scenario.steps), tce);
    expect(lines.slice(3).join('\n')).toMatchInlineSnapshot(`
      "   Device 00:00.1 asks to read 0x123 without a PASID.
         The IOMMU reads requester entry (RTE) 1 at 0x10008: it says the device is in a PE.
         The IOMMU reads window entry (TVE) 2 at 0x20010: it points to 0x30000.
         The TCE cache has no entry for it: miss.
         The IOMMU reads entry 0x0 of the host’s TCE level-0 table at 0x30000: it points to 0xa00000.
         The TCE cache keeps PE 1, page 0x0, size 4 KiB, host page 0xa00000, permissions rw.
         The request goes on to host address 0xa00123, after a walk, 3 memory reads.

      2. dma
         Device 00:00.2 asks to read 0x123 without a PASID.
         The IOMMU reads requester entry (RTE) 2 at 0x10010: it says the device is in a PE.
         The IOMMU reads window entry (TVE) 2 at 0x20010: it points to 0x30000.
         The TCE cache answers from slot 4: hit.
         The request goes on to host address 0xa00123, answered by the TCE cache, 2 memory reads."
    `);
  });

  it('goes through two levels of the 64-bit window, and leaves out what lies below its page size', () => {
    expect(answersOf([read(inHigh(0x1_5678))])).toEqual(['0x1234f5']);
  });

  it('passes on the address where the window does not translate', () => {
    expect(answersOf([read(inHigh(0x77_0000))], { '0x20018': '0x100' })).toEqual(['0x770']);
  });

  it('is answered by the cache for another device of the PE, and not for one of another PE', () => {
    const steps = [read('0x0'), read('0x0', '0x2'), read('0x0', '0x3'), read('0x0', '0x3')];
    expect(answersOf(steps)).toEqual(['0xa00', '0xa00+', '0xe00', '0xe00+']);
  });
});

describe('a refused request', () => {
  it.each<[string, Step, Readonly<Record<string, string>>, number]>([
    ['a device without an entry', read('0x0', '0x9'), {}, reason.noEndpoint],
    ['a device beyond the requester table', read('0x0', '0x200'), {}, reason.noEndpoint],
    ['a PE that does not exist', read('0x0'), { '0x10008': '0x8000000000000100' }, reason.endpointTooLarge],
    ['a PASID', { do: 'dma', device: '0x1', pasid: 1, access: 'r', at: '0x0' }, {}, reason.notSupported],
    ['a window that was not opened', read(inHigh(0), '0x3'), {}, reason.noWindow],
    ['address bits above 59', read('0x1000000000000000'), {}, reason.noWindow],
    ['a window of six levels', read('0x0'), { '0x20010': '0x30a101' }, reason.badWindow],
    ['an index beyond the table', read('0x200000'), {}, reason.beyondTable],
    ['an indirect TCE that is not in use', read(inHigh(0x200_0000)), {}, reason.noTable],
    [
      'an indirect TCE that leads out of memory',
      read(inHigh(0)),
      { '0x40000': '0xff00000000041003' },
      reason.unreadableTable,
    ],
    ['a TCE with neither permission', read('0x3000'), {}, reason.noPermission],
    ['a read where only writes are allowed', read('0x2000'), {}, reason.noRead],
    ['a write where only reads are allowed', write('0x1000'), {}, reason.noWrite],
  ])('%s is told as such', (_, step, memory, code) => {
    const [result] = runOf([step], memory).steps;
    expect(result?.answer?.reason).toBe(code);
    expect(faultTexts.get(code)?.found).toMatch(/\.$/);
    expect(faultTexts.get(code)?.cause).toMatch(/\.$/);
  });

  it.each([
    ['requester', 0x10, reason.unreadableDevice],
    ['window', 0x20, reason.unreadableWindow],
    ['TCE', 0x30, reason.unreadableTable],
  ])('by a %s table that cannot be read is told as such', (_, page, code) => {
    const prepared = prepare(scenarioOf([]));
    if (!prepared.ok) throw new Error('no machine');
    const { memory, machine } = prepared.value;
    memory.markUnreadable(page);
    const outcome = emptyOutcome();
    machine.iommu.translate({ ...emptyRequest(), device: 1 }, outcome);
    expect(outcome.reason).toBe(code);
  });

  it('is refused by a requester table that is off', () => {
    const steps: Step[] = [{ do: 'register', name: 'RTT_BAR', value: '0x10000' }, read('0x0')];
    expect(answersOf(steps)).toEqual(['refused RTT_OFF']);
  });

  it('is recorded, and the next one only after software has freed the record', () => {
    const steps: Step[] = [write('0x1000'), read('0x3000'), { do: 'acknowledge' }, read('0x3000', '0x2')];
    const faults = runOf(steps).steps.flatMap(({ answer }) => (answer === undefined ? [] : [answer.fault]));
    expect(faults).toEqual([
      { recorded: true, reason: reason.noWrite, pe: 1, device: '00:00.1', address: '0x1000' },
      { recorded: false },
      { recorded: true, reason: reason.noPermission, pe: 1, device: '00:00.2', address: '0x3000' },
    ]);
  });
});

describe('a TCE that changes in memory', () => {
  const change: Step = { do: 'write', at: '0x30000', words: ['0x0'] };
  const kill = (value: string): Step => ({ do: 'register', name: 'TCE_KILL', value });

  it('stays in the cache without a kill', () => {
    expect(answersOf([read('0x0'), change, read('0x0')])).toEqual(['0xa00', '0xa00+']);
  });

  it.each([
    ['everything', '0x8000000000000000'],
    ['its PE', '0x4000000000000001'],
    ['its page', '0x2000000000000001'],
  ])('is gone after a kill of %s', (_, value) => {
    expect(answersOf([read('0x0'), change, kill(value), read('0x0')])).toEqual([
      '0xa00',
      'refused TCE_INVALID',
    ]);
  });

  it.each([
    ['another PE', '0x4000000000000002'],
    ['another page', '0x2000000000001001'],
    ['nothing', '0x1'],
  ])('stays after a kill of %s', (_, value) => {
    expect(answersOf([read('0x0'), change, kill(value), read('0x0')])).toEqual(['0xa00', '0xa00+']);
  });
});
