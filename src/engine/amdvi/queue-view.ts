import type { FaultRecordView, QueueView, WordReader } from '../architecture';
import { readField, readPage } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { deviceText } from '../bits/text';
import { commandOf, event, invalidateAll } from './layouts/commands';
import { ringBase, ringPlace, status } from './layouts/registers';
import { register } from './registers';
import { entryBytes } from './ring';

function placeIn(registers: Uint32Array, index: number): number {
  return readField(fieldOf(ringPlace, 'Place'), [registers[index * 2] ?? 0, 0]);
}

function baseIn(registers: Uint32Array, index: number): { page: number; size: number } {
  const words = [registers[index * 2] ?? 0, registers[index * 2 + 1] ?? 0];
  return {
    page: readPage(fieldOf(ringBase, 'Base'), words),
    size: 2 ** readField(fieldOf(ringBase, 'Length'), words),
  };
}

interface Written {
  readonly index: number;
  readonly page: number;
  readonly offset: number;
  readonly words: readonly number[];
}

/** The entries of a ring that were ever written. */
function writtenIn(reader: WordReader, { page, size }: { page: number; size: number }): readonly Written[] {
  const found: Written[] = [];
  for (let index = 0; index < size; index++) {
    const at = page + Math.floor((index * entryBytes) / 4096);
    const offset = (index * entryBytes) % 4096;
    const words = [0, 8].flatMap((byte) => [reader.low(at, offset + byte), reader.high(at, offset + byte)]);
    if (words.some((word) => word !== 0)) found.push({ index, page: at, offset, words });
  }
  return found;
}

function isBetween(index: number, head: number, tail: number): boolean {
  return head <= tail ? index >= head && index < tail : index >= head || index < tail;
}

/** The command buffer as memory and registers have it: every command that software has written. */
export function commandView(reader: WordReader, registers: Uint32Array): QueueView {
  const base = baseIn(registers, register.cmdbuf_base);
  const head = placeIn(registers, register.cmd_head);
  const tail = placeIn(registers, register.cmd_tail);
  const isRunning = readField(fieldOf(status, 'CmdBufRun'), [registers[register.status * 2] ?? 0, 0]) === 1;
  const entries = writtenIn(reader, base).map(({ index, page, offset, words }) => {
    const isWaiting = isBetween(index, head, tail);
    const state = isWaiting ? (!isRunning && index === head ? 'stopped' : 'waiting') : 'done';
    const structure = commandOf[readField(fieldOf(invalidateAll, 'Op'), words)];
    return { index, page, offset, words, structure, state } as const;
  });
  return {
    size: base.size,
    descriptorWords: 2,
    head,
    tail,
    entries,
    error: isRunning ? '' : 'the command is illegal',
  };
}

/** The events of the log. */
export function eventViews(registers: Uint32Array, reader: WordReader): readonly FaultRecordView[] {
  const head = placeIn(registers, register.evt_head);
  const tail = placeIn(registers, register.evt_tail);
  return writtenIn(reader, baseIn(registers, register.evtlog_base)).map(({ index, words }) => {
    const read = (name: string): number => readField(fieldOf(event, name), words);
    return {
      slot: index,
      isPending: isBetween(index, head, tail),
      reason: read('Code'),
      device: deviceText(read('DeviceID')),
      pasid: read('GN') === 1 ? read('Domain') + read('PASIDH') * 2 ** 16 : undefined,
      access: read('RW') === 1 ? 'write' : 'read',
      address: { low: read('AddressL'), high: read('AddressH') },
    };
  });
}
