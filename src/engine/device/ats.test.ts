import { describe, expect, it } from 'vitest';
import { run } from '../run';
import { checkScenario } from '../scenario/parse';
import { printTrace } from '../trace/print';

const page = '0x5000';
/** Where software puts its first structure. */
const rootPage = 0x100;
const card = { id: '0x18', name: 'Card', ats: { entries: 2, pageRequests: 2 } };
const read = { do: 'dma', device: '0x18', access: 'r', at: '0x5040' };
const withPasid = { ...read, pasid: 5 };
const write = { ...read, access: 'w' };

interface Options {
  readonly device?: object;
  readonly mode?: string;
  readonly maps?: readonly (readonly string[])[];
}

/** A device with one page mapped through a second stage, and the same page for PASID 5. */
function scenarioOf(
  steps: readonly object[],
  { device = card, mode = 'scalable', maps = [[page, '0x9000']] }: Options = {},
) {
  const isScalable = mode === 'scalable';
  return {
    format: 'iommuscope/1',
    name: 'ats',
    title: 'ATS',
    machine: { arch: 'vtd', config: { mode }, tables: '0x100000' },
    devices: [device],
    spaces: [{ id: 'second', stage: 2, levels: 3, tables: '0x200000', maps }],
    bindings: [
      { device: '0x18', domain: 1, second: 'second' },
      ...(isScalable ? [{ device: '0x18', pasid: 5, domain: 1, second: 'second' }] : []),
    ],
    steps,
  };
}

function ran(steps: readonly object[], options: Options = {}) {
  const checked = checkScenario(scenarioOf(steps, options));
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  const result = run(checked.value);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return { scenario: checked.value, ...result.value };
}

/** What the device and the queues did, without the machine's own reads, caches and registers. */
function told(...given: Parameters<typeof ran>): string {
  const run = ran(...given);
  const lines = printTrace(run.scenario, run, run.architecture).slice(1);
  const wanted = /Card|device TLB|page request|IOMMU takes|recorded|hardware writes|is told|goes on|problem/;
  return `\n${lines
    .filter((line) => wanted.test(line))
    .map((line) => `      ${line.trim()}\n`)
    .join('')}    `;
}

const invalidate = (fields: object, descriptor = 'dev-tlb-inv') => ({
  do: 'command',
  descriptor,
  fields: { SID: '0x18', ...fields },
});

