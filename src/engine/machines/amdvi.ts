import { cacheText } from '../amdvi/cache-text';
import { cacheShapes, defaultGeometries } from '../amdvi/caches';
import { eventReasons } from '../amdvi/faults';
import { AmdIommu } from '../amdvi/iommu';
import { commandOf, event } from '../amdvi/layouts/commands';
import { deviceTable, ringBase } from '../amdvi/layouts/registers';
import { commandView, eventViews } from '../amdvi/queue-view';
import { registerShapes } from '../amdvi/registers';
import { structures } from '../amdvi/structures';
import { survey } from '../amdvi/survey';
import type { Architecture, Machine } from '../architecture';
import { encode, readField } from '../bits/access';
import { parseWord, splitAddress, type Word64 } from '../bits/hex';
import { fieldOf, type Layout } from '../bits/layout';
import { AmdDriver } from '../drivers/amdvi/driver';
import { MachineSoftware } from '../drivers/shared/machine-software';
import { PageWriter } from '../drivers/shared/page-writer';
import type { Memory } from '../memory/memory';
import type { Problem } from '../scenario/problem';
import type { MachineSpec } from '../scenario/schema';
import type { TraceWriter } from '../trace/trace';
import { usualWords } from '../words';
import { geometriesOf, unknownSettings, wordSetting } from './settings';

const known = ['efr', 'control', 'devtab_base', 'cmdbuf_base', 'evtlog_base'];
/** Six host levels, guest tables with three GCR3 levels, no-execute, page requests, invalidate all. */
const efr: Word64 = { low: 0x2000_0000 + 0x985a, high: 0x1_0033 };
/** IommuEn, EventLogEn, CmdBufEn, GTEn. */
const control: Word64 = { low: 0x11005, high: 0 };
const smallestRing = 8;
/** Of 128 device entries each: buses 0 to 3. */
const tablePages = 8;

/** AMD-Vi as the rest of the program sees it. */
export const amdvi: Architecture = {
  id: 'amdvi',
  name: 'AMD-Vi',
  words: { ...usualWords, stages: ['Guest table', 'Host table'], processTable: 'GCR3 table' },
  deviceBits: 16,
  structures,
  descriptors: Object.values(commandOf),
  caches: cacheShapes,
  geometries: defaultGeometries,
  faults: eventReasons,
  registerShapes: () => registerShapes,
  build,
  survey,
  queueView: commandView,
  faultRecords: eventViews,
  cacheText,
};

function build(spec: MachineSpec, memory: Memory, trace: TraceWriter): Machine | readonly Problem[] {
  const problems = unknownSettings(spec, 'AMD-Vi', known);
  const caches = geometriesOf(spec, cacheShapes, defaultGeometries, problems);
  const first = splitAddress(parseWord(spec.tables ?? '0x100000') ?? { low: 0x100000, high: 0 }).page;
  const writer = new PageWriter(memory, trace, first);
  const ring = (): Word64 => at(ringBase, { Base: writer.allocate(), Length: smallestRing });
  const config = {
    efr: wordSetting(spec, 'efr', problems) ?? efr,
    control: wordSetting(spec, 'control', problems) ?? control,
    devtab_base:
      wordSetting(spec, 'devtab_base', problems) ??
      at(deviceTable, { Base: writer.allocate(tablePages), Size: tablePages - 1 }),
    cmdbuf_base: wordSetting(spec, 'cmdbuf_base', problems) ?? ring(),
    evtlog_base: wordSetting(spec, 'evtlog_base', problems) ?? ring(),
    caches,
    seed: spec.seed ?? 1,
  };
  if (problems.length > 0) return problems;
  const iommu = new AmdIommu(config, memory, trace);
  const software = new MachineSoftware(iommu, writer, new AmdDriver(iommu, writer));
  return {
    iommu,
    software,
    faultFields: ({ record }) => (record < 0 ? { recorded: false } : eventFields(iommu, memory, record)),
    answerFields: () => ({}),
  };
}

/** The fields of a logged event, as recorded answers name them. */
function eventFields(
  iommu: AmdIommu,
  memory: Memory,
  index: number,
): Readonly<Record<string, number | boolean | string>> {
  const { page, offset } = iommu.log.ring.placeOf(index);
  const words = [0, 8].flatMap((byte) => [memory.low(page, offset + byte), memory.high(page, offset + byte)]);
  const read = (name: string): number => readField(fieldOf(event, name), words);
  return { recorded: true, type: read('Code'), deviceId: `0x${read('DeviceID').toString(16)}` };
}

function at(layout: Layout, values: Readonly<Record<string, number>>): Word64 {
  const [low, high] = encode(layout, values);
  return { low: low as number, high: high as number };
}
