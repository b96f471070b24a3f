import type { FaultRecordView, QueueView } from '../architecture';
import { readField, readPage } from '../bits/access';
import { joinAddress } from '../bits/hex';
import { fieldOf } from '../bits/layout';
import { deviceText } from '../bits/text';
import { errorLog, errorStatus } from './layouts/registers';
import { register } from './registers';

/** A host bridge has no queue: hypercalls and kills take effect at once. */
export function queueView(): QueueView {
  return { size: 0, descriptorWords: 4, head: 0, tail: 0, entries: [], error: '' };
}

/** The recorded error; none once software has freed it. */
export function faultRecords(registers: Uint32Array): readonly FaultRecordView[] {
  const wordsOf = (index: number): readonly number[] => [
    registers[index * 2] ?? 0,
    registers[index * 2 + 1] ?? 0,
  ];
  const status = wordsOf(register.TCE_ERR_STATUS);
  const read = (name: string): number => readField(fieldOf(errorStatus, name), status);
  if (read('V') === 0) return [];
  const log = wordsOf(register.TCE_ERR_LOG);
  return [
    {
      slot: 0,
      isPending: true,
      reason: read('Reason'),
      device: deviceText(read('RID')),
      pasid: undefined,
      access: read('RW') === 1 ? 'write' : 'read',
      address: joinAddress(
        readPage(fieldOf(errorLog, 'Address'), log),
        readField(fieldOf(errorLog, 'Offset'), log),
      ),
    },
  ];
}
