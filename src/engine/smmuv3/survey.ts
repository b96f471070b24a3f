import type { EntryView, TableView, WordReader } from '../architecture';
import { readField } from '../bits/access';
import { hexAddress } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import { streamText } from './cache-text';
import { streamTable, streamTableFormat } from './layouts/registers';
import { streamEntry, streamPointer } from './layouts/stream';
import { register } from './registers';

const entryBytes = 64;
const pointerBytes = 8;
/** Tables are shown up to that many entries. */
const mostEntries = 2 ** 16;

/** The stream table that hardware would find now; in two levels, the first and every second that it leads to. */
export function survey(reader: WordReader, registers: Uint32Array): readonly TableView[] {
  const base = readField(fieldOf(streamTable, 'ADDR'), [
    registers[register.STRTAB_BASE * 2] ?? 0,
    registers[register.STRTAB_BASE * 2 + 1] ?? 0,
  ]);
  const format = [registers[register.STRTAB_BASE_CFG * 2] ?? 0, 0];
  const bits = readField(fieldOf(streamTableFormat, 'LOG2SIZE'), format);
  const count = Math.min(mostEntries, 2 ** bits);
  if (readField(fieldOf(streamTableFormat, 'FMT'), format) === 0)
    return [streamsAt(reader, base, 0, count, 'Stream table')];
  const split = readField(fieldOf(streamTableFormat, 'SPLIT'), format);
  const pointers: EntryView[] = [];
  const tables: TableView[] = [];
  for (let index = 0; index < count / 2 ** split; index++) {
    const { page, offset } = placeOf(base, index * pointerBytes);
    const words = wordsAt(reader, page, offset, pointerBytes);
    const span = readField(fieldOf(streamPointer, 'Span'), words);
    if (words.every((word) => word === 0)) continue;
    const next = readField(fieldOf(streamPointer, 'L2Ptr'), words);
    const first = index * 2 ** split;
    const at = placeOf(next, 0);
    pointers.push({
      page,
      offset,
      structure: streamPointer,
      label: `from ${streamText(first)}`,
      summary: `Span ${span} · ${hexAddress(at.page, at.offset)}`,
      isPresent: span > 0,
    });
    if (span > 0)
      tables.push(streamsAt(reader, next, first, 2 ** (span - 1), `Streams from ${streamText(first)}`));
  }
  const at = placeOf(base, 0);
  return [{ ...at, structure: streamPointer, name: 'Stream table', entries: pointers }, ...tables];
}

function streamsAt(reader: WordReader, base: number, first: number, count: number, name: string): TableView {
  const entries: EntryView[] = [];
  for (let index = 0; index < count; index++) {
    const { page, offset } = placeOf(base, index * entryBytes);
    const words = wordsAt(reader, page, offset, entryBytes);
    if (words.some((word) => word !== 0)) entries.push(entryOf(first + index, page, offset, words));
  }
  return { ...placeOf(base, 0), structure: streamEntry, name, entries };
}

function entryOf(stream: number, page: number, offset: number, words: readonly number[]): EntryView {
  const read = (name: string): number => readField(fieldOf(streamEntry, name), words);
  const config = fieldOf(streamEntry, 'Config');
  const how = read('Config');
  const contexts = placeOf(read('S1ContextPtr'), 0);
  const parts = [
    config.kind === 'choice' ? (config.choices[how] ?? `Config ${how}`) : `Config ${how}`,
    ...(how % 2 === 1 ? [`contexts ${hexAddress(contexts.page, contexts.offset)}`] : []),
    ...(how >= 6 ? [`VMID ${read('S2VMID')}`] : []),
  ];
  const isPresent = read('V') === 1;
  return {
    page,
    offset,
    structure: streamEntry,
    label: streamText(stream),
    summary: parts.join(' · '),
    isPresent,
  };
}

/** A place so many bytes behind an address given in 64 bytes. */
function placeOf(sixtyfourths: number, bytes: number): { page: number; offset: number } {
  const offset = (sixtyfourths % 64) * 64 + bytes;
  return { page: Math.floor(sixtyfourths / 64) + Math.floor(offset / 4096), offset: offset % 4096 };
}

function wordsAt(reader: WordReader, page: number, offset: number, bytes: number): number[] {
  const words: number[] = [];
  for (let byte = 0; byte < bytes; byte += 8)
    words.push(reader.low(page, offset + byte), reader.high(page, offset + byte));
  return words;
}
