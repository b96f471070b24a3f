import type { FaultRecordView, QueueView, WordReader } from '../architecture';
import { readField, readPage } from '../bits/access';
import { fieldOf } from '../bits/layout';
import { streamText } from './cache-text';
import { commandBytes } from './commands';
import { eventBytes } from './event-queue';
import { commandOf, event, opcode } from './layouts/commands';
import { globalError, queueBase, queuePlace } from './layouts/registers';
import { register } from './registers';

interface Queue {
  readonly page: number;
  readonly size: number;
  readonly bytes: number;
  readonly producer: number;
  readonly consumer: number;
}

interface Written {
  readonly index: number;
  readonly page: number;
  readonly offset: number;
  readonly words: readonly number[];
}

function queueAt(
  registers: Uint32Array,
  base: number,
  producer: number,
  consumer: number,
  bytes: number,
): Queue {
  const words = [registers[base * 2] ?? 0, registers[base * 2 + 1] ?? 0];
  const size = 2 ** readField(fieldOf(queueBase, 'LOG2SIZE'), words);
  const placeIn = (index: number): number =>
    readField(fieldOf(queuePlace, 'INDEX'), [registers[index * 2] ?? 0, 0]) % (2 * size);
  return {
    page: readPage(fieldOf(queueBase, 'ADDR'), words),
    size,
    bytes,
    producer: placeIn(producer),
    consumer: placeIn(consumer),
  };
}

/** The entries of a queue that were ever written. */
function writtenIn(reader: WordReader, { page, size, bytes }: Queue): readonly Written[] {
  const found: Written[] = [];
  for (let index = 0; index < size; index++) {
    const at = page + Math.floor((index * bytes) / 4096);
    const offset = (index * bytes) % 4096;
    const words: number[] = [];
    for (let byte = 0; byte < bytes; byte += 8)
      words.push(reader.low(at, offset + byte), reader.high(at, offset + byte));
    if (words.some((word) => word !== 0)) found.push({ index, page: at, offset, words });
  }
  return found;
}

/** Whether the entry of an index was put in and not yet taken out. */
function isWaiting({ size, producer, consumer }: Queue, index: number): boolean {
  const count = (producer - consumer + 2 * size) % (2 * size);
  return (index - (consumer % size) + size) % size < count;
}

/** The command queue as memory and registers have it: every command that software has written. */
export function commandView(reader: WordReader, registers: Uint32Array): QueueView {
  const queue = queueAt(registers, register.CMDQ_BASE, register.CMDQ_PROD, register.CMDQ_CONS, commandBytes);
  const hasStopped = readField(fieldOf(globalError, 'CMDQ'), [registers[register.GERROR * 2] ?? 0, 0]) === 1;
  const head = queue.consumer % queue.size;
  const entries = writtenIn(reader, queue).map(({ index, page, offset, words }) => {
    const stopped = hasStopped && index === head ? 'stopped' : 'waiting';
    const state = isWaiting(queue, index) ? stopped : 'done';
    return { index, page, offset, words, structure: commandOf[readField(opcode, words)], state } as const;
  });
  return {
    size: queue.size,
    descriptorWords: commandBytes / 8,
    head,
    tail: queue.producer % queue.size,
    entries,
    error: hasStopped ? 'CERROR_ILL: the command is illegal' : '',
  };
}

/** The events of the queue. */
export function eventViews(registers: Uint32Array, reader: WordReader): readonly FaultRecordView[] {
  const queue = queueAt(
    registers,
    register.EVENTQ_BASE,
    register.EVENTQ_PROD,
    register.EVENTQ_CONS,
    eventBytes,
  );
  return writtenIn(reader, queue).map(({ index, words }) => {
    const read = (name: string): number => readField(fieldOf(event, name), words);
    return {
      slot: index,
      isPending: isWaiting(queue, index),
      reason: read('Number'),
      device: streamText(read('StreamID')),
      pasid: read('SSV') === 1 ? read('SubstreamID') : undefined,
      access: read('RnW') === 1 ? 'read' : 'write',
      address: { low: read('AddressL'), high: read('AddressH') },
    };
  });
}
