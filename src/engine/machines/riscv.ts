import type { Architecture, Machine } from '../architecture';
import { readField } from '../bits/access';
import { hexAddress, hexWord, parseWord, splitAddress, type Word64 } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import { RiscvDriver } from '../drivers/riscv/driver';
import { MachineSoftware } from '../drivers/shared/machine-software';
import { PageWriter } from '../drivers/shared/page-writer';
import type { Memory } from '../memory/memory';
import type { DmaRequest, Outcome } from '../request';
import { cacheText } from '../riscv/cache-text';
import { cacheShapes, defaultGeometries } from '../riscv/caches';
import { faultCauses } from '../riscv/faults';
import { RiscvIommu } from '../riscv/iommu';
import { commandOf, faultRecord } from '../riscv/layouts/commands';

import { commandView, faultViews } from '../riscv/queue-view';
import { registerShapes } from '../riscv/registers';
import { may } from '../riscv/stage-format';
import { structures } from '../riscv/structures';
import { survey } from '../riscv/survey';
import { grantsExecute } from '../riscv/translate';
import type { Problem } from '../scenario/problem';
import type { MachineSpec } from '../scenario/schema';
import type { TraceWriter } from '../trace/trace';
import { usualWords } from '../words';
import { geometriesOf, unknownSettings } from './settings';

/** Every mode up to Sv57, 56-bit addresses, MSI tables, ATS, hardware A and D. */
const defaults = { capabilities: '0x1f803ef8f10', fctl: '0x0' } as const;
const known = ['capabilities', 'fctl', 'ddtp', 'cqb', 'fqb', 'mode'];
const ats = 2;

/** The RISC-V IOMMU as the rest of the program sees it. */
export const riscv: Architecture = {
  id: 'riscv',
  name: 'RISC-V IOMMU',
  words: { ...usualWords, leafLevel: 0 },
  deviceBits: 24,
  structures,
  descriptors: Object.values(commandOf).flat(),
  caches: cacheShapes,
  geometries: defaultGeometries,
  faults: faultCauses,
  registerShapes: () => registerShapes,
  build,
  survey,
  queueView: commandView,
  faultRecords: faultViews,
  cacheText,
};

function build(spec: MachineSpec, memory: Memory, trace: TraceWriter): Machine | readonly Problem[] {
  const problems = unknownSettings(spec, 'The RISC-V IOMMU', known);
  const caches = geometriesOf(spec, cacheShapes, defaultGeometries, problems);
  const first = splitAddress(parseWord(spec.tables ?? '0x100000') ?? { low: 0x100000, high: 0 }).page;
  const writer = new PageWriter(memory, trace, first);
  const word = (name: string, otherwise: () => string): Word64 => {
    const parsed = parseWord(String(spec.config[name] ?? otherwise()));
    if (parsed === undefined)
      problems.push({ path: `machine.config.${name}`, message: 'is not a 64-bit hexadecimal number' });
    return parsed ?? { low: 0, high: 0 };
  };
  const inPage = (low: number): string => {
    const page = writer.allocate();
    return hexWord(((page % 2 ** 22) * 2 ** 10 + low) >>> 0, Math.floor(page / 2 ** 22));
  };
  const config = {
    capabilities: word('capabilities', () => defaults.capabilities),
    fctl: word('fctl', () => defaults.fctl),
    ddtp: word('ddtp', () => inPage(4)),
    cqb: word('cqb', () => inPage(7)),
    fqb: word('fqb', () => inPage(6)),
    caches,
    seed: spec.seed ?? 1,
  };
  if (problems.length > 0) return problems;
  const iommu = new RiscvIommu(config, memory, trace);
  return {
    iommu,
    software: new MachineSoftware(iommu, writer, new RiscvDriver(iommu, writer)),
    faultFields: (outcome) => faultFields(iommu, memory, outcome),
    answerFields: (outcome, request) => answerFields(iommu, outcome, request),
  };
}

/** The record that the outcome points to, as recorded answers name its fields (RISC-V IOMMU 4.2). */
function faultFields(
  iommu: RiscvIommu,
  memory: Memory,
  outcome: Outcome,
): Readonly<Record<string, number | boolean | string>> {
  if (outcome.record < 0) return { recorded: false };
  const { page, offset } = iommu.faults.placeOf(outcome.record);
  const words: number[] = [];
  for (let at = 0; at < 32; at += 8)
    words.push(memory.low(page, offset + at), memory.high(page, offset + at));
  const read = (name: string): number => readField(fieldOf(faultRecord, name), words);
  return {
    recorded: true,
    cause: read('CAUSE'),
    ttyp: read('TTYP'),
    did: hexWord(read('DID'), 0),
    pv: read('PV'),
    pid: read('PID'),
    priv: read('PRIV'),
    iotval: hexWord(read('IOTVALL'), read('IOTVALH')),
    iotval2: hexWord(read('IOTVAL2L'), read('IOTVAL2H')),
  };
}

/** What an answer says besides its address. */
function answerFields(
  iommu: RiscvIommu,
  outcome: Outcome,
  request: DmaRequest,
): Readonly<Record<string, number | string>> {
  const { completion } = iommu.translator;
  const { permissions, doorbell } = completion;
  if (!outcome.ok) return { response: iommu.response };
  const has = (bit: number): number => ((permissions & bit) !== 0 ? 1 : 0);
  const said: Record<string, number | string> = { pbmt: completion.memoryType };
  if (doorbell?.file !== undefined) {
    const { page, offset, notice, id } = doorbell.file;
    said['mrif.notice'] = hexAddress(notice);
    said['mrif.nid'] = id;
    said['mrif.addr'] = hexAddress(page, offset);
  }
  if (request.type !== ats) return said;
  return {
    ...said,
    'perm.r': has(may.read),
    'perm.w': has(may.write),
    'perm.x': grantsExecute(request.access, permissions) ? 1 : 0,
    'perm.u': doorbell?.file === undefined ? 0 : 1,
    'perm.priv': request.pasid >= 0 && request.privileged ? 1 : 0,
    'perm.global': request.pasid >= 0 && completion.isGlobal && doorbell === undefined ? 1 : 0,
  };
}
