import type { Architecture, Machine } from '../architecture';
import { encode, readField } from '../bits/access';
import { hexAddress, hexWord, parseWord, splitAddress, type Word64 } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import { MachineSoftware } from '../drivers/shared/machine-software';
import { PageWriter } from '../drivers/shared/page-writer';
import { SmmuDriver } from '../drivers/smmuv3/driver';
import { splitBits } from '../drivers/smmuv3/stream-table';
import type { Memory } from '../memory/memory';
import type { Problem } from '../scenario/problem';
import type { MachineSpec } from '../scenario/schema';
import { cacheText } from '../smmuv3/cache-text';
import { cacheShapes, defaultGeometries } from '../smmuv3/caches';
import { eventBytes } from '../smmuv3/event-queue';
import { eventTexts } from '../smmuv3/faults';
import { SmmuIommu } from '../smmuv3/iommu';
import { commandOf, event } from '../smmuv3/layouts/commands';
import { streamTable, streamTableFormat } from '../smmuv3/layouts/registers';
import { commandView, eventViews } from '../smmuv3/queue-view';
import { registerShapes } from '../smmuv3/registers';
import { Ring } from '../smmuv3/ring';
import { structures } from '../smmuv3/structures';
import { survey } from '../smmuv3/survey';
import type { TraceWriter } from '../trace/trace';
import { usualWords } from '../words';
import { geometriesOf, unknownSettings, wordSetting } from './settings';

/** Registers that are taken from a scenario, and those that this model has no use for. */
const taken = ['idr0', 'idr1', 'idr5', 'cr0', 'cr2', 'gbpa', 'strtab_base', 'strtab_base_cfg'];
const known = [...taken, 'idr2', 'idr3', 'idr4', 'aidr', 'iidr', 'invalid'];
/** Both stages, ATS with its check, page requests, two-level tables, 16-bit ASIDs and VMIDs; 16-bit streams and substreams; 48-bit addresses, every granule. */
const standard = { idr0: 0x0d4d141b, idr1: 0x02730410, idr5: 0x75, cr0: 0x1d, cr2: 0x2, gbpa: 0 };
const streamBits = 16;
const twoLevels = 1;
const log2Commands = 8;
const log2Events = 7;

/** Arm's SMMUv3 as the rest of the program sees it. */
export const smmuv3: Architecture = {
  id: 'smmuv3',
  name: 'Arm SMMUv3',
  words: {
    ...usualWords,
    guestAddress: 'IPA',
    processTable: 'context descriptor',
    leafLevel: 3,
    growsDown: true,
  },
  deviceBits: 32,
  structures,
  descriptors: Object.values(commandOf),
  caches: cacheShapes,
  geometries: defaultGeometries,
  faults: eventTexts,
  registerShapes: () => registerShapes,
  build,
  survey,
  queueView: commandView,
  faultRecords: eventViews,
  cacheText,
};

function build(spec: MachineSpec, memory: Memory, trace: TraceWriter): Machine | readonly Problem[] {
  const problems = unknownSettings(spec, 'SMMUv3', known);
  const caches = geometriesOf(spec, cacheShapes, defaultGeometries, problems);
  const first = splitAddress(parseWord(spec.tables ?? '0x100000') ?? { low: 0x100000, high: 0 }).page;
  const writer = new PageWriter(memory, trace, first);
  const word = (name: keyof typeof standard): Word64 =>
    wordSetting(spec, name, problems) ?? { low: standard[name], high: 0 };
  const table = wordSetting(spec, 'strtab_base', problems);
  const registers = {
    IDR0: word('idr0'),
    IDR1: word('idr1'),
    IDR5: word('idr5'),
    CR0: word('cr0'),
    CR2: word('cr2'),
    GBPA: word('gbpa'),
    STRTAB_BASE: table ?? wordOf(encode(streamTable, { ADDR: writer.allocate() * 64 })),
    STRTAB_BASE_CFG:
      wordSetting(spec, 'strtab_base_cfg', problems) ??
      wordOf(encode(streamTableFormat, { FMT: twoLevels, SPLIT: splitBits, LOG2SIZE: streamBits })),
    CMDQ_BASE: Ring.baseAt(writer.allocate(), log2Commands),
    EVENTQ_BASE: Ring.baseAt(writer.allocate(), log2Events),
  };
  const invalid = spec.config['invalid'] ?? 'read';
  if (invalid !== 'read' && invalid !== 'cached')
    problems.push({
      path: 'machine.config.invalid',
      message: 'Invalid stream table entries are read every time, or cached.',
    });
  if (problems.length > 0) return problems;
  const config = { registers, caches, seed: spec.seed ?? 1, cachesInvalidStreams: invalid === 'cached' };
  const iommu = new SmmuIommu(config, memory, trace);
  const software = new MachineSoftware(iommu, writer, new SmmuDriver(iommu, writer));
  return {
    iommu,
    software,
    faultFields: ({ record }) => (record < 0 ? { recorded: false } : eventFields(iommu, memory, record)),
    answerFields: () => ({}),
  };
}

/** An event of the queue, as recorded answers name its fields. */
function eventFields(
  iommu: SmmuIommu,
  memory: Memory,
  place: number,
): Readonly<Record<string, number | boolean | string>> {
  const { page, offset } = iommu.events.ring.at(place);
  const words: number[] = [];
  const wholes: string[] = [];
  for (let byte = 0; byte < eventBytes; byte += 8) {
    const low = memory.low(page, offset + byte);
    const high = memory.high(page, offset + byte);
    words.push(low, high);
    wholes.push(hexWord(low, high));
  }
  const read = (name: string): number => readField(fieldOf(event, name), words);
  return {
    recorded: true,
    type: read('Number'),
    words: wholes.join(' '),
    sid: hexWord(read('StreamID'), 0),
    s2: read('S2'),
    class: read('CLASS'),
    ipa: hexAddress(read('IPA')),
    inputAddr: hexWord(read('AddressL'), read('AddressH')),
  };
}

function wordOf([low, high]: readonly number[]): Word64 {
  return { low: low as number, high: high as number };
}
