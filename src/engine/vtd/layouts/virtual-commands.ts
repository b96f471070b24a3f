import { choice, flag, reserved, uint } from '../../bits/field';
import { layout } from '../../bits/layout';

/** Registers of a virtual unit through which a guest asks its host for PASIDs; ECAP.VCS says that they exist. */
export const virtualCommandCapability = layout(
  'VCCAP',
  'Virtual command capability',
  64,
  'VT-d 11.4, virtual commands',
  [reserved(63, 1), flag('PAS', 'PASID support', 0, 'The commands that allocate and free PASIDs exist.')],
);

export const virtualCommandCodes = { 1: 'allocate PASID', 2: 'free PASID' } as const;

export const virtualCommand = layout('VCMD', 'Virtual command register', 64, 'VT-d 11.4, virtual commands', [
  reserved(63, 36),
  uint('OP', 'operand', 35, 16, 'The PASID to free.'),
  reserved(15, 8),
  choice('CMD', 'command', 7, 0, virtualCommandCodes, 'What the host shall do.'),
]);

/** Status 16 means that no PASID is left, or that the PASID to free is not the guest’s to free. */
export const virtualStatusCodes = { 0: 'success', 16: 'no such PASID' } as const;

export const virtualCommandResponse = layout(
  'VCRSP',
  'Virtual command response',
  64,
  'VT-d 11.4, virtual commands',
  [
    reserved(63, 36),
    uint('RSLT', 'result', 35, 16, 'The PASID that was allocated.'),
    reserved(15, 8),
    choice('SC', 'status', 7, 1, virtualStatusCodes, 'How the command ended.'),
    flag('IP', 'in progress', 0, 'The host has not answered yet.'),
  ],
);
