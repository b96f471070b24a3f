import type { EntryView, TableView, WordReader } from '../architecture';
import { readField, readPage } from '../bits/access';
import { hexAddress } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import { deviceText } from '../bits/text';
import { deviceEntry } from './layouts/device';
import { deviceTable } from './layouts/registers';
import { register } from './registers';

const entryBytes = 32;
const entriesPerPage = 128;

/** The device table that hardware would find now. */
export function survey(reader: WordReader, registers: Uint32Array): readonly TableView[] {
  const base = [registers[register.devtab_base * 2] ?? 0, registers[register.devtab_base * 2 + 1] ?? 0];
  const page = readPage(fieldOf(deviceTable, 'Base'), base);
  const count = (readField(fieldOf(deviceTable, 'Size'), base) + 1) * entriesPerPage;
  const entries: EntryView[] = [];
  for (let device = 0; device < count; device++) {
    const at = page + Math.floor((device * entryBytes) / 4096);
    const offset = (device * entryBytes) % 4096;
    const words: number[] = [];
    for (let byte = 0; byte < entryBytes; byte += 8)
      words.push(reader.low(at, offset + byte), reader.high(at, offset + byte));
    if (words.some((word) => word !== 0)) entries.push(entryOf(device, at, offset, words));
  }
  return [{ page, offset: 0, structure: deviceEntry, name: 'Device table', entries }];
}

function entryOf(device: number, page: number, offset: number, words: readonly number[]): EntryView {
  const read = (name: string): number => readField(fieldOf(deviceEntry, name), words);
  const root = readPage(fieldOf(deviceEntry, 'Root'), words);
  const parts = [
    `Mode ${read('Mode')}`,
    `DomainID ${read('DomainID')}`,
    ...(root > 0 ? [`Root ${hexAddress(root)}`] : []),
    ...(read('GV') === 1 ? [`GLX ${read('GLX')}`] : []),
    `${read('IR') === 1 ? 'r' : '-'}${read('IW') === 1 ? 'w' : '-'}`,
  ];
  const isPresent = read('V') === 1;
  return {
    page,
    offset,
    structure: deviceEntry,
    label: deviceText(device),
    summary: parts.join(' · '),
    isPresent,
  };
}
