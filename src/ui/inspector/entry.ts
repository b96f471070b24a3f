import { readField, readPage, writeField } from '../../engine/bits/access';
import type { Field } from '../../engine/bits/field';
import { hexAddress, hexWord, parseWord, splitAddress } from '../../engine/bits/hex';
import type { Layout } from '../../engine/bits/layout';
import { owners } from '../../engine/memory/memory';
import { eventsOfStep, type Moment } from '../../engine/moment';
import type { Step } from '../../engine/scenario/schema';
import type { Ref } from '../store/state';

/** An entry of a table as the inspector shows it. */
export interface EntryPicture {
  readonly structure: Layout;
  readonly page: number;
  readonly offset: number;
  readonly owner: string;
  /** 32-bit words, lowest first. */
  readonly words: readonly number[];
  readonly fields: readonly FieldPicture[];
}

export interface FieldPicture {
  readonly key: string;
  readonly field: Field;
  readonly bits: string;
  readonly value: number;
  readonly text: string;
  /** A reserved field in which a bit is set, or a choice that has no name. */
  readonly isWrong: boolean;
}

/** The entry that is picked, or else the entry or descriptor that hardware took last in this step; undefined when there is none. */
export function projectEntry(moment: Moment, selection: Ref | undefined): EntryPicture | undefined {
  const picked = selection?.kind === 'entry' ? selection : lastRead(moment);
  if (picked === undefined) return undefined;
  const structure = moment.view.architecture.structures.find(({ id }) => id === picked.structure);
  if (structure === undefined) return undefined;
  const words: number[] = [];
  for (let at = 0; at < structure.bits / 8; at += 8) {
    words.push(
      moment.reader.low(picked.page, picked.offset + at),
      moment.reader.high(picked.page, picked.offset + at),
    );
  }
  return {
    structure,
    page: picked.page,
    offset: picked.offset,
    owner: owners[moment.view.memory.owner(picked.page)] ?? 'host',
    words,
    fields: structure.fields.map((field) => fieldPicture(field, words)),
  };
}

/** The cache entry that answered last in this step, for a step that reads no memory. */
export function lastHit(moment: Moment): Extract<Ref, { kind: 'cache' }> | undefined {
  const hit = eventsOfStep(moment).findLast((event) => event.kind === 'lookup' && event.slot >= 0);
  return hit?.kind === 'lookup' ? { kind: 'cache', cache: hit.cache, slot: hit.slot } : undefined;
}

function lastRead(moment: Moment): { page: number; offset: number; structure: string } | undefined {
  const taken = eventsOfStep(moment).findLast(({ kind }) => kind === 'fetch' || kind === 'command');
  if (taken?.kind !== 'fetch' && taken?.kind !== 'command') return undefined;
  const structure = moment.view.architecture.structures[taken.structure];
  return structure === undefined
    ? undefined
    : { page: taken.page, offset: taken.offset, structure: structure.id };
}

function fieldPicture(field: Field, words: readonly number[]): FieldPicture {
  const isNumber = field.kind !== 'reserved' && field.kind !== 'ignored';
  const value = isNumber ? numberIn(field, words) : bitCount(field, words);
  return {
    key: `${field.high}`,
    field,
    bits: field.high === field.low ? String(field.high) : `${field.high}:${field.low}`,
    value,
    text: textOf(field, value),
    isWrong:
      (field.kind === 'reserved' && value > 0) ||
      (field.kind === 'choice' && value > 0 && !(value in field.choices)),
  };
}

function numberIn(field: Field, words: readonly number[]): number {
  return field.kind === 'page' ? readPage(field, words) : readField(field, words);
}

function textOf(field: Field, value: number): string {
  switch (field.kind) {
    case 'page':
      return hexAddress(value);
    case 'choice':
      return field.choices[value] ?? (value === 0 ? 'none' : `${value}: not defined`);
    case 'reserved':
      return value === 0 ? 'zero, as it must be' : `${value} bits set that must be zero`;
    case 'ignored':
      return value === 0 ? 'zero' : `${value} bits set`;
    case 'flag':
    case 'uint':
      return String(value);
  }
}

function bitCount(field: Field, words: readonly number[]): number {
  let count = 0;
  for (let bit = field.low; bit <= field.high; bit++) count += bitOf(words, bit);
  return count;
}

/** One bit of an entry. */
export function bitOf(words: readonly number[], bit: number): number {
  return ((words[bit >> 5] ?? 0) >>> (bit & 31)) & 1;
}

/** The step that turns one bit of an entry over. */
export function toggleBit(entry: EntryPicture, bit: number): Step {
  const words = [...entry.words];
  const index = bit >> 5;
  words[index] = ((words[index] ?? 0) ^ (1 << (bit & 31))) >>> 0;
  const field = entry.structure.fields.find(({ high, low }) => low <= bit && bit <= high);
  const name = field?.abbr === undefined || field.abbr === '' ? `bit ${bit}` : field.abbr;
  return writeStep(entry, words, `You change ${name} of ${entry.structure.name.toLowerCase()}`);
}

/** The step that puts a value into a field, or what is wrong with the text. */
export function changeField(entry: EntryPicture, field: Field, text: string): Step | string {
  const value = numberOf(field, text);
  if (typeof value === 'string') return value;
  const words = [...entry.words];
  writeField(field, words, 0, value);
  return writeStep(entry, words, `You set ${field.abbr} of ${entry.structure.name.toLowerCase()}`);
}

function numberOf(field: Field, text: string): number | string {
  const most = 2 ** (field.high - field.low + 1) - 1;
  const word = /^\d+$/.test(text.trim()) ? decimal(text) : parseWord(text.trim());
  if (word === undefined) return 'Write a decimal number, or a hexadecimal one such as 0x1000.';
  if (field.kind === 'page') {
    const { page, offset } = splitAddress(word);
    if (offset !== 0) return 'An address of a page is a multiple of 0x1000.';
    const frame = page / field.pages;
    return Number.isInteger(frame) && frame <= most ? frame : 'This address does not fit the field.';
  }
  const value = word.high * 2 ** 32 + word.low;
  return value <= most ? value : `This field takes 0 to ${most}.`;
}

function decimal(text: string): { low: number; high: number } {
  const value = Number(text);
  return { low: value % 2 ** 32, high: Math.floor(value / 2 ** 32) };
}

/** A step that writes the 64-bit words that changed. */
function writeStep(entry: EntryPicture, words: readonly number[], title: string): Step {
  const changed = words
    .map((word, index) => (word === entry.words[index] ? -1 : index >> 1))
    .filter((index) => index >= 0);
  const first = Math.min(...changed, entry.words.length / 2 - 1);
  const last = Math.max(...changed, first);
  const texts = [];
  for (let index = first; index <= last; index++)
    texts.push(hexWord(words[index * 2] ?? 0, words[index * 2 + 1] ?? 0));
  return {
    do: 'write',
    at: hexAddress(entry.page, entry.offset + first * 8),
    words: texts,
    by: 'person',
    title,
  };
}
