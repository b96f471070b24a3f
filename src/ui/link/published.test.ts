import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hexAddress } from '../../engine/bits/hex';
import { checkEdits, checkScenario } from '../../engine/scenario/parse';
import type { Scenario } from '../../engine/scenario/schema';
import { open } from '../../worker/open';
import type { Base } from '../store/document';
import { createStore, momentOf, type Store } from '../store/store';
import { lesson, promptSimulator } from '../test-support/lab';
import { readFragment } from './link';
import { type Payload, placeOf, unpackScenario } from './payload';

/** Links of version 1 as they were published, and what each must go on saying. Rows are added, never changed. */
const published: readonly { about: string; link: string; says: Payload; shows: string }[] = [
  {
    about: 'a lesson in the middle of a walk',
    link: 'v1.q1bKUbJSSsssKi7RLU_MyVbSUUpWsoo20TGPrQUA',
    says: { l: 'first-walk', c: [4, 7] },
    shows: 'step 5, walk, fault',
  },
  {
    about: 'a lesson with a changed bit, a command and a selected entry',
    link: 'v1.dc49a8MwFIXhvyLOfA2WnTap5kDp2q0YD4p13YookivdfGH834uztdDlLIcXnhkBBpGLsKuuNhxBYJhuxtFHBwMfC2cBwY7CGUYTivAEM8MlGFyzF15vgUF90_VmbF_0Vu9AuKbsCkyH-taMOz081XWDnnC4w2DiXFIEQbwEhsFHOqvhy8ZPVu8qjarwkKKrithPVtM6HCXfsSz0r675oxvS6WSjA8FxGbKfJOU1SxIOlY8XEEbPYVXOeH30-7c9TLP8dn2f-czqkSkfLzZ4Z4WxLD1hgOlaantCgYHYQ-ACQobp9FbXeqtb0jv9TCil2hzRLz8',
    says: {
      l: 'nested-walk',
      e: [
        {
          kind: 'insert',
          after: 1,
          step: {
            do: 'write',
            at: '0x104f391718',
            words: ['0x2f81c5002'],
            by: 'person',
            title: 'You change R of second-stage page entry',
          },
        },
        {
          kind: 'insert',
          after: 2,
          step: {
            do: 'command',
            descriptor: 'iotlb-inv',
            fields: { G: 2, DID: 2 },
            title: 'You queue iotlb invalidate',
          },
        },
      ],
      c: [3, 3],
      s: 'tables',
      r: [0x104f391, 0x718, 'ss-4k'],
    },
    shows: 'step 4, tables, entry at 0x104f391718, drop',
  },
  {
    about: 'a lesson with a DMA of the person’s own',
    link: 'v1.HYzBCoMwEER_Jcx5C0oPlb0JvfYLxEOarBCqibhRW8R_L3FuM_NmDoxgTBpu77RGD4KAuwOfED0YIaosGQQ7ZFnAD4JmmcEHfALDTxYEL1twAkb1rZsCOyeqYOzF5KsYRKqigttsr-xeg5BDHsu2Nc9Xa9JgfmldTNojzrMnOHDXUNUTyqHO1oni_AM',
    says: {
      l: 'msi-bound',
      e: [
        {
          kind: 'insert',
          after: 7,
          step: {
            do: 'dma',
            device: '0x18',
            access: 'w',
            at: '0xfee00000',
            data: '0x31',
            title: 'A DMA of your own',
          },
        },
      ],
      c: [8, 0],
      s: 'spaces',
    },
    shows: 'step 9, spaces, request',
  },
  {
    about: 'a scenario with packed mappings, other caches and a step removed',
    link: 'v1.fVNNb9swDP0rBLGj5sZN3Ky6FRjQ04YBK7BDkQMj07YWS_IkOR8o8t8HyU7T7DCfZH4-PvK9YY3yDT8F1bEhlFgUd9P7Lii25LUrfgdnUWDjvKGIErUzZgzKDXxXokBLhlFiIFtv3REFRh37ZPn5bgmjMeRPKPEJLMeD8ztQ5GsBBO3IIQLZGggG7xSHAAcdO2jc6GGglkMBz456CYZ2DLHjnAueSXUpidpkpZhdkbY9B7AOemdb9mBoKBIof3rpdEiwOPf6-u1JgOqZfM4bPAe2EbY6gmuyiW30p6myoSGAjiE3ExltSGVSWCDDqRpQS9oW8NKxhT8jjwyHKXfHKRkaGvuYsBhSnbaciCevOpS4jzUKVM42uk1m4-rMqaI-zYNngdNgKHFxLBer5n6RvuSoea9V8ry-oa6ngC_XvXz_wDeeNwLDQDfheQHX-Oe8D8PG-VNaXaSWUd4L7HnPfUC5EugOlj1K7FzO_AfacoKW5hxSn9fyoVpX61Isy3K5Kpditdmcxdx9Xvm1_4_5BirQNvN7wTcjKW-R7DOQS8wHJOttuagmHGHwTDMz6uEW23JVVvfr6nG5XokLzoRvI3Crba1tO1E1sXxld6CQ8FcCa2dI20xRo32IN0MFVs5eWc78Rx7mmg4l1oZQ_Kc8qVxKokeBWX-L47pZ0qNarHia5SK4J8gA0jGm1pQE9_JBLnXIhE5BWTaueddcVcCvdK7KmaQfPkbQAU5u9EFmdQSooXH-Ih09_yhnDNlagPMQuGcVk5H7PqtEdWRbBkq6KvIS3YAy-pHPm7NAzjzsdKZIkeo4kTY_5BtqF_stSnRN807m5wP1u-QMHKcjONApZP49Dz0pNmwTT70f8XxOlzY38GzcnnFaAcpF3gZKzGLF818',
    says: {
      d: expect.objectContaining({
        name: 'sandbox',
        machine: { arch: 'vtd', config: { mode: 'scalable' }, tables: '0x104f200000' },
        spaces: [
          expect.objectContaining({ id: 'guest', stage: 2, maps: [[0x194ae3, 0x2f81c5, 4]] }),
          expect.objectContaining({ id: 'process', stage: 1, maps: [[0x7f3a9c04e, 0x194ae3, 4]] }),
        ],
        bindings: [{ device: '0x18', pasid: 5, domain: 2, first: 'process', second: 'guest' }],
        steps: [expect.objectContaining({ do: 'dma', device: '0x18', pasid: 5, at: '0x7f3a9c04e000' })],
      }),
      e: [
        {
          kind: 'caches',
          caches: { iotlb: 'off', 'second-walk': { sets: 4, ways: 2, replacement: 'lru' } },
        },
        { kind: 'remove', step: 0 },
      ],
      s: 'queue',
    },
    shows: 'the start, queue',
  },
  {
    about: 'a case recorded from a machine',
    link: 'v1.rZTBbqMwEIZfBc3Z0RqTpMSrvkVvVQ8TewxWASPskEQR774ySdOkZqU97A0-__5mhD1cQIO8gHFDiwEkWNe2B69cT79yYNBhSyChsd3h9CJWY9CrObHqAzAINjR_W5bZ_PQan2ik4Zwp1wU6hYy6MJyzGn329vbao_erUA_uUNW_M02jVeQzH2zTZBWFDLvMauqCDecMO3-kARi0qGrbUWwcB1WDhDFoYKBcZ2wV8UgDSOCnnEeM_fxSci04L5UQwvAt3wID-loznJsNAoMhoNbXzUX-wjmPhsoHPyM1k5nVeAS5LicGAfcN-Vu9ec3goZl3oPrs3LEhXRFMDFpq3XCODX7bb5VKzuMHv_H8zndPXNw5PvHizvcPvPzy7x5IeWtU3Fle_kzlZZoSiUssuETiEguuInEVC64icRULrnWSWi-kNknFzULFTeLaLLi2iWu74DKJyyy4DCYpXEjtk9Q-Se2S094tnDYmKXxMTQx8oN6DfL-AdiBBt3EsrpN5vWTzFUelyMcrHgdy_nXwE-6VpusE0KknFeJNd58gDTaebmMR2UDoXQdSMPBWP1iN_SkKOch8mib2j-0cn9sx_6sd890On6bpY2KgQL5zVnwwiIUbV8H0Bw',
    says: {
      d: expect.objectContaining({
        name: 'linux72-vtd-iommu-pt',
        memory: expect.objectContaining({ '0x3170000': '0x3178001', '0x317a008': '0x102' }),
        steps: [
          expect.objectContaining({ do: 'dma', device: '0x300', access: 'r', at: '0xabcde000' }),
          expect.objectContaining({ do: 'dma', device: '0x300', access: 'w', at: '0xabcdf000' }),
        ],
      }),
      c: [0, 3],
      s: 'log',
    },
    shows: 'step 1, log, fetch',
  },
  {
    about: 'a case of an example with a step removed',
    link: 'v1.BcFLCoAwDEDBu7x1hOIyVyldVA0qfjFVhOLdnam8aGSd9_ttnjI0Z3Yv03Xc44SEJBgaK8u8DyiXbcdjCF7sRMOXhB6NQdokOErJ3WrO9wM',
    says: { x: ['linux-vtd-passthrough', 0], e: [{ kind: 'remove', step: 0 }], c: [0, 2], s: 'tables' },
    shows: 'step 1, tables, fetch',
  },
];

