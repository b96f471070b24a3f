import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readField } from '../../engine/bits/access';
import type { Field } from '../../engine/bits/field';
import { parseWord } from '../../engine/bits/hex';
import type { Step } from '../../engine/scenario/schema';
import { structures } from '../../engine/vtd/structures';
import { afterStep, lesson, microStepsOf, viewOfRun } from '../test-support/lab';
import { bitOf, changeField, type EntryPicture, projectEntry, toggleBit } from './entry';

const word = fc.nat(0xffff_ffff);

/** Any entry of any structure, whatever its words. */
const anyEntry: fc.Arbitrary<EntryPicture> = fc.constantFrom(...structures).chain((structure) => {
  const count = structure.bits / 32;
  return fc.array(word, { minLength: count, maxLength: count }).map((words) => ({
    structure,
    page: 0x1234,
    offset: 0x40,
    owner: 'host',
    words,
    fields: [],
  }));
});

/** The entry's words once the step is done. */
function wordsAfter(entry: EntryPicture, step: Step | string): readonly number[] {
  if (typeof step === 'string' || step.do !== 'write')
    throw new Error(`It is no write: ${JSON.stringify(step)}`);
  const words = [...entry.words];
  const first = ((parseWord(step.at)?.low ?? 0) - 0x1234040) / 4;
  step.words.forEach((text, index) => {
    const written = parseWord(text);
    words[first + index * 2] = written?.low ?? -1;
    words[first + index * 2 + 1] = written?.high ?? -1;
  });
  return words;
}

/** The bits in which two entries differ. */
function changedBits(before: readonly number[], after: readonly number[]): readonly number[] {
  const bits = Array.from({ length: before.length * 32 }, (_, bit) => bit);
  return bits.filter((bit) => bitOf(before, bit) !== bitOf(after, bit));
}

function isNumber({ kind }: Field): boolean {
  return kind === 'flag' || kind === 'uint' || kind === 'choice';
}

describe('turning a bit over', () => {
  it('changes that bit and no other, and writes one 64-bit word', () => {
    fc.assert(
      fc.property(anyEntry, fc.nat(), (entry, some) => {
        const bit = some % entry.structure.bits;
        const step = toggleBit(entry, bit);
        expect(changedBits(entry.words, wordsAfter(entry, step))).toEqual([bit]);
        expect(step.do === 'write' && step.words.length).toBe(1);
      }),
    );
  });
});

describe('changing a field', () => {
  it('gives it the value and leaves the rest of the entry', () => {
    fc.assert(
      fc.property(anyEntry, fc.nat(), fc.nat(), fc.boolean(), (entry, which, some, isHex) => {
        const fields = entry.structure.fields.filter(isNumber);
        fc.pre(fields.length > 0);
        const field = fields[which % fields.length] as Field;
        const value = some % 2 ** (field.high - field.low + 1);
        const after = wordsAfter(
          entry,
          changeField(entry, field, isHex ? `0x${value.toString(16)}` : `${value}`),
        );
        expect(readField(field, after)).toBe(value);
        const outside = changedBits(entry.words, after).filter((bit) => bit < field.low || bit > field.high);
        expect(outside).toEqual([]);
      }),
    );
  });

  it('puts the address of a page where the field has it', () => {
    fc.assert(
      fc.property(anyEntry, fc.nat(), fc.nat(), (entry, which, some) => {
        const fields = entry.structure.fields.filter(({ kind }) => kind === 'page');
        fc.pre(fields.length > 0);
        const field = fields[which % fields.length] as Field;
        const lowest = field.low % 64;
        const pages = (some % 2 ** Math.min(field.high - field.low + 1, 20)) * 2 ** (lowest - 12);
        const after = wordsAfter(entry, changeField(entry, field, `0x${pages.toString(16)}000`));
        const at = (field.low >> 6) * 2;
        const written = (BigInt(after[at + 1] ?? 0) << 32n) | BigInt(after[at] ?? 0);
        const mask = ((1n << BigInt(field.high - field.low + 1)) - 1n) << BigInt(lowest);
        expect(written & mask).toBe(BigInt(pages) * 4096n);
      }),
    );
  });

  it('says what a field takes when the value is too large, not a number, or no address of a page', () => {
    const view = viewOfRun(lesson('first-walk'));
    const entry = projectEntry(afterStep(view, 2), undefined);
    const fieldOf = (abbr: string) => entry?.structure.fields.find((field) => field.abbr === abbr);
    const said = (abbr: string, text: string) => {
      const field = fieldOf(abbr);
      return entry === undefined || field === undefined ? 'no field' : changeField(entry, field, text);
    };
    expect(said('R', '2')).toBe('This field takes 0 to 1.');
    expect(said('R', 'yes')).toBe('Write a decimal number, or a hexadecimal one such as 0x1000.');
    expect(said('R', '-1')).toBe('Write a decimal number, or a hexadecimal one such as 0x1000.');
    expect(said('ADDR', '0x1008')).toBe('An address of a page is a multiple of 0x1000.');
    expect(said('ADDR', '0xffffffffffff000')).toBe('This address does not fit the field.');
  });
});

describe('the entry shown', () => {
  const view = viewOfRun(lesson('first-walk'));

  it('is the one that hardware read last, unless another is picked', () => {
    const last = microStepsOf(view, 2).map((moment) => projectEntry(moment, undefined)?.structure.id);
    expect(last.filter((id, index) => id !== undefined && id !== last[index - 1])).toEqual([
      'root-entry',
      'context-entry',
      'ss-top',
      'ss-table',
      'ss-4k',
    ]);
    const picked = { kind: 'entry', page: 0x40000, offset: 0, structure: 'root-entry' } as const;
    expect(projectEntry(afterStep(view, 2), picked)?.structure.id).toBe('root-entry');
  });

  it('is none when the step reads nothing, and none for a structure that is not there', () => {
    expect(projectEntry(afterStep(view, 3), undefined)).toBeUndefined();
    const unknown = { kind: 'entry', page: 1, offset: 0, structure: '__proto__' } as const;
    expect(projectEntry(afterStep(view, 3), unknown)).toBeUndefined();
  });

  it('has its words as they are at the moment', () => {
    const leaf = { kind: 'entry', page: 0x52220, offset: 0xc48, structure: 'ss-4k' } as const;
    const low = [6, 7].map((number) => projectEntry(afterStep(view, number), leaf)?.words[0]);
    expect(low).toEqual([0xabcde003, 0]);
  });
});

describe('the frame of a large page', () => {
  const view = viewOfRun({
    ...lesson('first-walk'),
    spaces: [
      {
        id: 'card',
        stage: 2,
        levels: 4,
        tables: '0x51a07000',
        maps: [['0x40000000', '0x80000000', '0x200000']],
      },
    ],
    steps: [{ do: 'dma', device: '0x18', access: 'r', at: '0x40012345' }],
  });
  const entry = projectEntry(afterStep(view, 1), undefined);

  it('is shown as its address', () => {
    expect(entry?.structure.id).toBe('ss-2m');
    expect(entry?.fields.find(({ field }) => field.kind === 'page')?.text).toBe('0x80000000');
  });

  it('stays the same when its own text is written again', () => {
    const frame = entry?.fields.find(({ field }) => field.kind === 'page');
    if (entry === undefined || frame === undefined) throw new Error('no entry');
    const step = changeField(entry, frame.field, frame.text);
    expect(step).toMatchObject({ words: ['0x80000083'] });
  });
});