describe('a device that keeps translations', () => {
  it('asks once, and uses what it was told without a walk', () => {
    expect(told([read, read])).toBe(`
      Card has to read 0x5040 without a PASID, and looks in its own TLB.
      The device TLB of Card has no entry for it: miss.
      Card asks for the translation of 0x5040, to read without a PASID.
      The device is told 0x9000, good for 4 KiB, to read, write, after a walk, 7 memory reads.
      The device TLB of Card keeps PASID none, page 0x5000, size 4 KiB, host page 0x9000, permissions rw-.
      Card asks to read 0x9040 without a PASID, an address that it says is translated.
      The address 0x9040 goes on as it came, no memory reads.
      Card has to read 0x5040 without a PASID, and looks in its own TLB.
      The device TLB of Card answers from slot 0: hit.
      Card asks to read 0x9040 without a PASID, an address that it says is translated.
      The address 0x9040 goes on as it came, no memory reads.
    `);
  });

  it('counts the reads of the translation request as the access’s own', () => {
    const { steps } = ran([read, read, { ...read, at: '0x7000' }]);
    expect(steps.map(({ answer }) => [answer?.ok, answer?.page, answer?.reads])).toEqual([
      [true, 9, 7],
      [true, 9, 0],
      [false, 0, 1],
    ]);
  });

  it('keeps one translation for each PASID', () => {
    const { devices } = ran([read, withPasid, withPasid]);
    expect(devices.caches[0]?.used).toBe(2);
  });

  it('goes on using a page that is unmapped and flushed from the IOTLB alone', () => {
    const unmap = { do: 'unmap', space: 'second', from: page };
    const iotlb = { do: 'command', descriptor: 'iotlb-inv', fields: { G: 1 } };
    const ends = (steps: readonly object[]) => ran([read, unmap, ...steps, read]).steps.at(-1)?.answer?.ok;
    expect(ends([iotlb])).toBe(true);
    expect(ends([iotlb, invalidate({ ADDR: page })])).toBe(false);
    expect(ends([{ do: 'flush', of: 'pages', space: 'second', from: page }])).toBe(false);
    expect(ends([{ do: 'flush', of: 'space', space: 'second' }])).toBe(false);
    expect(ends([{ do: 'flush', of: 'everything' }])).toBe(false);
    expect(ends([{ do: 'flush', of: 'configuration', device: '0x18' }])).toBe(false);
  });

  it.each([
    ['its page', invalidate({ ADDR: page }), 1],
    ['another page', invalidate({ ADDR: '0x6000' }), 2],
    ['two pages by size', invalidate({ ADDR: '0x4000', S: 1 }), 1],
    ['every page', invalidate({ ADDR: '0x7ffffffffffff000', S: 1 }), 1],
    ['its page of another device', invalidate({ SID: '0x19', ADDR: page }), 2],
    ['its page of PASID 5', invalidate({ PASID: 5, ADDR: page }, 'p-dev-tlb-inv'), 1],
    ['its page of PASID 6', invalidate({ PASID: 6, ADDR: page }, 'p-dev-tlb-inv'), 2],
    ['its page of every PASID', invalidate({ PASID: 6, G: 1, ADDR: page }, 'p-dev-tlb-inv'), 0],
  ])('keeps what an invalidation of %s does not name', (_, command, left) => {
    expect(ran([read, withPasid, command]).devices.caches[0]?.used).toBe(left);
  });

  it('has dropped before the wait behind the invalidation writes', () => {
    const wait = { do: 'command', descriptor: 'wait', fields: { SW: 1, SD: 1, SAH: '0x70000' } };
    const { trace, scenario, architecture, steps } = ran([read, invalidate({ ADDR: page }), wait]);
    const lines = printTrace(scenario, { trace, steps } as never, architecture);
    const at = (text: RegExp) => lines.findIndex((line) => text.test(line));
    expect(at(/device TLB of Card forgets/)).toBeGreaterThan(0);
    expect(at(/IOMMU writes 0x1 to 0x70000/)).toBeGreaterThan(at(/device TLB of Card forgets/));
  });

  it('is told to read only, and asks again to write', () => {
    const device = { ...card, ats: { entries: 2 } };
    const maps = [[page, '0x9000', '0x1000', 'r']];
    expect(told([write, read], { device, maps })).toBe(`
      Card has to write 0x5040 without a PASID, and looks in its own TLB.
      The device TLB of Card has no entry for it: miss.
      Card asks for the translation of 0x5040, to write without a PASID.
      The device is told 0x9000, good for 4 KiB, to read, after a walk, 7 memory reads.
      The device TLB of Card keeps PASID none, page 0x5000, size 4 KiB, host page 0x9000, permissions r--.
      Card has to read 0x5040 without a PASID, and looks in its own TLB.
      The device TLB of Card answers from slot 0: hit.
      Card asks to read 0x9040 without a PASID, an address that it says is translated.
      The address 0x9040 goes on as it came, no memory reads.
    `);
  });

  it('works with a legacy context entry that allows it, and is refused by one that does not', () => {
    const device = { ...card, ats: { entries: 2 } };
    const allowed = ran([read], { mode: 'legacy', device });
    expect(allowed.steps[0]?.answer).toMatchObject({ ok: true, page: 9, reads: 5 });
    const plain = { id: '0x18', name: 'Card' };
    for (const type of ['ats', 'translated']) {
      const refused = ran([{ ...read, type }], { mode: 'legacy', device: plain });
      expect(refused.steps[0]?.answer).toMatchObject({ ok: false, reason: 0xd });
      const scalable = ran([{ ...read, type }], { device: plain });
      expect(scalable.steps[0]?.answer).toMatchObject({ ok: false, reason: 0x44 });
    }
  });

  it('sends interrupts untranslated', () => {
    const { devices, steps } = ran([{ ...write, at: '0xfee00000', data: '0x41' }]);
    expect([devices.caches[0]?.used, steps[0]?.answer?.ok]).toEqual([0, true]);
  });
});

