import { describe, expect, it } from 'vitest';
import { ran, read, registerOf } from '../test-support/ats-bench';

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
