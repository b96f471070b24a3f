import type { EntryView, TableView, WordReader } from '../architecture';
import { readField } from '../bits/access';
import { hexAddress, splitAddress } from '../bits/hex';
import { fieldOf, type Layout, wordCount } from '../bits/layout';
import { deviceText } from '../bits/text';
import * as device from './layouts/device-tables';
import { rootTableAddress } from './layouts/registers';
import { register } from './registers';

const buses = 256;
const perPasidTable = 64;
const mostTables = 64;

/** The device, context and PASID tables that hardware would find now, outermost first. */
export function survey(reader: WordReader, registers: Uint32Array): readonly TableView[] {
  const low = registers[register.RTADDR * 2] ?? 0;
  const high = registers[register.RTADDR * 2 + 1] ?? 0;
  const mode = readField(fieldOf(rootTableAddress, 'TTM'), [low, high]);
  const root = splitAddress({ low, high }).page;
  if (mode === 0) return legacyTables(reader, root);
  return mode === 1 ? scalableTables(reader, root) : [];
}

function legacyTables(reader: WordReader, root: number): TableView[] {
  const roots = entriesOf(reader, device.rootEntry, root, buses, (bus) => busLabel(bus), ['CTP']);
  const tables = [view('Root table', device.rootEntry, root, roots)];
  for (const entry of roots) {
    const bus = entry.offset / 16;
    const table = field(reader, entry, device.rootEntry, 'CTP');
    const label = (index: number): string => deviceText(bus * 256 + index);
    const entries = entriesOf(reader, device.contextEntry, table, 256, label, ['TT', 'DID', 'SSPTPTR']);
    tables.push(view(`Context table, ${busLabel(bus)}`, device.contextEntry, table, entries));
  }
  return tables.slice(0, mostTables);
}

function scalableTables(reader: WordReader, root: number): TableView[] {
  const roots = entriesOf(reader, device.scalableRootEntry, root, buses, (bus) => busLabel(bus), [
    'LCTP',
    'UCTP',
  ]);
  const tables = [view('Root table', device.scalableRootEntry, root, roots)];
  const directories = new Map<number, string>();
  for (const entry of roots) {
    const bus = entry.offset / 16;
    for (const [half, present, pointer] of [
      [0, 'LP', 'LCTP'],
      [128, 'UP', 'UCTP'],
    ] as const) {
      if (field(reader, entry, device.scalableRootEntry, present) === 0) continue;
      const table = field(reader, entry, device.scalableRootEntry, pointer);
      const label = (index: number): string => deviceText(bus * 256 + half + index);
      const names = ['PASIDDIRPTR', 'PASIDE'];
      const entries = entriesOf(reader, device.scalableContextEntry, table, 128, label, names);
      const range = half === 0 ? 'devices 00 to 0f' : 'devices 10 to 1f';
      tables.push(
        view(`Context table, ${busLabel(bus)}, ${range}`, device.scalableContextEntry, table, entries),
      );
      for (const context of entries) {
        const directory = field(reader, context, device.scalableContextEntry, 'PASIDDIRPTR');
        if (!directories.has(directory)) directories.set(directory, context.label);
      }
    }
  }
  for (const [directory, owner] of directories) tables.push(...pasidTables(reader, directory, owner));
  return tables.slice(0, mostTables);
}

function pasidTables(reader: WordReader, directory: number, owner: string): TableView[] {
  const label = (index: number): string =>
    `PASIDs ${index * perPasidTable} to ${index * perPasidTable + perPasidTable - 1}`;
  const entries = entriesOf(reader, device.pasidDirectoryEntry, directory, 512, label, ['SMPTBLPTR']);
  const tables = [view(`PASID directory, ${owner}`, device.pasidDirectoryEntry, directory, entries)];
  for (const entry of entries) {
    const first = (entry.offset / 8) * perPasidTable;
    const table = field(reader, entry, device.pasidDirectoryEntry, 'SMPTBLPTR');
    const names = ['PGTT', 'DID', 'FSPTPTR', 'SSPTPTR'];
    const inTable = entriesOf(
      reader,
      device.pasidEntry,
      table,
      perPasidTable,
      (index) => `PASID ${first + index}`,
      names,
    );
    tables.push(view(`PASID table, ${owner}`, device.pasidEntry, table, inTable));
  }
  return tables;
}

function view(name: string, structure: Layout, page: number, entries: readonly EntryView[]): TableView {
  return { name, structure, page, offset: 0, entries };
}

function busLabel(bus: number): string {
  return `bus ${bus.toString(16).padStart(2, '0')}`;
}

/** Entries that hold anything at all. */
function entriesOf(
  reader: WordReader,
  structure: Layout,
  page: number,
  count: number,
  label: (index: number) => string,
  shown: readonly string[],
): EntryView[] {
  const bytes = wordCount(structure) * 4;
  const found: EntryView[] = [];
  for (let index = 0; index < count; index++) {
    const offset = index * bytes;
    const words = wordsAt(reader, page, offset, wordCount(structure));
    if (words.every((word) => word === 0)) continue;
    const isPresent = ['P', 'LP', 'UP'].some(
      (name) =>
        structure.fields.some(({ abbr }) => abbr === name) &&
        readField(fieldOf(structure, name), words) === 1,
    );
    found.push({
      page,
      offset,
      structure,
      label: label(index),
      summary: summaryOf(structure, words, shown),
      isPresent,
    });
  }
  return found;
}

function summaryOf(structure: Layout, words: readonly number[], shown: readonly string[]): string {
  return shown
    .map((name) => {
      const declared = fieldOf(structure, name);
      const value = readField(declared, words);
      if (declared.kind === 'page') return value === 0 ? '' : `${name} ${hexAddress(value)}`;
      return `${name} ${declared.choices[value] ?? value}`;
    })
    .filter((part) => part !== '')
    .join(' · ');
}

function field(reader: WordReader, entry: EntryView, structure: Layout, name: string): number {
  return readField(fieldOf(structure, name), wordsAt(reader, entry.page, entry.offset, wordCount(structure)));
}

function wordsAt(reader: WordReader, page: number, offset: number, count: number): number[] {
  const words: number[] = [];
  for (let at = offset; at < offset + count * 4; at += 8)
    words.push(reader.low(page, at), reader.high(page, at));
  return words;
}
