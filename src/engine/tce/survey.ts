import type { EntryView, TableView, WordReader } from '../architecture';
import { readField, readPage } from '../bits/access';
import { hexAddress } from '../bits/hex';
import { fieldOf, type Layout } from '../bits/layout';
import { deviceText, sizeText } from '../bits/text';
import { endpoints, entriesPerPage } from './find-endpoint';
import { indexBitsOf, pageShiftOf } from './find-window';
import { deviceEntry, windowEntry } from './layouts/device';
import { deviceTableBase, windowTableBase } from './layouts/registers';
import { register } from './registers';

type Described = Pick<EntryView, 'label' | 'summary' | 'isPresent'>;

/** The requester table and the window table that hardware would find now. */
export function survey(reader: WordReader, registers: Uint32Array): readonly TableView[] {
  const wordsOf = (index: number): readonly number[] => [
    registers[index * 2] ?? 0,
    registers[index * 2 + 1] ?? 0,
  ];
  const base = wordsOf(register.RTT_BAR);
  const devices = readPage(fieldOf(deviceTableBase, 'Base'), base);
  const count = (readField(fieldOf(deviceTableBase, 'Size'), base) + 1) * entriesPerPage;
  const windows = readPage(fieldOf(windowTableBase, 'Base'), wordsOf(register.TVT_BAR));
  return [
    tableOf(reader, devices, count, deviceEntry, 'Requester table', describeDevice),
    tableOf(reader, windows, endpoints * 2, windowEntry, 'Window table', describeWindow),
  ];
}

function tableOf(
  reader: WordReader,
  first: number,
  count: number,
  structure: Layout,
  name: string,
  describe: (index: number, words: readonly number[]) => Described,
): TableView {
  const entries: EntryView[] = [];
  for (let index = 0; index < count; index++) {
    const page = first + Math.floor(index / entriesPerPage);
    const offset = (index % entriesPerPage) * 8;
    const words = [reader.low(page, offset), reader.high(page, offset)];
    if (words.some((word) => word !== 0))
      entries.push({ page, offset, structure, ...describe(index, words) });
  }
  return { page: first, offset: 0, structure, name, entries };
}

function describeDevice(device: number, words: readonly number[]): Described {
  return {
    label: deviceText(device),
    summary: `PE ${readField(fieldOf(deviceEntry, 'PE'), words)}`,
    isPresent: readField(fieldOf(deviceEntry, 'V'), words) === 1,
  };
}

function describeWindow(index: number, words: readonly number[]): Described {
  const read = (name: string): number => readField(fieldOf(windowEntry, name), words);
  const levels = read('LEVELS') + 1;
  const parts =
    read('PSIZE') === 0
      ? ['not translated']
      : [
          `TCEs of ${sizeText(pageShiftOf(read('PSIZE')))}`,
          levels === 1 ? '1 level' : `${levels} levels`,
          `2^${indexBitsOf(read('TTS'))} entries`,
          `table ${hexAddress(read('TTA'))}`,
        ];
  return {
    label: `PE ${Math.floor(index / 2)}, ${index % 2 === 0 ? '32' : '64'}-bit window`,
    summary: parts.join(' · '),
    isPresent: read('TTS') > 0,
  };
}
