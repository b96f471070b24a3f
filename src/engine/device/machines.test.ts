import { describe, expect, it } from 'vitest';
import { run } from '../run';
import { checkScenario } from '../scenario/parse';
import { eventAt } from '../trace/trace';
import { responseCodes } from './port';

const page = '0x5000';
const card = { id: '0x18', name: 'Card', ats: { entries: 2 } };
const plain = { id: '0x18', name: 'Card' };
const read = { do: 'dma', device: '0x18', access: 'r', at: '0x5040' };

interface Options {
  readonly device?: object;
  readonly stage?: 1 | 2 | 'both';
  readonly config?: object;
  readonly maps?: readonly (readonly string[])[];
}

/** A device behind one stage or two, with one page mapped to page 9. */
function ran(
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

function registerOf({ architecture, machine }: ReturnType<typeof ran>, name: string): number {
  const shapes = architecture.registerShapes({ arch: architecture.id, config: {} });
  return machine.iommu.registers.words[shapes.findIndex(({ id }) => id === name) * 2] as number;
}

describe('page requests on SMMUv3', () => {
  const device = { id: '0x18', name: 'Card', ats: { entries: 2, pageRequests: 1 } };
  const missing = { ...read, at: '0x7040', access: 'w' };
  const respond = (Resp: number) => ({
    do: 'command',
    descriptor: 'pri-resp',
    fields: { StreamID: '0x18', PRGIndex: 1, Resp },
  });

  it('are entries of the queue in memory, and wait for PRI_RESP (SMMUv3 8, 4.5)', () => {
    const asked = ran('smmuv3', [missing], { device });
    const page = registerOf(asked, 'PRIQ_BASE') / 4096;
    const words = [0, 8].flatMap((at) => [
      asked.memory.high(Math.floor(page), at),
      asked.memory.low(Math.floor(page), at),
    ]);
    expect(words.map((word) => word.toString(16))).toEqual(['60000000', '18', '0', '7001']);
    expect([registerOf(asked, 'PRIQ_PROD'), asked.devices.caches[1]?.used]).toEqual([1, 1]);
    for (const code of [0, 1, 2])
      expect(ran('smmuv3', [missing, respond(code)], { device }).devices.caches[1]?.used).toBe(0);
    expect(ran('smmuv3', [missing, respond(3)], { device }).devices.caches[1]?.used).toBe(1);
  });

  it('are answered at once while PRIQEN is clear, and lost but answered while the queue is full', () => {
    const off = { do: 'register', name: 'CR0', value: '0x1d' };
    expect(ran('smmuv3', [off, missing], { device }).devices.caches[1]?.used).toBe(0);
    const full = { do: 'register', name: 'PRIQ_CONS', value: '0x100' };
    const lost = ran('smmuv3', [full, missing], { device });
    expect([registerOf(lost, 'PRIQ_PROD') >>> 31, lost.devices.caches[1]?.used]).toEqual([1, 0]);
    const emptied = { do: 'register', name: 'PRIQ_CONS', value: '0x0' };
    const known = { do: 'register', name: 'PRIQ_CONS', value: '0x80000000' };
    const asked = (...steps: readonly object[]) =>
      ran('smmuv3', [full, missing, ...steps, missing], { device }).devices.caches[1]?.used;
    expect([asked(emptied), asked(known)]).toEqual([0, 1]);
  });
});

describe('page requests on RISC-V', () => {
  const device = { id: '0x18', name: 'Card', ats: { entries: 2, pageRequests: 1 } };
  const missing = { ...read, at: '0x7040', access: 'w' };
  const respond = {
    do: 'command',
    descriptor: 'ats-prgr',
    fields: { RID: '0x18', PAYLOADH: 1 },
  };
  const off = { do: 'register', name: 'pqcsr', value: '0x0' };

  it('are records in memory, and wait for ATS.PRGR (RISC-V IOMMU 4.3, 4.1.4)', () => {
    const asked = ran('riscv', [missing], { device });
    const page = Math.floor(registerOf(asked, 'pqb') / 2 ** 10);
    const words = [0, 8].flatMap((at) => [asked.memory.high(page, at), asked.memory.low(page, at)]);
    expect(words.map((word) => word.toString(16))).toEqual(['1800', '0', '0', '700e']);
    expect([registerOf(asked, 'pqt'), asked.devices.caches[1]?.used]).toEqual([1, 1]);
    expect(ran('riscv', [missing, respond], { device }).devices.caches[1]?.used).toBe(0);
  });

  it('are answered by the unit while the queue is off or full, without a fault', () => {
    const full = { do: 'register', name: 'pqh', value: '0x1' };
    for (const before of [off, full]) {
      const result = ran('riscv', [before, missing], { device });
      expect([registerOf(result, 'pqt'), result.devices.caches[1]?.used]).toEqual([0, 0]);
      expect(registerOf(result, 'fqt')).toBe(0);
    }
    const result = ran('riscv', [full, missing, { do: 'register', name: 'pqcsr', value: '0x201' }], {
      device,
    });
    expect((registerOf(result, 'pqcsr') >> 9) & 1).toBe(0);
  });

  it('are refused with cause 260 of a message without EN_PRI', () => {
    const result = ran('riscv', [missing], { device: { ...device, ats: { entries: 2 } } });
    const request = {
      device: 0x18,
      pasid: -1,
      access: 1,
      privileged: false,
      type: 2,
      page: 7,
      offset: 0,
      data: 0,
    };
    result.machine.iommu.askForPage(request, 3);
    const [record] = result.architecture.faultRecords(result.machine.iommu.registers.words, result.memory);
    expect(record).toMatchObject({ reason: 260 });
    const page = Math.floor(registerOf(result, 'fqb') / 2 ** 10);
    expect([result.memory.high(page, 0) & 0xfc, result.memory.low(page, 16)]).toEqual([9 * 4, 4]);
  });
});

describe('page requests on AMD-Vi', () => {
  const device = { id: '0x18', name: 'Card', ats: { entries: 2, pageRequests: 1 } };
  const missing = { ...read, at: '0x7040', access: 'w' };
  const respond = { do: 'command', descriptor: 'complete-ppr', fields: { DeviceID: '0x18', Tag: 1 } };

  it('are entries of the log in memory, and wait for COMPLETE_PPR_REQUEST (AMD IOMMU 2.6, 2.4.7)', () => {
    const asked = ran('amdvi', [missing], { device });
    const page = registerOf(asked, 'ppr_base') / 4096;
    const words = [0, 8].flatMap((at) => [asked.memory.high(page, at), asked.memory.low(page, at)]);
    expect(words.map((word) => word.toString(16))).toEqual(['10600201', '18', '0', '7000']);
    expect([registerOf(asked, 'ppr_tail'), asked.devices.caches[1]?.used]).toEqual([16, 1]);
    expect(registerOf(asked, 'status') & 0xe0).toBe(0xc0);
    expect(ran('amdvi', [missing, respond], { device }).devices.caches[1]?.used).toBe(0);
  });

  it('are lost while the log is full, and nobody answers', () => {
    const full = ran('amdvi', [{ do: 'register', name: 'ppr_head', value: '0x10' }, missing], { device });
    expect([registerOf(full, 'ppr_tail'), full.devices.caches[1]?.used]).toEqual([0, 1]);
    expect(registerOf(full, 'status') & 0x20).toBe(0x20);
  });

  it('are refused and logged while they are switched off', () => {
    const off = { do: 'register', name: 'control', value: '0x11005' };
    const refused = ran('amdvi', [off, missing], { device });
    const records = refused.architecture.faultRecords(refused.machine.iommu.registers.words, refused.memory);
    expect(records.length).toBe(1);
    expect(refused.devices.caches[1]?.used).toBe(0);
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
