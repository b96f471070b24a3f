import type { FaultRecordView, QueueView, WordReader } from '../architecture';
import { bitsReader, readField } from '../bits/access';
import { joinAddress, splitAddress } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import { deviceText } from '../bits/text';
import { descriptorOfType, iotlbDescriptor } from './layouts/descriptors';
import {
  faultRecord,
  faultStatus,
  queueAddress,
  queueErrorRecord,
  queueHead,
  queueTail,
} from './layouts/registers';
import { register } from './registers';

const unitBytes = 16;
const pageBytes = 4096;
const typeOf = bitsReader(iotlbDescriptor, 'TYPE');

/** The invalidation queue as memory and registers have it: every descriptor that software has written. */
export function queueView(reader: WordReader, registers: Uint32Array): QueueView {
  const read = (layout: typeof queueHead, name: string, index: number): number =>
    readField(fieldOf(layout, name), [registers[index * 2] ?? 0, registers[index * 2 + 1] ?? 0]);
  const bytes = read(queueAddress, 'DW', register.IQA) === 1 ? 2 * unitBytes : unitBytes;
  const ringBytes = pageBytes * 2 ** read(queueAddress, 'QS', register.IQA);
  const first = splitAddress({
    low: registers[register.IQA * 2] ?? 0,
    high: registers[register.IQA * 2 + 1] ?? 0,
  }).page;
  const head = (read(queueHead, 'QH', register.IQH) * unitBytes) / bytes;
  const tail = (read(queueTail, 'QT', register.IQT) * unitBytes) / bytes;
  const hasStopped = read(faultStatus, 'IQE', register.FSTS) === 1;
  const error = read(queueErrorRecord, 'IQEI', register.IQERCD);
  const size = ringBytes / bytes;
  const entries = [];
  for (let index = 0; index < size; index++) {
    const page = first + Math.floor((index * bytes) / pageBytes);
    const offset = (index * bytes) % pageBytes;
    const words: number[] = [];
    for (let at = offset; at < offset + bytes; at += 8)
      words.push(reader.low(page, at), reader.high(page, at));
    if (words.every((word) => word === 0)) continue;
    const isWaiting = head <= tail ? index >= head && index < tail : index >= head || index < tail;
    const state = isWaiting ? (hasStopped && index === head ? 'stopped' : 'waiting') : 'done';
    const structure = descriptorOfType[typeOf.of(Uint32Array.from(words), 0)];
    entries.push({ index, page, offset, words, structure, state } as const);
  }
  const { choices } = fieldOf(queueErrorRecord, 'IQEI');
  return {
    size,
    descriptorWords: bytes / 8,
    head,
    tail,
    entries,
    error: hasStopped ? (choices[error] ?? `error ${error}`) : '',
  };
}

/** The fault records that hold something. */
export function faultRecords(registers: Uint32Array): readonly FaultRecordView[] {
  const records: FaultRecordView[] = [];
  for (let at = register.record * 2; at + 4 <= registers.length; at += 4) {
    const words = [...registers.subarray(at, at + 4)];
    if (words.every((word) => word === 0)) continue;
    const read = (name: string): number => readField(fieldOf(faultRecord, name), words);
    records.push({
      slot: (at / 2 - register.record) / 2,
      isPending: read('F') === 1,
      reason: read('FR'),
      device: deviceText(read('SID')),
      pasid: read('PP') === 1 ? read('PV') : undefined,
      access: read('T1') === 1 ? 'read' : 'write',
      address: joinAddress(read('FI'), 0),
    });
  }
  return records;
}
