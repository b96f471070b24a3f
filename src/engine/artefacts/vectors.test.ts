import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { run } from '../run';
import { parseScenario } from '../scenario/parse';
import type { Parsed } from '../scenario/problem';
import { type Difference, differences } from './compare';
import { disputeOf } from './disputes';
import { isVectorFile, openVectors } from './vectors';

const request = {
  op: 'request',
  device: '0x18',
  pasid: null,
  access: 'w',
  privileged: false,
  type: 'untranslated',
  iova: '0x12345678',
};
const oneCase = {
  id: 'Legacy #1',
  note: 'a pass-through device',
  config: { rtaddr: '0x1000', cap: '0x8c222f0606', ecap: '0xf42', gsts: '0x80000000', haw: 39 },
  memory: { '0x1000': '0x2001', '0x2180': '0x9', '0x2188': '0x102' },
  steps: [request],
};

function file(...cases: readonly unknown[]): object {
  return { format: 'iommu-vectors/1', arch: 'vtd', source: 'a test', notes: ['one', 2], cases };
}

function lines(parsed: Parsed<unknown>): string[] {
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('a vector file', () => {
  it('is known by its format', () => {
    expect([file(), { format: 'iommu-vectors/2' }, null, [], 'text'].map(isVectorFile)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('opens as scenarios whose requests expect the recorded answers', () => {
    const expect_ = { ok: true, pa: '0x12345678' };
    const opened = openVectors(file({ ...oneCase, steps: [{ ...request, expect: expect_ }] }));
    if (!opened.ok) throw new Error(lines(opened).join('\n'));
    expect([opened.value.arch, opened.value.source, opened.value.notes]).toEqual([
      'vtd',
      'a test',
      ['one', '2'],
    ]);
    const [first] = opened.value.cases;
    expect([first?.id, first?.note, first?.scenario.name]).toEqual([
      'Legacy #1',
      'a pass-through device',
      'legacy-1',
    ]);
    expect(first?.scenario.steps).toEqual([
      { do: 'dma', device: '0x18', access: 'w', at: '0x12345678', expect: expect_ },
    ]);
  });

  it('turns PASID, privilege, type, writes and commands into steps', () => {
    const steps = [
      { ...request, pasid: 5, privileged: true, type: 'ats' },
      { op: 'write64', addr: '0x3000', value: '0x7' },
      { op: 'command', words: ['0x3', '0x0', '0x0', '0x0'] },
    ];
    const opened = openVectors(file({ ...oneCase, steps }));
    const scenario = opened.ok ? opened.value.cases[0]?.scenario : undefined;
    expect(scenario?.steps).toEqual([
      { do: 'dma', device: '0x18', pasid: 5, access: 'w', at: '0x12345678', privileged: true, type: 'ats' },
      { do: 'write', at: '0x3000', words: ['0x7'] },
      { do: 'command', words: ['0x3', '0x0', '0x0', '0x0'] },
    ]);
    expect(scenario?.machine.config['width']).toBe(256);
  });

  it('keeps software’s own pages away from the pages of its image', () => {
    const opened = openVectors(file(oneCase));
    const tables = Number((opened.ok && opened.value.cases[0]?.scenario.machine.tables) || 0);
    expect(
      Object.keys(oneCase.memory).map((address) => Number(address) - (Number(address) % 4096)),
    ).not.toContain(tables);
  });

  it.each([
    [5, ': A vector file is a JSON object.'],
    [{ cases: [] }, 'arch: The file does not say which architecture it is for.'],
    [{ arch: 'vtd' }, 'cases: The file has no list of cases.'],
    [file(), 'cases: The file has no cases.'],
    [file({ ...oneCase, config: undefined }), 'cases[0].config: The case has no registers.'],
    [file(oneCase, { ...oneCase, memory: [] }), 'cases[1].memory: The case has no memory.'],
    [file({ ...oneCase, steps: {} }), 'cases[0].steps: The case has no list of steps.'],
    [file({ ...oneCase, steps: [request, 5] }), 'cases[0].steps[1]: A step is a JSON object.'],
    [
      file({ ...oneCase, steps: [{ op: 'reset' }] }),
      'cases[0].steps[0].op: There is no step "reset"; there are request, write64 and command.',
    ],
  ])('%j is refused with the place and the reason', (value, line) => {
    expect(lines(openVectors(value))).toEqual([line]);
  });

  it('with a value of the wrong kind is refused at the case and the step', () => {
    const wrong = { ...request, access: 'jump' };
    expect(lines(openVectors(file(oneCase, { ...oneCase, steps: [request, wrong] })))).toEqual([
      expect.stringMatching(/^cases\[1\]\.steps\[1\]\.access: .*"jump"/),
    ]);
  });
});

describe('a recorded answer', () => {
  const found = (recorded: object, steps: readonly object[] = []): readonly Difference[] => {
    const opened = openVectors(file({ ...oneCase, steps: [...steps, { ...request, expect: recorded }] }));
    if (!opened.ok) throw new Error(lines(opened).join('\n'));
    const scenario = opened.value.cases[0]?.scenario;
    const result = scenario && run(scenario, false);
    if (scenario === undefined || !result?.ok) throw new Error('the case does not run');
    return result.value.steps.flatMap((step, n) => differences(scenario.steps[n] ?? { do: 'note' }, step));
  };

  it('that is ours differs in nothing', () => {
    expect(found({ ok: true, pa: '0x12345678' })).toEqual([]);
    expect(found({})).toEqual([]);
  });

  it('that is not ours differs with both texts', () => {
    expect(found({ ok: true, pa: '0x0012345000' })).toEqual([
      { field: 'pa', expected: '0x12345000', got: '0x12345678' },
    ]);
    expect(found({ ok: false })).toEqual([{ field: 'ok', expected: 'refused', got: '0x12345678' }]);
    expect(found({ memoryAfter: { '0x2180': '0x5' } })).toEqual([
      { field: 'memory 0x2180', expected: '0x5', got: '0x9' },
    ]);
  });

  it('of a fault differs in the fields that it states', () => {
    const absent = [{ op: 'write64', addr: '0x2180', value: '0x0' }];
    expect(found({ ok: false, fault: { reason: 2, sid: 0x18, fi: '0x12345000' } }, absent)).toEqual([]);
    expect(found({ ok: false, fault: { reason: 3, recorded: false } }, absent)).toEqual([
      { field: 'fault.reason', expected: '0x3', got: '0x2' },
      { field: 'fault.recorded', expected: 'false', got: 'true' },
    ]);
  });

  it('is disputed only where the manual says what we say', () => {
    const difference = { field: 'fault.reason', expected: '0x2', got: '0x41' };
    expect(disputeOf('vtd', difference)?.section).toBe('VT-d 7.1.3');
    expect(disputeOf('vtd', { ...difference, got: '0x42' })).toBeUndefined();
    expect(disputeOf('smmuv3', difference)).toBeUndefined();
  });
});

describe('a gzipped vector file', () => {
  const bytes = readFileSync('data/vectors/vtd/legacy-inval.json.gz');

  it('opens once it is unpacked, and every case has steps', () => {
    const opened = openVectors(JSON.parse(gunzipSync(bytes).toString('utf8')));
    expect(lines(opened)).toEqual([]);
    expect(opened.ok && opened.value.cases.length > 0).toBe(true);
    expect(opened.ok && opened.value.cases.every(({ scenario }) => scenario.steps.length > 0)).toBe(true);
  });

  it('taken for text is not JSON, alone or after a line of text', () => {
    const text = bytes.toString('latin1');
    for (const mixture of [text, `{"format":"iommu-vectors/1"}\n${text}`])
      expect(lines(parseScenario(mixture))).toEqual([expect.stringMatching(/^: This is not JSON: /)]);
  });
});
