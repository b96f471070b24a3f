import { describe, expect, it } from 'vitest';
import { run } from '../run';
import { checkScenario } from '../scenario/parse';
import { card, page, plain, ran, read } from '../test-support/ats-bench';
import { eventAt } from '../trace/trace';
import { responseCodes } from './port';

const answers = (...given: Parameters<typeof ran>) =>
  ran(...given).steps.flatMap(({ answer }) =>
    answer === undefined ? [] : [answer.ok ? answer.page : 'refused'],
  );

describe.each(['vtd', 'smmuv3', 'amdvi', 'riscv'])('the device’s own cache on %s', (arch) => {
  it('answers the second access without a read, through any stages', () => {
    for (const stage of [2, 'both'] as const) {
      const { steps } = ran(arch, [read, read], { stage });
      expect(steps.map(({ answer }) => [answer?.ok, answer?.page])).toEqual([
        [true, 9],
        [true, 9],
      ]);
      expect(steps[1]?.answer?.reads).toBe(0);
    }
  });

  it('forgets with a flush of the page, of its space, of its configuration and of everything', () => {
    const unmap = { do: 'unmap', space: 'second', from: page };
    const readAfter = (...steps: readonly object[]) => answers(arch, [read, unmap, ...steps, read]);
    expect(readAfter()).toEqual([9, 9]);
    expect(readAfter({ do: 'flush', of: 'pages', space: 'second', from: page })).toEqual([9, 'refused']);
    expect(readAfter({ do: 'flush', of: 'space', space: 'second' })).toEqual([9, 'refused']);
    expect(readAfter({ do: 'flush', of: 'configuration', device: '0x18' })).toEqual([9, 'refused']);
    expect(readAfter({ do: 'flush', of: 'everything' })).toEqual([9, 'refused']);
  });

  it('keeps what a flush leaves out', () => {
    const steps = [read, { do: 'unmap', space: 'second', from: page }];
    for (const flush of [{ of: 'pages', space: 'second', from: page }, { of: 'everything' }])
      expect(answers(arch, [...steps, { do: 'flush', ...flush, devices: false }, read])).toEqual([9, 9]);
  });

  it.each(['success', 'invalid request', 'failure'])('is told of its page request: %s', (answer) => {
    const device = { ...card, ats: { entries: 2, pageRequests: 1 } };
    const respond = { do: 'respond', device: '0x18', group: 1, answer };
    const { trace, devices } = ran(arch, [{ ...read, at: '0x7040' }, respond], { device });
    const told = Array.from({ length: trace.length }, (_, n) => eventAt(trace, n)).flatMap((event) =>
      event.kind === 'pageResponse' ? [responseCodes[event.code]] : [],
    );
    expect([told, devices.caches[1]?.used]).toEqual([[answer], 0]);
  });

  it('is told of no permission where nothing is mapped, and no fault is recorded', () => {
    const { steps, architecture, machine, memory, devices } = ran(arch, [{ ...read, at: '0x7000' }]);
    expect([steps[0]?.answer?.ok, steps[0]?.answer?.reason]).toEqual([false, 0]);
    expect(architecture.faultRecords(machine.iommu.registers.words, memory)).toEqual([]);
    expect(devices.caches[0]?.used).toBe(0);
  });

  it('keeps nothing of a device without ats, which asks with its own address', () => {
    expect(ran(arch, [read], { device: plain }).devices.caches).toEqual([]);
  });
});

describe('what a machine lets a device do', () => {
  it.each([
    ['vtd', 'ats', 0x44, true],
    ['vtd', 'translated', 0x44, true],
    ['smmuv3', 'ats', 0x05, true],
    ['smmuv3', 'translated', 0x07, true],
    ['amdvi', 'ats', 0x80, true],
    ['amdvi', 'translated', 0x80, true],
    ['riscv', 'ats', 260, true],
    ['riscv', 'translated', 260, true],
  ] as const)('on %s refuses a request of type %s without ATS', (arch, type, reason, isRecorded) => {
    const { steps, ...rest } = ran(arch, [{ ...read, type }], { device: plain });
    expect(steps[0]?.answer).toMatchObject({ ok: false, reason });
    const records = rest.architecture.faultRecords(rest.machine.iommu.registers.words, rest.memory);
    expect(records.length > 0).toBe(isRecorded);
  });

  it('on SMMUv3 lets every translated request pass while ATSCHK is clear (SMMUv3 3.9.1.3)', () => {
    const translated = { ...read, type: 'translated', at: '0x1234000' };
    expect(answers('smmuv3', [translated], { device: plain, config: { cr0: '0xd' } })).toEqual([0x1234]);
  });

  it('on SMMUv3 tells guest addresses with EATS 2, and translates them at the second stage', () => {
    const { memory } = ran('smmuv3', [], { stage: 'both' });
    const at = streamEntry(memory);
    const low = (memory.low(at.page, at.offset + 8) & ~0x30000000) | 0x20000000;
    const word = BigInt(memory.high(at.page, at.offset + 8)) * 2n ** 32n + BigInt(low >>> 0);
    const steps = [
      {
        do: 'write',
        at: `0x${(at.page * 4096 + at.offset + 8).toString(16)}`,
        words: [`0x${word.toString(16)}`],
      },
      { ...read, type: 'ats' },
      read,
    ];
    const { steps: results, devices } = ran('smmuv3', steps, { stage: 'both' });
    expect(devices.caches[0]?.get(0, 4)).toBe(8);
    expect(results.map(({ answer }) => answer?.page)).toEqual([undefined, 8, 9]);
  });

  it('on SMMUv3 refuses both kinds while it is off', () => {
    for (const [type, reason] of [
      ['ats', 0x05],
      ['translated', 0x07],
    ] as const) {
      const { steps } = ran('smmuv3', [{ ...read, type }], { config: { cr0: '0xc' } });
      expect(steps[0]?.answer).toMatchObject({ ok: false, reason });
    }
  });

  it('on SMMUv3 takes ATC_INV as illegal without ATS', () => {
    const command = { do: 'command', descriptor: 'atc-inv', fields: { StreamID: '0x18', Size: 52 } };
    const { architecture, machine, memory } = ran('smmuv3', [command], {
      device: plain,
      config: { idr0: '0xd4c101b' },
    });
    expect(architecture.queueView(memory, machine.iommu.registers.words).error).not.toBe('');
  });
});

it('two devices with a cache of their own cannot have one number', () => {
  const scenario = {
    format: 'iommuscope/1',
    name: 'twice',
    title: 'Twice',
    machine: { arch: 'vtd', config: {} },
    devices: [card, card],
    steps: [],
  };
  const checked = checkScenario(scenario);
  const result = checked.ok ? run(checked.value) : checked;
  expect(result.ok ? [] : result.problems.map(({ path }) => path)).toEqual(['devices[1].id']);
});

/** Where software has put the stream entry of 0x18: the only 64 bytes whose first word says V and both stages. */
function streamEntry(memory: ReturnType<typeof ran>['memory']): { page: number; offset: number } {
  for (const page of memory.pages())
    for (let offset = 0; offset < 4096; offset += 64)
      if (
        (memory.low(page, offset) & 0xf) === 0xf &&
        (memory.low(page, offset + 8) & 0x30000000) === 0x10000000
      )
        return { page, offset };
  throw new Error('there is no stream entry');
}
