import type { EntryView, TableView, WordReader } from '../architecture';
import { readField, readPage } from '../bits/access';
import { hexAddress } from '../bits/hex';
import { fieldOf, type Layout } from '../bits/layout';
import * as layouts from './layouts/device';
import { capabilities, directoryPointer } from './layouts/registers';
import { register } from './registers';

const mostTables = 64;

/** The device directory and process directories that hardware would find now, outermost first. */
export function survey(reader: WordReader, registers: Uint32Array): readonly TableView[] {
  const wordsOf = (index: number): number[] => [registers[index * 2] ?? 0, registers[index * 2 + 1] ?? 0];
  const pointer = wordsOf(register.ddtp);
  const levels = readField(fieldOf(directoryPointer, 'MODE'), pointer) - 1;
  if (levels < 1) return [];
  const isExtended = readField(fieldOf(capabilities, 'MSI_FLAT'), wordsOf(register.capabilities)) === 1;
  const context = isExtended ? layouts.extendedDeviceContext : layouts.deviceContext;
  const leafBits = isExtended ? 6 : 7;
  const tables: TableView[] = [];
  const visit = (page: number, level: number, first: number): void => {
    if (tables.length >= mostTables) return;
    if (level === 0) {
      const label = (index: number): string => `device 0x${(first + index).toString(16)}`;
      const names = ['GATP.MODE', 'GSCID', 'FSC.MODE', 'FSC.PPN', 'GATP.PPN'];
      const entries = entriesOf(reader, context, page, 2 ** leafBits, label, names);
      tables.push({ page, offset: 0, structure: context, name: 'Device contexts', entries });
      for (const entry of entries) visitProcesses(entry);
      return;
    }
    const span = 2 ** (leafBits + 9 * (level - 1));
    const label = (index: number): string => `devices from 0x${(first + index * span).toString(16)}`;
    const entries = entriesOf(reader, layouts.directoryEntry, page, 512, label, ['PPN']);
    const name = `Device directory, level ${level + 1}`;
    tables.push({ page, offset: 0, structure: layouts.directoryEntry, name, entries });
    for (const entry of entries)
      visit(
        numberIn(reader, entry, layouts.directoryEntry, 'PPN'),
        level - 1,
        first + (entry.offset / 8) * span,
      );
  };
  const visitProcesses = (entry: EntryView): void => {
    const isDirect = numberIn(reader, entry, context, 'GATP.MODE') === 0;
    if (numberIn(reader, entry, context, 'PDTV') === 0 || !isDirect) return;
    const mode = numberIn(reader, entry, context, 'FSC.MODE');
    tables.push(...processTables(reader, numberIn(reader, entry, context, 'FSC.PPN'), mode, entry.label));
  };
  visit(readField(fieldOf(directoryPointer, 'PPN'), pointer), levels - 1, 0);
  return tables.slice(0, mostTables);
}

/** Process directories that lie in host pages; those of a guest are guest pages. */
function processTables(reader: WordReader, root: number, mode: number, owner: string): TableView[] {
  const tables: TableView[] = [];
  const visit = (page: number, level: number, first: number): void => {
    if (tables.length >= mostTables) return;
    if (level === 0) {
      const label = (index: number): string => `process ${first + index}`;
      const entries = entriesOf(reader, layouts.processContext, page, 256, label, [
        'FSC.MODE',
        'FSC.PPN',
        'PSCID',
      ]);
      tables.push({
        page,
        offset: 0,
        structure: layouts.processContext,
        name: `Process contexts, ${owner}`,
        entries,
      });
      return;
    }
    const span = level === 1 ? 256 : 131072;
    const label = (index: number): string => `processes from ${first + index * span}`;
    const entries = entriesOf(reader, layouts.processEntry, page, 512, label, ['PPN']);
    tables.push({
      page,
      offset: 0,
      structure: layouts.processEntry,
      name: `Process directory, ${owner}`,
      entries,
    });
    for (const entry of entries)
      visit(
        numberIn(reader, entry, layouts.processEntry, 'PPN'),
        level - 1,
        first + (entry.offset / 8) * span,
      );
  };
  if (mode > 0) visit(root, mode - 1, 0);
  return tables;
}

function wordsOf(reader: WordReader, page: number, offset: number, structure: Layout): number[] {
  const words: number[] = [];
  for (let at = 0; at < structure.bits / 8; at += 8)
    words.push(reader.low(page, offset + at), reader.high(page, offset + at));
  return words;
}

function numberIn(reader: WordReader, entry: EntryView, structure: Layout, name: string): number {
  return readField(fieldOf(structure, name), wordsOf(reader, entry.page, entry.offset, structure));
}

function entriesOf(
  reader: WordReader,
  structure: Layout,
  page: number,
  count: number,
  label: (index: number) => string,
  names: readonly string[],
): EntryView[] {
  const entries: EntryView[] = [];
  for (let index = 0; index < count; index++) {
    const offset = (index * structure.bits) / 8;
    const words = wordsOf(reader, page, offset, structure);
    if (words.every((word) => word === 0)) continue;
    const summary = names
      .map((name) => ({ field: fieldOf(structure, name), name }))
      .map(({ field, name }) => {
        if (field.kind === 'page')
          return readPage(field, words) === 0 ? '' : `${name} ${hexAddress(readPage(field, words))}`;
        const value = readField(field, words);
        return `${name} ${field.choices[value] ?? value}`;
      })
      .filter((part) => part !== '')
      .join(' · ');
    const isPresent = readField(fieldOf(structure, 'V'), words) === 1;
    entries.push({ page, offset, structure, label: label(index), summary, isPresent });
  }
  return entries;
}
