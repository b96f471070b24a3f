import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkEdits, checkScenario } from '../../engine/scenario/parse';
import type { Problem } from '../../engine/scenario/problem';
import { lessonFile } from '../test-support/lab';
import { pack } from './codec';
import { fragmentOf, readFragment } from './link';
import { placeOf, unpackScenario } from './payload';

function printed(problems: readonly Problem[]): string {
  return problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
}

/** What is wrong with a link that holds this value. */
async function complaintOf(value: unknown): Promise<string> {
  const read = await readFragment(`v1.${await pack(value)}`);
  if (read.ok) throw new Error(`It was read as ${JSON.stringify(read.value)}.`);
  return printed(read.problems);
}

/** What is wrong with the scenario in a link; empty when nothing is. */
async function complaintOfScenario(d: unknown): Promise<string> {
  const read = await readFragment(`v1.${await pack({ d })}`);
  if (!read.ok) return printed(read.problems);
  const checked = checkScenario(unpackScenario(read.value.d));
  return checked.ok ? '' : printed(checked.problems);
}

describe('a link', () => {
  it('says its version outside the packing', async () => {
    expect(await fragmentOf({ l: 'sandbox' })).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
  });

  it('of a newer version says so, and what to do', async () => {
    const read = await readFragment(`v2.${await pack({ something: 'else' })}`);
    expect(read).toEqual({
      ok: false,
      problems: [
        {
          path: 'link',
          message:
            'The link is of version 2; this page reads up to version 1. Reload the page, or open it where it was made.',
        },
      ],
    });
  });

  it('of a newer version says so although nothing in it can be unpacked', async () => {
    const read = await readFragment('v31.%%% of another packing');
    expect(read.ok || printed(read.problems)).toContain('The link is of version 31');
  });

  it('of a version that never was holds no scenario', async () => {
    const read = await readFragment(`v0.${await pack({ l: 'sandbox' })}`);
    expect(read.ok || printed(read.problems)).toBe('link: The link is damaged. It holds no scenario.');
  });

  it('is told from text that is none', async () => {
    const unversioned = await pack({ l: 'sandbox' });
    for (const text of ['', 'v', 'v1', 'v1,AA', 'v-1.AA', 'v1e3.AA', 'lesson', unversioned]) {
      const read = await readFragment(text);
      expect(read.ok || printed(read.problems)).toBe('link: This is no link of Iommuscope.');
    }
  });

  it('answers any text with a payload or a problem of the link', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.string().map((rest) => `v1.${rest}`),
    );
    await fc.assert(
      fc.asyncProperty(text, async (fragment) => {
        const read = await readFragment(fragment);
        if (!read.ok) expect(read.problems.map(({ path }) => path)).toEqual(['link']);
      }),
    );
  });

  it('answers any value with a payload that has a place, or a problem of the link', async () => {
    const anything = fc.jsonValue();
    const value = fc.oneof(
      anything,
      fc.record(
        { l: fc.string(), x: anything, e: anything, c: anything, s: anything, r: anything },
        { requiredKeys: [] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(value, async (some) => {
        const read = await readFragment(`v1.${await pack(some)}`);
        if (read.ok) expect(placeOf(read.value).scene).toMatch(/^(walk|spaces|tables|queue|log)$/);
        else expect(read.problems[0]?.path).toMatch(/^link/);
      }),
    );
  });
});

describe('a link that holds the wrong things', () => {
  it('names the part that is wrong', async () => {
    const l = 'sandbox';
    const parts = [
      7,
      {},
      { l: 7 },
      { x: ['a'] },
      { l, e: {} },
      { l, c: [1] },
      { l, c: ['1', 2] },
      { l, c: [0, -5] },
      { l, c: [1, 0.5] },
      { l, r: [1, 'a', 'b'] },
    ];
    expect(await Promise.all(parts.map(complaintOf))).toEqual([
      'link: The link is damaged. It holds no scenario.',
      'link: The link names no lesson, no example and no scenario.',
      'link: The link names no lesson, no example and no scenario.',
      'link.x: The example is not a name and the index of a case.',
      'link.e: The edits are not a list.',
      'link.c: The place is not a step and a micro-step.',
      'link.c: The place is not a step and a micro-step.',
      'link.c: The place is not a step and a micro-step.',
      'link.c: The place is not a step and a micro-step.',
      'link.r: The selection is not an entry.',
    ]);
  });

  it('leaves a mapping that is none to the check of the scenario', () => {
    const spaces = [{ maps: [[1, 1, null]] }];
    expect(unpackScenario({ spaces })).toEqual({ spaces });
  });

  it('names the key of a scenario that no scenario has', async () => {
    const d = { ...(lessonFile('sandbox') as object), onload: 'alert(1)' };
    expect(await complaintOfScenario(d)).toMatch(/^onload: .*"onload"/);
  });

  it('names the mapping that is no pair of addresses', async () => {
    const spaces = [
      {
        id: 'card',
        stage: 2,
        levels: 4,
        tables: '0x1000',
        maps: [
          [1, 1],
          [0.5, 1],
        ],
      },
    ];
    const d = { ...(lessonFile('sandbox') as object), spaces };
    expect(await complaintOfScenario(d)).toMatch(/^spaces\[0\]\.maps\[1\]/);
  });

  it('names the edit that is none', () => {
    const read = checkEdits([
      { kind: 'remove', step: 0 },
      { kind: 'become', step: 0 },
    ]);
    expect(read.ok || printed(read.problems)).toMatch(/^\[1\]\.kind/);
  });

  it('gives nothing to the prototype of other objects', async () => {
    const inside = '{"isSeen":true,"maps":[[1,2]],"l":"sandbox","path":"x"}';
    const hostile = JSON.parse(
      `{"l":"sandbox","d":{"__proto__":${inside},"spaces":[{"__proto__":${inside}}],"constructor":{"prototype":${inside}}},"__proto__":${inside}}`,
    );
    const read = await readFragment(`v1.${await pack(hostile)}`);
    if (!read.ok) throw new Error(printed(read.problems));
    const unpacked = unpackScenario(read.value.d);
    expect([{}, unpacked, read.value].map((object) => Reflect.get(object as object, 'isSeen'))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(checkScenario(unpacked).ok).toBe(false);
  });

  it('does not take a lesson’s name from the prototype', async () => {
    expect(await complaintOf(JSON.parse('{"__proto__":{"l":"sandbox"}}'))).toBe(
      'link: The link names no lesson, no example and no scenario.',
    );
  });
});
