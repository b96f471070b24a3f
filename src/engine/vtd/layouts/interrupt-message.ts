import { choice, flag, ignored, reserved, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

/** The address of an interrupt write in remappable format. */
export const interruptMessage = layout('interrupt-message', 'Interrupt message address', 64, 'VT-d 5.1.2.2', [
  reserved(63, 32),
  uint('RANGE', 'interrupt range', 31, 20, 'Always 0xFEE.'),
  uint('HANDLE', 'handle, low bits', 19, 5, 'Index of the interrupt remapping entry, bits 14:0.'),
  choice('FORMAT', 'format', 4, 4, { 0: 'compatibility', 1: 'remappable' }, 'How the message is read.'),
  flag('SHV', 'sub-handle', 3, 'The data adds to the handle.'),
  uint('HANDLEH', 'handle, upper bit', 2, 2, 'Bit 15 of the handle.'),
  ignored(1, 0),
]);
