import { choice, type Field, flag, frame, page, reserved, uint } from '../../bits/field';
import { type Layout, layout } from '../../bits/layout';

export const opcodes = { 1: 'IOTINVAL', 2: 'IOFENCE', 3: 'IODIR', 4: 'ATS' } as const;

const head: readonly Field[] = [
  uint('FUNC3', 'function', 9, 7, 'Which form of the command.'),
  choice('OPCODE', 'opcode', 6, 0, opcodes, 'Which command.'),
];

function invalidate(id: string, name: string): Layout {
  return layout(id, name, 128, 'RISC-V IOMMU 4.1.1', [
    reserved(127, 126),
    frame('ADDR', 'address', 125, 74, 'Page number of the address, or a range when S is set.'),
    flag('S', 'range', 73, 'The address names a range of pages.'),
    reserved(72, 64),
    reserved(63, 60),
    uint('GSCID', 'guest soft-context', 59, 44, 'Whose entries are meant.'),
    reserved(43, 35),
    flag('NL', 'tables too', 34, 'Entries for tables on the way go as well.'),
    flag('GV', 'GSCID valid', 33, 'Only the named guest.'),
    flag('PSCV', 'PSCID valid', 32, 'Only the named process.'),
    uint('PSCID', 'process soft-context', 31, 12, 'Whose entries are meant.'),
    reserved(11),
    flag('AV', 'address valid', 10, 'Only the named address.'),
    ...head,
  ]);
}

export const invalidateFirst = invalidate('iotinval-vma', 'IOTINVAL.VMA');
export const invalidateSecond = invalidate('iotinval-gvma', 'IOTINVAL.GVMA');

export const fence = layout('iofence-c', 'IOFENCE.C', 128, 'RISC-V IOMMU 4.1.2', [
  reserved(127, 126),
  uint('ADDRH', 'address, upper part', 125, 74, 'Bits 63:12 of where the data is written.'),
  uint('ADDRL', 'address, lower part', 73, 64, 'Bits 11:2 of where the data is written.'),
  uint('DATA', 'data', 63, 32, 'Written once all earlier commands are done.'),
  reserved(31, 14),
  flag('PW', 'previous writes', 13, 'Waits for earlier writes of devices.'),
  flag('PR', 'previous reads', 12, 'Waits for earlier reads of devices.'),
  flag('WSI', 'wired interrupt', 11, 'Interrupts when done.'),
  flag('AV', 'address valid', 10, 'The data is written.'),
  ...head,
]);

function directory(id: string, name: string): Layout {
  return layout(id, name, 128, 'RISC-V IOMMU 4.1.3', [
    reserved(127, 64),
    uint('DID', 'device', 63, 40, 'Whose entries are meant.'),
    reserved(39, 34),
    flag('DV', 'device valid', 33, 'Only the named device.'),
    reserved(32),
    uint('PID', 'process', 31, 12, 'Whose entry is meant.'),
    reserved(11, 10),
    ...head,
  ]);
}

export const invalidateDevice = directory('iodir-ddt', 'IODIR.INVAL_DDT');
export const invalidateProcess = directory('iodir-pdt', 'IODIR.INVAL_PDT');

function toDevice(id: string, name: string): Layout {
  return layout(id, name, 128, 'RISC-V IOMMU 4.1.4', [
    uint('PAYLOADH', 'payload, upper part', 127, 96, 'Of the message to the device.'),
    uint('PAYLOADL', 'payload, lower part', 95, 64, 'Of the message to the device.'),
    uint('DSEG', 'segment', 63, 56, 'Of the device.'),
    uint('RID', 'requester', 55, 40, 'The device.'),
    reserved(39, 34),
    flag('DSV', 'segment valid', 33, 'The segment is meant.'),
    flag('PV', 'process valid', 32, 'The process is meant.'),
    uint('PID', 'process', 31, 12, 'Whose entries are meant.'),
    reserved(11, 10),
    ...head,
  ]);
}

export const invalidateAts = toDevice('ats-inval', 'ATS.INVAL');
export const pageResponse = toDevice('ats-prgr', 'ATS.PRGR');

/** By opcode and function. */
export const commandOf: Readonly<Record<number, readonly Layout[]>> = {
  1: [invalidateFirst, invalidateSecond],
  2: [fence],
  3: [invalidateDevice, invalidateProcess],
  4: [invalidateAts, pageResponse],
};

export const pageRequestRecord = layout('page-request', 'Page request', 128, 'RISC-V IOMMU 4.3', [
  page('ADDR', 'address', 127, 76, 'The page that the device asks for.'),
  uint('PRGI', 'group', 75, 67, 'The page request group.'),
  flag('L', 'last', 66, 'The group is complete: its answer is awaited.'),
  flag('W', 'write', 65, 'The device wants to write.'),
  flag('R', 'read', 64, 'The device wants to read.'),
  uint('DID', 'device', 63, 40, 'Who asks.'),
  reserved(39, 35),
  flag('EXEC', 'execute', 34, 'The device wants to execute.'),
  flag('PRIV', 'privileged', 33, 'The device asks as supervisor.'),
  flag('PV', 'process valid', 32, 'The request carried a process_id.'),
  uint('PID', 'process', 31, 12, 'The process_id.'),
  reserved(11, 0),
]);

export const faultRecord = layout('fault-record', 'Fault record', 256, 'RISC-V IOMMU 4.2', [
  uint('IOTVAL2H', 'second value, upper part', 255, 224, 'Guest address of a guest-page fault.'),
  uint('IOTVAL2L', 'second value, lower part', 223, 192, 'Guest address; bit 0 implicit, bit 1 a write.'),
  uint('IOTVALH', 'value, upper part', 191, 160, 'The address that was refused.'),
  uint('IOTVALL', 'value, lower part', 159, 128, 'The address that was refused.'),
  reserved(127, 96),
  reserved(95, 64),
  uint('DID', 'device', 63, 40, 'Who asked.'),
  uint('TTYP', 'transaction type', 39, 34, 'What was asked.'),
  flag('PRIV', 'privileged', 33, 'The request was privileged.'),
  flag('PV', 'process valid', 32, 'The request carried a process_id.'),
  uint('PID', 'process', 31, 12, 'The process_id.'),
  uint('CAUSE', 'cause', 11, 0, 'Why.'),
]);
