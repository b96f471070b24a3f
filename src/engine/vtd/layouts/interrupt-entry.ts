import { choice, flag, ignored, reserved, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

/** An interrupt remapping entry in remapped format (IM = 0). */
export const interruptEntry = layout('irte', 'Interrupt remapping entry', 128, 'VT-d 9.9', [
  reserved(127, 84),
  choice(
    'SVT',
    'source validation',
    83,
    82,
    { 0: 'none', 1: 'source identifier', 2: 'bus range' },
    'How the sender is checked.',
  ),
  choice(
    'SQ',
    'source qualifier',
    81,
    80,
    { 0: 'all bits', 1: 'ignore bit 2', 2: 'ignore bits 2:1', 3: 'ignore bits 2:0' },
    'Which function bits do not count.',
  ),
  uint('SID', 'source identifier', 79, 64, 'Who may send this interrupt.'),
  uint('DST', 'destination', 63, 32, 'The APIC identifier.'),
  reserved(31, 24),
  uint('V', 'vector', 23, 16, 'The vector delivered.'),
  choice('IM', 'mode', 15, 15, { 0: 'remapped', 1: 'posted' }, 'How the interrupt is delivered.'),
  reserved(14, 12),
  ignored(11, 8, 'Free for software.'),
  uint('DLM', 'delivery mode', 7, 5, 'As in an APIC message.'),
  flag('TM', 'trigger mode', 4, 'Level triggered.'),
  flag('RH', 'redirection hint', 3, 'Lowest priority delivery.'),
  flag('DM', 'destination mode', 2, 'Logical destination.'),
  flag('FPD', 'fault processing disable', 1, 'Qualified faults of this entry are not recorded.'),
  flag('P', 'present', 0, 'The entry is in use.'),
]);