describe('a device that asks for pages', () => {
  const respond = (group: number, code = 0) => ({
    do: 'command',
    descriptor: 'page-response',
    fields: { RID: '0x18', PASID: 5, PP: 1, PRGI: group, CODE: code, LPIG: 1 },
  });
  const map = { do: 'map', space: 'second', map: ['0x7000', '0xa000'] };
  const missing = { ...withPasid, at: '0x7040' };

  it('sends a page request, and after the page and the answer have come its access succeeds', () => {
    expect(told([missing, map, respond(1), missing])).toBe(`
      Card has to read 0x7040 with PASID 5, and looks in its own TLB.
      The device TLB of Card has no entry for it: miss.
      Card asks for the translation of 0x7040, to read with PASID 5.
      The device is told that it may not use the page, after a walk, 7 memory reads.
      Card sends a page request for 0x7000, to read with PASID 5, group 1.
      The page request list of Card keeps PASID 5, page 0x7000, group 1, access read.
      The IOMMU takes descriptor 0 from its queue: page group response, PASID present, requester identifier 24, PASID 5, last in group, group 1.
      Card is told of page request group 1: success.
      The page request list of Card forgets the entry in slot 0.
      Card has to read 0x7040 with PASID 5, and looks in its own TLB.
      The device TLB of Card has no entry for it: miss.
      Card asks for the translation of 0x7040, to read with PASID 5.
      The device is told 0xa000, good for 4 KiB, to read, write, after a walk, 3 memory reads.
      The device TLB of Card keeps PASID 5, page 0x7000, size 4 KiB, host page 0xa000, permissions rw-.
      Card asks to read 0xa040 with PASID 5, an address that it says is translated.
      The address 0xa040 goes on as it came, no memory reads.
    `);
  });

  it('has its request in the queue as the manual draws it (VT-d 7.4.1.1)', () => {
    const { memory, machine, architecture, scenario } = ran([{ ...missing, access: 'w' }]);
    const at = (name: string) => {
      const index = architecture.registerShapes(scenario.machine).findIndex(({ id }) => id === name);
      return machine.iommu.registers.words[index * 2] as number;
    };
    const queue = at('PQA') / 4096;
    expect([memory.high(queue, 0).toString(16), memory.low(queue, 0).toString(16)]).toEqual(['5', '180101']);
    expect([memory.high(queue, 8).toString(16), memory.low(queue, 8).toString(16)]).toEqual(['0', '700e']);
    expect([at('PQT'), at('PRS')]).toEqual([32, 1]);
  });

  it('does not ask twice for a page that it waits for, nor beyond its allocation', () => {
    const other = (at: string) => ({ ...withPasid, at });
    const { devices } = ran([missing, missing, other('0x8000'), other('0xb000')]);
    expect(devices.caches[1]?.used).toBe(2);
  });

  it('is told to try again where the queue is full, and software clears the overflow', () => {
    const full = { do: 'register', name: 'PQH', value: '0x20' };
    const clear = [
      { do: 'register', name: 'PRS', value: '0x3' },
      { do: 'register', name: 'PQH', value: '0x0' },
    ];
    const { devices } = ran([full, missing]);
    expect(devices.caches[1]?.used).toBe(0);
    expect(ran([full, missing, ...clear, missing]).devices.caches[1]?.used).toBe(1);
  });

  it.each([
    ['PRE is clear', (word: number) => word & ~0x10, 0x47],
    ['its context entry is gone', () => 0, 0x41],
  ])('is refused, recorded and told so when %s', (_, changed, reason) => {
    const { memory } = ran([]);
    const contexts = memory.low(rootPage, 0) & ~0xfff;
    const word = memory.low(contexts / 4096, 0x18 * 32);
    const { devices, steps, ...rest } = ran([
      { ...read, at: '0x7040', type: 'ats' },
      respond(1),
      {
        do: 'write',
        at: `0x${(contexts + 0x18 * 32).toString(16)}`,
        words: [`0x${changed(word).toString(16)}`],
      },
      { do: 'command', descriptor: 'cc-inv', fields: { G: 1 } },
      { ...read, at: '0x8040', type: 'ats' },
    ]);
    const records = rest.architecture.faultRecords(rest.machine.iommu.registers.words, memory);
    expect(records.map((record) => record.reason)).toEqual([reason]);
    expect(devices.caches[1]?.used).toBe(0);
    expect(steps.at(-1)?.answer?.ok).toBe(false);
  });
});