async function payloadOfLink(link: string): Promise<Payload> {
  const read = await readFragment(link);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.value;
}

async function caseOf(name: string, index: number): Promise<Scenario> {
  const file = `${name}.json.gz`;
  const opened = await open(readFileSync(`public/examples/${file}`), file);
  const found = opened.ok && opened.value.kind === 'vectors' ? opened.value.file.cases[index] : undefined;
  if (found === undefined) throw new Error(`There is no case ${index} in ${file}.`);
  return found.scenario;
}

async function baseOf({ l, x, d }: Payload): Promise<Base> {
  if (l !== undefined) return { kind: 'lesson', name: l, scenario: lesson(l) };
  if (x !== undefined) return { kind: 'example', name: x[0], index: x[1], scenario: await caseOf(...x) };
  const checked = checkScenario(unpackScenario(d));
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return { kind: 'scenario', scenario: checked.value };
}

/** What the page shows once the link is open. */
async function shownBy(payload: Payload): Promise<string> {
  const store = createStore(promptSimulator());
  const edits = checkEdits(payload.e ?? []);
  if (!edits.ok) throw new Error(JSON.stringify(edits.problems));
  await store.getState().open(await baseOf(payload), edits.value, placeOf(payload));
  return printed(store.getState());
}

function printed(state: Store): string {
  const moment = momentOf(state);
  const { selection } = state;
  return [
    moment?.step === undefined ? 'the start' : `step ${moment.stepIndex + 1}`,
    state.scene,
    ...(selection?.kind === 'entry' ? [`entry at ${hexAddress(selection.page, selection.offset)}`] : []),
    ...(moment?.event === undefined ? [] : [moment.event.kind]),
  ].join(', ');
}

describe('every link ever published opens', () => {
  it.each(published)('$about', async ({ link, says, shows }) => {
    const payload = await payloadOfLink(link);
    expect(payload).toEqual(says);
    expect(await shownBy(payload)).toBe(shows);
  });
});
