import type { Workload, WorkloadFile } from '../engine/artefacts/workload';
import { hexAddress } from '../engine/bits/hex';
import { type Scenario, scenarioFormat } from '../engine/scenario/schema';

const count = 10_000;
const firstDevicePage = 0x7f3a9c000;
const firstGuestPage = 0x180000;
const firstHostPage = 0x2c0000;
const stride = 7;

/** Workloads of any machine, alike those of the reference model: two stages cold, one stage cold, hits. */
export function machineWorkloads(arch: string): readonly WorkloadFile[] {
  const mapsOf = (from: number, to: number): [string, string][] =>
    Array.from({ length: count }, (_, n) => [hexAddress(from + n * stride), hexAddress(to + n * stride)]);
  const shared: Omit<Scenario, 'spaces' | 'bindings'> = {
    format: scenarioFormat,
    name: 'workload',
    title: 'Workload',
    machine: { arch, config: {}, tables: '0x1000000000' },
    steps: [],
  };
  const nested: Scenario = {
    ...shared,
    spaces: [
      {
        id: 'guest',
        stage: 2,
        levels: 4,
        tables: '0x1100000000',
        maps: mapsOf(firstGuestPage, firstHostPage),
      },
      {
        id: 'process',
        stage: 1,
        levels: 4,
        over: 'guest',
        tables: '0x40000000',
        maps: mapsOf(firstDevicePage, firstGuestPage),
      },
    ],
    bindings: [{ device: '0x18', pasid: 5, domain: 2, first: 'process', second: 'guest' }],
  };
  const single: Scenario = {
    ...shared,
    spaces: [
      {
        id: 'host',
        stage: 2,
        levels: 4,
        tables: '0x1100000000',
        maps: mapsOf(firstDevicePage, firstHostPage),
      },
    ],
    bindings: [{ device: '0x18', domain: 2, second: 'host' }],
  };
  return [
    {
      scenario: nested,
      workloads: [workload('two-stage-walk', 'cold', 5), workload('iotlb-hit', 'warm', 5)],
    },
    { scenario: single, workloads: [workload('single-stage-walk', 'cold', -1)] },
  ];
}

function workload(name: string, temperature: Workload['temperature'], pasid: number): Workload {
  return {
    name,
    temperature,
    device: 0x18,
    pasid,
    access: 0,
    privileged: false,
    pages: Float64Array.from({ length: count }, (_, n) => firstDevicePage + ((n * 4099) % count) * stride),
    answers: Float64Array.from({ length: count }, (_, n) => firstHostPage + ((n * 4099) % count) * stride),
  };
}
