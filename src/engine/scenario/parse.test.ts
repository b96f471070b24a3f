import { describe, expect, it } from 'vitest';
import { run } from '../run';
import { checkEdits, checkScenario, checkStep, parseScenario } from './parse';
import type { Parsed } from './problem';
import { scenarioFormat } from './schema';

const plain = {
  format: scenarioFormat,
  name: 'plain',
  title: 'Plain',
  machine: { arch: 'vtd', config: { mode: 'legacy' } },
  steps: [],
};
const card = {
  id: 'card',
  stage: 2,
  levels: 4,
  tables: '0x1000000',
  maps: [['0x200000', '0x400000', '0x200000']],
};

/** Each problem as one line: where, and what to do. */
function lines(parsed: Parsed<unknown>): string[] {
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('the text of a scenario', () => {
  it('that is complete is read as it is', () => {
    expect(parseScenario(JSON.stringify(plain))).toEqual({ ok: true, value: plain });
  });

  it.each([
    '',
    '{"format":',
    '\u001f\u008b\u0008\u0000',
    'format: iommuscope/1',
  ])('that is not JSON is refused with one problem: %j', (text) => {
    expect(lines(parseScenario(text))).toEqual([expect.stringMatching(/^: This is not JSON: ./)]);
  });

  it('of a newer format says which format it is and what to do', () => {
    expect(lines(checkScenario({ ...plain, format: 'iommuscope/2' }))).toEqual([
      'format: The scenario has format iommuscope/2; this program reads iommuscope/1. Open it with a newer version.',
    ]);
  });

  it.each([null, 5, 'text', [], {}])('that is the value %j is refused', (value) => {
    expect(lines(checkScenario(value)).length).toBeGreaterThan(0);
  });
});

describe('a scenario with a wrong part', () => {
  const dma = { do: 'dma', device: '0x18', access: 'r', at: '0x1000' };
  const hex = 'must be a hexadecimal number such as 0x1000';

  it.each([
    [{ name: 'A name' }, 'name', 'takes small letters, digits and hyphens'],
    [{ steps: [{ do: 'note' }, { ...dma, at: '1000' }] }, 'steps[1].at', hex],
    [{ steps: [{ ...dma, pasid: 2 ** 20 }] }, 'steps[0].pasid', 'a PASID has 20 bits'],
    [{ steps: [{ ...dma, pasid: 0.5 }] }, 'steps[0].pasid', 'must be a whole number'],
    [{ steps: [{ ...dma, access: 'q' }] }, 'steps[0].access', '"r" | "w" | "x"'],
    [{ steps: [{ do: 'fly' }] }, 'steps[0].do', '"dma" | "write"'],
    [{ steps: [{ ...dma, at: undefined }] }, 'steps[0].at', 'string'],
    [{ steps: [{ do: 'write', at: '0x0', words: ['0x1', '2'] }] }, 'steps[0].words[1]', hex],
    [{ spaces: [{ ...card, levels: 7 }] }, 'spaces[0].levels', '<=6'],
    [{ spaces: [{ ...card, id: '' }] }, 'spaces[0].id', 'must not be empty'],
    [{ spaces: [{ ...card, maps: [['0x0', '0x0', '0x1000', 'q']] }] }, 'spaces[0].maps[0][3]', 'letters'],
    [{ memory: { '0x1000': '5' } }, 'memory.0x1000', hex],
    [{ memory: { 1000: '0x5' } }, 'memory.1000', hex],
    [
      { machine: { ...plain.machine, caches: { iotlb: { sets: 0, ways: 1, replacement: 'lru' } } } },
      'machine.caches.iotlb.sets',
      '>=1',
    ],
    [{ colour: 'red' }, 'colour', 'colour'],
  ])('%j is refused with the place %s', (wrong, path, message) => {
    const parsed = checkScenario({ ...plain, ...wrong });
    expect(parsed.ok ? [] : parsed.problems).toEqual([{ path, message: expect.stringContaining(message) }]);
  });

  it('has a problem for each wrong part', () => {
    const found = checkScenario({ ...plain, title: 5, steps: [{ do: 'note', stop: 'yes' }] });
    expect(found.ok ? [] : found.problems.map(({ path }) => path)).toEqual(['title', 'steps[0].stop']);
  });
});

describe('a step or an edit by itself', () => {
  it('is refused with the place inside it', () => {
    expect(lines(checkStep({ do: 'register', name: 'FSTS' }))).toEqual([expect.stringMatching(/^value: ./)]);
    const edits = [
      { kind: 'remove', step: 0 },
      { kind: 'insert', after: 0, step: { do: 'dma', device: '0x18', access: 'r', at: 'x' } },
    ];
    expect(lines(checkEdits(edits))).toEqual([expect.stringMatching(/^\[1\]\.step\.at: ./)]);
    expect(lines(checkEdits([{ kind: 'remove', step: -1 }]))).toEqual([
      expect.stringMatching(/^\[0\]\.step: ./),
    ]);
  });

  it('is read as it is when it is right', () => {
    const step = { do: 'unmap', space: 'card', from: '0x1000', say: 'Away.' };
    expect(checkStep(step)).toEqual({ ok: true, value: step });
  });
});

/** The problems of a scenario that parses: of its set-up, or of its steps. */
function problemsOf(changes: object): string[] {
  const parsed = checkScenario({ ...plain, ...changes });
  if (!parsed.ok) throw new Error(lines(parsed).join('\n'));
  const result = run(parsed.value);
  if (!result.ok) return lines(result);
  return result.value.steps.flatMap(({ problem }) =>
    problem === undefined ? [] : [`${problem.path}: ${problem.message}`],
  );
}

describe('a scenario whose set-up cannot be made', () => {
  const { machine } = plain;

  it.each([
    [{ machine: { ...machine, arch: 'abacus' } }, 'machine.arch: There is no machine called abacus.'],
    [{ machine: { ...machine, config: { cup: '0x0' } } }, 'machine.config.cup: VT-d has no setting cup'],
    [{ machine: { ...machine, config: { haw: 20 } } }, 'machine.config.haw: The host address width'],
    [{ machine: { ...machine, config: { mode: 'fast' } } }, 'machine.config.mode: The mode is legacy'],
    [
      { machine: { ...machine, caches: { l1: 'off' } } },
      'machine.caches.l1: There is no cache l1; there are context',
    ],
    [
      { machine: { ...machine, caches: { iotlb: { sets: 1, ways: 3, replacement: 'tree-plru' } } } },
      'machine.caches.iotlb: tree-plru needs',
    ],
    [{ memory: { '0x1004': '0x5' } }, 'memory.0x1004: The address of a 64-bit word'],
    [{ spaces: [card, card] }, 'spaces[1].id: There are two spaces called card.'],
    [
      { spaces: [{ ...card, tables: '0x1001', maps: [] }] },
      'spaces[0].tables: The address of the tables is a multiple',
    ],
    [
      { spaces: [{ ...card, over: 'guest', maps: [] }] },
      'spaces[0].over: There is no space guest before this one.',
    ],
    [{ spaces: [{ ...card, maps: [['0x8', '0x0']] }] }, 'spaces[0].maps[0][0]: Addresses and lengths'],
    [
      { bindings: [{ device: '0x10000', domain: 1, passThrough: true }] },
      'bindings[0].device: The number of a device has 16 bits',
    ],
    [
      { bindings: [{ device: '0x18', domain: 1, second: 'card' }] },
      'bindings[0].second: There is no space card.',
    ],
    [{ bindings: [{ device: '0x18', domain: 1 }] }, 'bindings[0]: A binding names'],
    [
      { bindings: [{ device: '0x18', domain: 1, pasid: 1, passThrough: true }] },
      'bindings[0]: Legacy mode has',
    ],
  ])('%j says where and what', (wrong, start) => {
    expect(problemsOf(wrong)).toEqual([expect.stringContaining(start)]);
  });
});

describe('a step that cannot be done', () => {
  it.each([
    [{ do: 'dma', device: '0x10000', access: 'r', at: '0x0' }, '.device: The number of a device has 16 bits'],
    [{ do: 'dma', device: '0x18', access: 'r', at: '0x12345678123456789' }, '.at: The address is not'],
    [{ do: 'write', at: '0x1004', words: ['0x1'] }, '.at: The address of a 64-bit word'],
    [{ do: 'write', at: '0x1ff8', words: ['0x1', '0x2'] }, '.words: The words must not cross a page.'],
    [{ do: 'command', words: ['0x1'] }, '.words: A descriptor has 2 words'],
    [{ do: 'command', descriptor: 'flush' }, '.descriptor: There is no descriptor flush.'],
    [
      { do: 'command', descriptor: 'wait', fields: { ZZ: 1 } },
      '.fields.ZZ: Invalidation wait has no field ZZ.',
    ],
    [
      { do: 'command', descriptor: 'wait', fields: { SD: 2 ** 32 } },
      '.fields.SD: 4294967296 does not fit SD.',
    ],
    [{ do: 'register', name: 'ZZ', value: '0x1' }, '.name: This machine has no register ZZ.'],
    [{ do: 'map', space: 'disk', map: ['0x0', '0x0'] }, '.space: There is no space disk.'],
    [{ do: 'map', space: 'card', map: ['0x201000', '0x0'] }, ': 0x201000 lies in a large page'],
    [{ do: 'unmap', space: 'card', from: '0x5000' }, '.from: 0x5000 is not mapped in card.'],
    [
      { do: 'permit', space: 'card', from: '0x5000', permissions: 'r' },
      '.from: 0x5000 is not mapped in card.',
    ],
    [{ do: 'permit', space: 'card', permissions: 'r' }, '.from: Say which page'],
  ])('%j says where and what, and the steps after it go on', (step, start) => {
    const found = problemsOf({ spaces: [card], steps: [{ do: 'note' }, step, step] });
    expect(found.map((line) => line.replace(/^steps\[[12]\]/, '').startsWith(start))).toEqual([true, true]);
    expect(found.map((line) => line.slice(0, 8))).toEqual(['steps[1]', 'steps[2]']);
  });
});
