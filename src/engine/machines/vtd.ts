import type { Architecture, Machine } from '../architecture';
import { readField, writeField } from '../bits/access';
import { joinAddress, parseWord, splitAddress, type Word64 } from '../bits/hex';
import { fieldOf, type Layout } from '../bits/layout';
import { MachineSoftware } from '../drivers/shared/machine-software';
import { PageWriter } from '../drivers/shared/page-writer';
import { VtdDriver } from '../drivers/vtd/driver';
import type { Memory } from '../memory/memory';
import type { Outcome } from '../request';
import type { Problem } from '../scenario/problem';
import type { MachineSpec } from '../scenario/schema';
import type { TraceWriter } from '../trace/trace';
import { cacheText } from '../vtd/cache-text';
import { cacheShapes, defaultGeometries } from '../vtd/caches';
import { faultReasons } from '../vtd/faults';
import { VtdIommu } from '../vtd/iommu';
import { descriptorOfType } from '../vtd/layouts/descriptors';
import { capability, faultRecord, rootTableAddress } from '../vtd/layouts/registers';
import { queueAddressWord } from '../vtd/queue';
import { faultRecords, queueView } from '../vtd/queue-view';
import { registerShapes } from '../vtd/registers';
import { structures } from '../vtd/structures';
import { survey } from '../vtd/survey';
import { usualWords } from '../words';
import { geometriesOf, unknownSettings, wordSetting } from './settings';

/** What a unit has that does not say otherwise: every mode and size, 57-bit addresses, eight fault records. */
const defaults = {
  cap: '0x11d2078c22780e06',
  ecap: '0x22e99ce4f00fdf',
  gsts: '0xc4000000',
  haw: 48,
} as const;

const known = ['cap', 'ecap', 'rtaddr', 'gsts', 'iqa', 'irta', 'haw', 'ver', 'mode', 'width'];

/** Intel VT-d as the rest of the program sees it. */
export const vtd: Architecture = {
  id: 'vtd',
  name: 'Intel VT-d',
  words: usualWords,
  deviceBits: 16,
  structures,
  descriptors: Object.values(descriptorOfType),
  caches: cacheShapes,
  geometries: defaultGeometries,
  faults: faultReasons,
  registerShapes(spec) {
    const cap = parseWord(textOf(spec, 'cap')) ?? { low: 0, high: 0 };
    return registerShapes(capField('NFR', cap) + 1, capField('FRO', cap) * 16);
  },
  build(spec, memory, trace) {
    return build(spec, memory, trace);
  },
  survey,
  queueView,
  faultRecords,
  cacheText,
};

function build(spec: MachineSpec, memory: Memory, trace: TraceWriter): Machine | readonly Problem[] {
  const problems = unknownSettings(spec, 'VT-d', known);
  const word = (name: 'cap' | 'ecap' | 'gsts'): Word64 => {
    const parsed = parseWord(textOf(spec, name));
    if (parsed === undefined)
      problems.push({ path: `machine.config.${name}`, message: 'is not a 64-bit hexadecimal number' });
    return parsed ?? { low: 0, high: 0 };
  };
  const cap = word('cap');
  const ecap = word('ecap');
  const gsts = word('gsts');
  const hostWidth = Number(spec.config['haw'] ?? defaults.haw);
  if (!Number.isInteger(hostWidth) || hostWidth < 32 || hostWidth > 52) {
    problems.push({
      path: 'machine.config.haw',
      message: 'The host address width is a whole number from 32 to 52.',
    });
  }
  const caches = geometriesOf(spec, cacheShapes, defaultGeometries, problems);
  const first = splitAddress(parseWord(spec.tables ?? '0x100000') ?? { low: 0x100000, high: 0 }).page;
  const writer = new PageWriter(memory, trace, first);
  const rtaddr = rootOf(spec, writer, problems);
  const isScalable = readField(fieldOf(rootTableAddress, 'TTM'), [rtaddr.low, rtaddr.high]) === 1;
  const width = spec.config['width'] === undefined ? isScalable : spec.config['width'] === 256;
  const iqa = wordSetting(spec, 'iqa', problems) ?? queueAddressWord(writer.allocate(), width, 0);
  const irta = wordSetting(spec, 'irta', problems) ?? { low: 0, high: 0 };
  if (problems.length > 0) return problems;
  const config = { cap, ecap, rtaddr, gsts, iqa, irta, hostWidth, caches, seed: spec.seed ?? 1 };
  const iommu = new VtdIommu(config, memory, trace);
  const driver = new VtdDriver(iommu, writer, isScalable, splitAddress(rtaddr).page);
  const software = new MachineSoftware(iommu, writer, driver);
  return { iommu, software, faultFields: (outcome) => faultFields(iommu, outcome), answerFields: () => ({}) };
}

/** The fields of the record that the outcome points to, as recorded answers name them (VT-d 11.4.7.6). */
function faultFields(iommu: VtdIommu, outcome: Outcome): Readonly<Record<string, number | boolean | string>> {
  if (outcome.record < 0) return { recorded: false };
  const words = iommu.faults.words(outcome.record);
  const read = (name: string): number => readField(fieldOf(faultRecord, name), words);
  const address = joinAddress(read('FI'), 0);
  return {
    recorded: true,
    reason: read('FR'),
    sid: read('SID'),
    fi: `0x${(address.high * 2 ** 32 + address.low).toString(16)}`,
    t1: read('T1'),
    t2: read('T2'),
    pp: read('PP'),
    pv: read('PV'),
    exe: read('EXE'),
    priv: read('PRIV'),
  };
}

/** RTADDR as given, or a fresh root table in the mode that the configuration names. */
function rootOf(spec: MachineSpec, writer: PageWriter, problems: Problem[]): Word64 {
  const parsed = wordSetting(spec, 'rtaddr', problems);
  if (parsed !== undefined) return parsed;
  const mode = spec.config['mode'] ?? 'scalable';
  if (mode !== 'scalable' && mode !== 'legacy') {
    problems.push({ path: 'machine.config.mode', message: 'The mode is legacy or scalable.' });
  }
  const page = writer.allocate();
  writer.own(page, 'host');
  const address = joinAddress(page, 0);
  const words = [address.low, address.high];
  writeField(fieldOf(rootTableAddress, 'TTM'), words, 0, mode === 'scalable' ? 1 : 0);
  return { low: words[0] as number, high: words[1] as number };
}

function textOf(spec: MachineSpec, name: 'cap' | 'ecap' | 'gsts'): string {
  return String(spec.config[name] ?? defaults[name]);
}

function capField(name: string, cap: Word64): number {
  return readField(fieldOf(capability as Layout, name), [cap.low, cap.high]);
}
