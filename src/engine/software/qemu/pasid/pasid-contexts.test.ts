import { describe, expect, it } from 'vitest';
import type { Scenario, Step } from '../../../scenario/schema';
import { call, setUpProblems, told } from '../../../test-support/software-told';

const base: Scenario = {
  format: 'iommuscope/1',
  name: 'contexts',
  title: 'Contexts',
  machine: { arch: 'vtd', config: { mode: 'scalable' }, tables: '0x40000000' },
  spaces: [
    { id: 'five', stage: 1, levels: 4, tables: '0x50000000', maps: [['0x1000', '0xaaa000']] },
    { id: 'seven', stage: 1, levels: 4, tables: '0x60000000', maps: [['0x1000', '0xbbb000']] },
  ],
  bindings: [
    { device: '0x18', pasid: 5, domain: 1, first: 'five' },
    { device: '0x18', pasid: 7, domain: 1, passThrough: true },
  ],
  software: [{ kind: 'qemu', config: { part: 'pasid' } }],
  steps: [],
};

const send = (pasid: number, by: string): Step =>
  call('qemu', 'dma', { device: '0x18', pasid, access: 'r', at: '0x1040', by });
const changed = (keep: boolean): Step => call('qemu', 'table-changed', { device: '0x18', keep });
const rewriteSeven: readonly Step[] = [
  { do: 'bind', binding: { device: '0x18', pasid: 7, domain: 1, first: 'seven' } },
  { do: 'flush', of: 'configuration', device: '0x18', pasid: 7 },
];
const saidBy = (...steps: readonly Step[]): readonly string[] => told({ ...base, steps: [...steps] });

describe('the method that takes a PASID', () => {
  it('makes no address space and answers as the unit does', () => {
    expect(saidBy(send(5, 'method'))).toEqual([
      'Device 00:03.0 has a PASID context; its method is called: translate(5, 0x1040).',
      'PASID contexts: 00:03.0, asked once.',
      'The request goes on to host address 0xaaa040, after a walk, 8 memory reads.',
    ]);
  });

  it('sees a new entry as soon as the unit does', () => {
    expect(saidBy(send(7, 'method'), ...rewriteSeven, send(7, 'method')).at(-1)).toMatch(/0xbbb040/);
  });

  it('is for requests with a PASID: others have the ordinary space', () => {
    const plain = call('qemu', 'dma', { device: '0x18', access: 'r', at: '0x1040', by: 'method' });
    expect(saidBy(plain)[0]).toMatch(/no PASID and has no address space for it: QEMU makes vtd-03.0\./);
  });
});

describe('an address space made on first use', () => {
  it('is made once for each PASID: 5, 7, 5 makes two', () => {
    const said = saidBy(send(5, 'space'), send(7, 'space'), send(5, 'space'));
    expect(said.filter((line) => line.includes('QEMU makes'))).toHaveLength(2);
    expect(said.filter((line) => line.startsWith('Address spaces'))).toEqual([
      'Address spaces: vtd-03.0-pasid-5, requester 00:03.0, PASID 5, kind translated, made at call 1.',
      'Address spaces: vtd-03.0-pasid-7, requester 00:03.0, PASID 7, kind pass-through, made at call 2.',
    ]);
  });

  it('leads past the unit when it was made for pass-through, also when the entry is another by then', () => {
    expect(saidBy(send(7, 'space'), ...rewriteSeven, send(7, 'space')).at(-1)).toBe(
      'The address space vtd-03.0-pasid-7 leads past the unit: 0x1040 goes on unchanged, and nobody is asked.',
    );
  });

  it.each([false, true])('is right again when QEMU hears of the change (kept: %s)', (keep) => {
    const said = saidBy(send(7, 'space'), ...rewriteSeven, changed(keep), send(7, 'space'));
    expect(said.some((line) => line.includes('host address 0xbbb040'))).toBe(true);
    expect(said.filter((line) => line.endsWith('is gone.'))).toHaveLength(keep ? 0 : 1);
    expect(said.at(-1)).toMatch(/kind translated/);
  });

  it('leads to the unit when its first request was refused', () => {
    expect(saidBy(send(9, 'space')).at(-1)).toMatch(/pasid-9, .*kind translated/);
  });

  it('is not dropped when another entry has changed', () => {
    const one = call('qemu', 'table-changed', { device: '0x18', pasid: 7 });
    expect(saidBy(send(5, 'space'), send(7, 'space'), one).slice(-1)).toEqual([
      'Address spaces: vtd-03.0-pasid-7 is gone.',
    ]);
  });
});

describe('a scenario with this part', () => {
  it.each<[string, Step, string]>([
    ['an operation that there is not', call('qemu', 'fly', {}), 'steps[0].op'],
    ['a way that there is not', send(5, 'magic'), 'steps[0].with.by'],
    [
      'an address that is none',
      call('qemu', 'dma', { device: '0x18', access: 'r', at: 'x' }),
      'steps[0].with.at',
    ],
    [
      'an argument that nobody asked for',
      call('qemu', 'count', { processes: 1, colour: 2 }),
      'steps[0].with.colour',
    ],
  ])('says what is wrong with %s', (_, step, path) => {
    expect(saidBy(step)).toEqual([expect.stringContaining(`${path}:`)]);
  });

  it.each([
    [{}, 'software[0].config.part'],
    [{ part: 'none' }, 'software[0].config.part'],
    [{ part: 'pasid', name: 3 }, 'software[0].config.name'],
    [{ part: 'pasid', topology: ['function 00:03.0'] }, 'software[0].config.topology'],
  ])('refuses the configuration %j', (config, path) => {
    expect(setUpProblems({ ...base, software: [{ kind: 'qemu', config }] })).toEqual([path]);
  });
});
