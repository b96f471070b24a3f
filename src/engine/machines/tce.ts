import type { Architecture, Machine } from '../architecture';
import { encode, readField, readPage } from '../bits/access';
import { hexWord, parseWord, splitAddress, type Word64 } from '../bits/hex';
import { fieldOf, type Layout } from '../bits/layout';
import { deviceText } from '../bits/text';
import { PageWriter } from '../drivers/shared/page-writer';
import { Room } from '../drivers/tce/room';
import { TceSoftware } from '../drivers/tce/software';
import type { Memory } from '../memory/memory';
import type { Problem } from '../scenario/problem';
import type { MachineSpec } from '../scenario/schema';
import { cacheText } from '../tce/cache-text';
import { cacheShapes, defaultGeometries } from '../tce/caches';
import { faultTexts } from '../tce/faults';
import { deviceBits } from '../tce/find-endpoint';
import { TceIommu } from '../tce/iommu';
import { callOf } from '../tce/layouts/calls';
import { deviceTableBase, errorStatus, windowTableBase } from '../tce/layouts/registers';
import { register, registerShapes } from '../tce/registers';
import { structures } from '../tce/structures';
import { survey } from '../tce/survey';
import { faultRecords, queueView } from '../tce/views';
import type { TraceWriter } from '../trace/trace';
import { usualWords } from '../words';
import { geometriesOf, unknownSettings, wordSetting } from './settings';
import { windowSettings, windowsOfSpec } from './tce-windows';

const known = ['rtt_bar', 'tvt_bar', ...windowSettings];
/** Room for the entries of 65,536 requesters. */
const deviceTablePages = 128;

/** A POWER host bridge with PEs, windows and TCEs as the rest of the program sees it. */
export const tce: Architecture = {
  id: 'tce',
  name: 'POWER TCE',
  words: { ...usualWords, tables: ['first-stage', 'TCE'], stages: ['Stage 1', 'TCE table'], leafLevel: 0 },
  deviceBits,
  structures,
  descriptors: Object.values(callOf),
  caches: cacheShapes,
  geometries: defaultGeometries,
  faults: faultTexts,
  registerShapes: () => registerShapes,
  build,
  survey,
  queueView,
  faultRecords,
  cacheText,
};

function build(spec: MachineSpec, memory: Memory, trace: TraceWriter): Machine | readonly Problem[] {
  const problems = unknownSettings(spec, 'POWER TCE', known);
  const caches = geometriesOf(spec, cacheShapes, defaultGeometries, problems);
  const windows = windowsOfSpec(spec, problems);
  const first = splitAddress(parseWord(spec.tables ?? '0x100000') ?? { low: 0x100000, high: 0 }).page;
  const writer = new PageWriter(memory, trace, first);
  const config = {
    rtt_bar:
      wordSetting(spec, 'rtt_bar', problems) ??
      at(deviceTableBase, { EN: 1, Base: writer.allocate(deviceTablePages) }),
    tvt_bar: wordSetting(spec, 'tvt_bar', problems) ?? at(windowTableBase, { Base: writer.allocate() }),
    caches,
    seed: spec.seed ?? 1,
  };
  if (problems.length > 0) return problems;
  const iommu = new TceIommu(config, memory, trace);
  const room = new Room();
  room.claim('the requester table', pageIn(deviceTableBase, config.rtt_bar), deviceTablePages);
  room.claim('the window table', pageIn(windowTableBase, config.tvt_bar), 1);
  return {
    iommu,
    software: new TceSoftware(iommu, writer, windows, room),
    faultFields: ({ record }) => (record < 0 ? { recorded: false } : errorFields(iommu)),
    answerFields: () => ({}),
  };
}

/** The error that is recorded, as recorded answers name its fields. */
function errorFields({ registers }: TceIommu): Readonly<Record<string, number | boolean | string>> {
  const wordsOf = (index: number): [number, number] => [registers.low(index), registers.high(index)];
  const read = (name: string): number =>
    readField(fieldOf(errorStatus, name), wordsOf(register.TCE_ERR_STATUS));
  return {
    recorded: true,
    reason: read('Reason'),
    pe: read('PE'),
    device: deviceText(read('RID')),
    address: hexWord(...wordsOf(register.TCE_ERR_LOG)),
  };
}

function pageIn(layout: Layout, { low, high }: Word64): number {
  return readPage(fieldOf(layout, 'Base'), [low, high]);
}

function at(layout: Layout, values: Readonly<Record<string, number>>): Word64 {
  const [low, high] = encode(layout, values);
  return { low: low as number, high: high as number };
}
