// biome-ignore lint/style/noRestrictedImports: the test reads the files that ship; the worker itself does not.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { open, openText } from './open';

const scenario = {
  format: 'iommuscope/1',
  name: 'own',
  title: 'My own',
  machine: { arch: 'vtd', config: { mode: 'legacy' } },
  steps: [{ do: 'dma', device: '0x18', access: 'r', at: '0x1000' }],
};

const vectors = {
  format: 'iommu-vectors/1',
  arch: 'vtd',
  source: 'a test',
  cases: [
    {
      id: 'One read',
      config: { rtaddr: '0x1000' },
      memory: { '0x1000': '0x2001' },
      steps: [
        { op: 'request', device: '0x18', pasid: null, access: 'r', iova: '0x5000', expect: { ok: false } },
      ],
    },
  ],
};

function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
}

async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** What is wrong with a file, a line for each problem. */
async function complaintOf(bytes: Uint8Array): Promise<string> {
  const opened = await open(bytes, 'mine.json');
  if (opened.ok) throw new Error(`It was opened as ${opened.value.kind}.`);
  return opened.problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
}

describe('opening a file', () => {
  it.each([scenario, vectors])('gives the same for $format whether it is gzipped or not', async (value) => {
    const plain = await open(bytesOf(value), 'mine.json');
    expect(plain.ok).toBe(true);
    expect(await open(await gzipped(bytesOf(value) as Uint8Array<ArrayBuffer>), 'mine.json.gz')).toEqual(
      plain,
    );
  });

  it('gives a scenario as it is written', () => {
    expect(openText(JSON.stringify(scenario), 'mine.json')).toEqual({
      ok: true,
      value: { kind: 'scenario', scenario },
    });
  });

  it('gives recorded answers as scenarios that expect them', () => {
    const opened = openText(JSON.stringify(vectors), 'mine.json');
    if (!opened.ok || opened.value.kind !== 'vectors') throw new Error('It is no vector file.');
    const { arch, source, cases } = opened.value.file;
    expect([arch, source, cases.map(({ id }) => id)]).toEqual(['vtd', 'a test', ['One read']]);
    expect(cases[0]?.scenario).toMatchObject({
      name: 'one-read',
      machine: { arch: 'vtd', config: { rtaddr: '0x1000' } },
      memory: { '0x1000': '0x2001' },
      steps: [{ do: 'dma', device: '0x18', access: 'r', at: '0x5000', expect: { ok: false } }],
    });
  });

  it('does not mind a byte order mark', async () => {
    const opened = await open(bytesOf(`\ufeff${JSON.stringify(scenario)}`), 'mine.json');
    expect(opened.ok).toBe(true);
  });

  it.each(
    readdirSync('public/examples').filter((name) => name.endsWith('.gz')),
  )('gives the cases of %s, which ships', async (name) => {
    const opened = await open(readFileSync(`public/examples/${name}`), name);
    if (!opened.ok || opened.value.kind !== 'vectors') throw new Error(JSON.stringify(opened));
    const { cases } = opened.value.file;
    expect(cases.length).toBeGreaterThan(0);
    expect(cases.filter(({ scenario: { steps } }) => steps.length === 0)).toEqual([]);
  });
});

describe('the message about a file that cannot be read', () => {
  it('says that the gzip data is damaged when it is cut or changed', async () => {
    const whole = await gzipped(bytesOf(scenario) as Uint8Array<ArrayBuffer>);
    const changed = whole.with(20, (whole[20] ?? 0) ^ 0xff).with(whole.length - 6, 0);
    for (const bytes of [whole.slice(0, whole.length / 2), Uint8Array.of(0x1f, 0x8b), changed])
      expect(await complaintOf(bytes)).toBe('mine.json: This file cannot be read: the gzip data is damaged.');
  });

  it('says that a picture is no text', async () => {
    const picture = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a);
    expect(await complaintOf(picture)).toBe('mine.json: This file cannot be read: it is not UTF-8 text.');
  });

  it('says that it inflates to more than the page takes', async () => {
    const bomb = await gzipped(new Uint8Array(64 * 1024 * 1024 + 1));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await complaintOf(bomb)).toBe(
      'mine.json: This file cannot be read: it inflates to more than 64 MiB.',
    );
  });

  it.each(['', '{"format":', 'IOTLB 0x1000'])('says that %j is no JSON', async (text) => {
    expect(await complaintOf(bytesOf(text))).toMatch(/^mine\.json: This is not JSON: ./);
  });
});

describe('the message about a file of another kind', () => {
  it.each(['null', '7', '[]', '{}', '{"format":1}'])('says that %s does not say its format', async (text) => {
    expect(await complaintOf(bytesOf(text))).toBe(
      'mine.json: format: The file does not say its format. Iommuscope reads iommuscope/1 and iommu-vectors/1.',
    );
  });

  it('says which formats there are', async () => {
    expect(await complaintOf(bytesOf({ format: 'iommu-vectors/2' }))).toBe(
      'mine.json: format: The file has format iommu-vectors/2. Iommuscope reads iommuscope/1 and iommu-vectors/1.',
    );
  });

  it('says what to do with a file of a newer version', async () => {
    expect(await complaintOf(bytesOf({ ...scenario, format: 'iommuscope/2' }))).toBe(
      'format: The scenario has format iommuscope/2; this program reads iommuscope/1. Open it with a newer version.',
    );
  });
});

describe('the message about a mistake in a file', () => {
  const [one] = vectors.cases;
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    [
      'an address',
      { ...scenario, steps: [{ ...scenario.steps[0], at: '4096' }] },
      /^steps\[0\]\.at: .*0x1000/,
    ],
    ['an unknown key', { ...scenario, mahcine: {} }, /^mahcine: /],
    ['an unknown step', { ...scenario, steps: [{ do: 'dance' }] }, /^steps\[0\]\.do: /],
    ['no architecture', { ...vectors, arch: undefined }, /^arch: .*architecture/],
    ['no list of cases', { ...vectors, cases: {} }, /^cases: .*list/],
    ['no case', { ...vectors, cases: [] }, /^cases: .*no cases/],
    ['a case without memory', { ...vectors, cases: [one, { ...one, memory: [] }] }, /^cases\[1\]\.memory: /],
    [
      'a step of another kind',
      { ...vectors, cases: [{ ...one, steps: [{ op: 'nap' }] }] },
      /steps\[0\]\.op: .*"nap"/,
    ],
  ];

  it.each(cases)('says where and what: %s', async (_, value, said) => {
    expect(await complaintOf(bytesOf(value))).toMatch(said);
  });
});
