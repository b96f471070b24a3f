import { describe, expect, it } from 'vitest';
import type { Scenario, Step } from '../../../scenario/schema';
import { call, setUpProblems, told } from '../../../test-support/software-told';

const topology = [
  'function 00:03.0',
  'bridge 00:1c.0 pcie-to-pci secondary 2',
  'function 02:01.0',
  'function 02:02.0',
  'function 00:19.0 unisolated',
  'function 00:19.1 unisolated',
];
const base: Scenario = {
  format: 'iommuscope/1',
  name: 'sharing',
  title: 'Sharing',
  machine: { arch: 'vtd', config: { mode: 'scalable' }, tables: '0x40000000' },
  spaces: [
    { id: 'one', stage: 2, levels: 4, tables: '0x50000000', maps: [['0x1000', '0xaaa000']] },
    { id: 'two', stage: 2, levels: 4, tables: '0x60000000', maps: [['0x1000', '0xbbb000']] },
  ],
  software: [{ kind: 'qemu', config: { part: 'sharing', topology } }],
  steps: [],
};

const saidBy = (...steps: readonly Step[]): readonly string[] => told({ ...base, steps: [...steps] });
const ask = (device: string): Step => call('qemu', 'ask', { device });
const attach = (device: string, space: string, domain: number): Step =>
  call('qemu', 'attach', { device, space, domain });
const send = (device: string): Step => call('qemu', 'dma', { device, access: 'r', at: '0x1040' });

describe('devices that share', () => {
  it('ask for one address space from behind one bridge', () => {
    const said = saidBy(ask('0x208'), ask('0x210'), ask('0x18'));
    expect(said.filter((line) => line.startsWith('QEMU makes'))).toEqual([
      'QEMU makes the address space of requester 02:00.0.',
      'QEMU makes the address space of requester 00:03.0.',
    ]);
  });

  it('reach each other’s buffers when the IOMMU sees one requester', () => {
    expect(saidBy(attach('0x208', 'one', 3), send('0x210')).slice(-2)).toEqual([
      'On its way up the request of Device 02:02.0 (02:02.0) gets another requester ID: 02:00.0.',
      'The request goes on to host address 0xaaa040, after a walk, 8 memory reads.',
    ]);
  });

  it('go to a domain together: both functions of a slot are bound', () => {
    const said = saidBy(attach('0xc8', 'two', 4), send('0xc9'));
    expect(said.at(-1)).toMatch(/host address 0xbbb040/);
  });

  it('cannot be given to two domains, and nothing is written then', () => {
    const said = saidBy(attach('0xc8', 'two', 4), attach('0xc9', 'one', 5), send('0xc9'));
    expect(said.find((line) => line.includes('domain 5'))).toMatch(/The answer is -EBUSY\.$/);
    expect(said.at(-1)).toMatch(/host address 0xbbb040/);
  });

  it('are met by one translation in a domain that two groups share', () => {
    const said = saidBy(attach('0x18', 'one', 2), attach('0xc8', 'one', 2), send('0x18'), send('0xc8'));
    expect(said.at(-1)).toMatch(/answered by the IOTLB/);
  });

  it('are refused when the topology does not have them', () => {
    expect(saidBy(ask('0x20'))).toEqual([expect.stringMatching(/^steps\[0\]\.with\.device: .*00:04\.0/)]);
  });

  it.each([
    [{ part: 'sharing' }, ['software[0].config.topology']],
    [{ part: 'sharing', topology: [], platform: 'vax' }, ['software[0].config.platform']],
    [{ part: 'sharing', topology: ['function 00:03.0', 'x'] }, ['software[0].config.topology[1]']],
  ])('%j is no configuration', (config, paths) => {
    expect(setUpProblems({ ...base, software: [{ kind: 'qemu', config }] })).toEqual(paths);
  });
});
