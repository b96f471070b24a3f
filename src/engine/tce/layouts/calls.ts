import { choice, flag, ignored, page, reserved, uint } from '../../bits/field';
import { type Layout, layout } from '../../bits/layout';

const numbers = { 32: 'H_PUT_TCE', 312: 'H_STUFF_TCE', 316: 'H_PUT_TCE_INDIRECT' } as const;
const section = 'PAPR hypercalls; the arguments stand in registers, the packing is the model’s own';
const call = choice('TYPE', 'call', 63, 32, numbers, 'Number of the hypercall.');
const handle = uint('LIOBN', 'table', 31, 0, 'Handle of the TCE table: 0x80000000 and up.');
const address = page('IOBA', 'address', 127, 76, 'Address of the bus.');
const withinPage = ignored(75, 64, 'The offset in the page.');
const value = [
  page('RPN', 'real page', 191, 140, 'The real page.'),
  ignored(139, 130),
  flag('W', 'write', 129, 'The device may write.'),
  flag('R', 'read', 128, 'The device may read.'),
] as const;
const count = uint('N', 'count', 223, 192, 'How many TCEs.');

export const putTce = layout('h-put-tce', 'H_PUT_TCE', 256, section, [
  reserved(255, 192),
  ...value,
  address,
  withinPage,
  call,
  handle,
]);

export const stuffTce = layout('h-stuff-tce', 'H_STUFF_TCE', 256, section, [
  reserved(255, 224),
  count,
  ...value,
  address,
  withinPage,
  call,
  handle,
]);

export const putTceIndirect = layout('h-put-tce-indirect', 'H_PUT_TCE_INDIRECT', 256, section, [
  reserved(255, 224),
  count,
  page('LIST', 'list', 191, 140, 'Page that holds the TCEs, at most 512.'),
  reserved(139, 128),
  address,
  withinPage,
  call,
  handle,
]);

/** By the number of the call. */
export const callOf: Readonly<Record<number, Layout>> = {
  [0x20]: putTce,
  [0x138]: stuffTce,
  [0x13c]: putTceIndirect,
};
