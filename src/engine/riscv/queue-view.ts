import type { FaultRecordView, QueueView, WordReader } from '../architecture';
import { readField } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { recordBytes } from './fault-queue';
import { commandOf, faultRecord, fence } from './layouts/commands';
import { commandControl, queueBase } from './layouts/registers';
import { commandBytes } from './queue';
import { register } from './registers';

const transactions: Readonly<Record<number, string>> = {
  1: 'execute',
  2: 'read',
  3: 'write',
  5: 'translated execute',
  6: 'translated read',
  7: 'translated write',
  8: 'translation request',
};

function queueOf(registers: Uint32Array, index: number): { page: number; size: number } {
  const words = [registers[index * 2] ?? 0, registers[index * 2 + 1] ?? 0];
  return {
    page: readField(fieldOf(queueBase, 'PPN'), words),
    size: 2 ** (readField(fieldOf(queueBase, 'LOG2SZ'), words) + 1),
  };
}

function wordsAt(reader: WordReader, page: number, bytes: number, count: number): number[] {
  const words: number[] = [];
  const at = page + Math.floor(bytes / 4096);
  for (let n = 0; n < count * 4; n += 8)
    words.push(reader.low(at, (bytes % 4096) + n), reader.high(at, (bytes % 4096) + n));
  return words;
}

/** The command queue as memory and registers have it: every command that software has written. */
export function commandView(reader: WordReader, registers: Uint32Array): QueueView {
  const { page, size } = queueOf(registers, register.cqb);
  const head = registers[register.cqh * 2] ?? 0;
  const tail = registers[register.cqt * 2] ?? 0;
  const control = [registers[register.cqcsr * 2] ?? 0, 0];
  const hasStopped = readField(fieldOf(commandControl, 'cmd_ill'), control) === 1;
  const entries = [];
  for (let index = 0; index < size; index++) {
    const bytes = index * commandBytes;
    const words = wordsAt(reader, page, bytes, 4);
    if (words.every((word) => word === 0)) continue;
    const isWaiting = head <= tail ? index >= head && index < tail : index >= head || index < tail;
    const state = isWaiting ? (hasStopped && index === head ? 'stopped' : 'waiting') : 'done';
    const forms = commandOf[readField(fieldOf(fence, 'OPCODE'), words)];
    const structure = forms?.[readField(fieldOf(fence, 'FUNC3'), words)];
    const place = { page: page + Math.floor(bytes / 4096), offset: bytes % 4096 };
    entries.push({ index, ...place, words, structure, state } as const);
  }
  const error = hasStopped ? 'the command is illegal' : '';
  return { size, descriptorWords: 2, head, tail, entries, error };
}

/** The fault records that software has not read yet. */
export function faultViews(registers: Uint32Array, reader: WordReader): readonly FaultRecordView[] {
  const { page, size } = queueOf(registers, register.fqb);
  const head = registers[register.fqh * 2] ?? 0;
  const tail = registers[register.fqt * 2] ?? 0;
  const records: FaultRecordView[] = [];
  for (let index = 0; index < size; index++) {
    const words = wordsAt(reader, page, index * recordBytes, 8);
    if (words.every((word) => word === 0)) continue;
    const read = (name: string): number => readField(fieldOf(faultRecord, name), words);
    records.push({
      slot: index,
      isPending: head <= tail ? index >= head && index < tail : index >= head || index < tail,
      reason: read('CAUSE'),
      device: `0x${read('DID').toString(16)}`,
      pasid: read('PV') === 1 ? read('PID') : undefined,
      access: transactions[read('TTYP')] ?? 'request',
      address: { low: read('IOTVALL'), high: read('IOTVALH') },
    });
  }
  return records;
}
