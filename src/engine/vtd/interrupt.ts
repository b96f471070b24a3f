import { bitsReader, pageReader, readField } from '../bits/access';
import { joinAddress } from '../bits/hex';
import { fieldOf, wordCount } from '../bits/layout';
import { hasReserved, reservedMask } from '../bits/reserved';
import type { DmaRequest } from '../request';
import { interruptEntry } from './layouts/interrupt-entry';
import { interruptMessage } from './layouts/interrupt-message';
import { globalStatus, interruptTableAddress } from './layouts/registers';
import { register } from './registers';
import { structureIndex } from './structures';
import { fetchStructure, type Unit } from './unit';

const entry = {
  structure: structureIndex(interruptEntry),
  isPresent: bitsReader(interruptEntry, 'P'),
  disablesFaults: bitsReader(interruptEntry, 'FPD'),
  source: bitsReader(interruptEntry, 'SID'),
  qualifier: bitsReader(interruptEntry, 'SQ'),
  validation: bitsReader(interruptEntry, 'SVT'),
  mask: reservedMask(interruptEntry),
};
const entriesPerPage = 256;
const table = pageReader(interruptTableAddress, 'IRTA');

/** What comes of an interrupt write; `index` is -1 when the message names none. */
export interface Remapped {
  readonly reason: number;
  readonly disablesFaults: boolean;
  readonly index: number;
}

/** Checks an interrupt write against the interrupt remapping table (VT-d 5.1). Reason 0: it is delivered. */
export function remapInterrupt(unit: Unit, request: DmaRequest): Remapped {
  let index = -1;
  const refuse = (reason: number, disablesFaults = false): Remapped => ({ reason, disablesFaults, index });
  const { low } = joinAddress(request.page, request.offset);
  const message = (name: string): number => readField(fieldOf(interruptMessage, name), [low, 0]);
  const { registers } = unit;
  if (message('FORMAT') === 0) return refuse(allowsCompatibility(unit) ? 0 : 0x25);
  if (request.data >>> 16 !== 0) return refuse(0x20);
  const handle = message('HANDLE') + message('HANDLEH') * 2 ** 15;
  index = handle + (message('SHV') === 1 ? request.data & 0xffff : 0);
  const size = readField(fieldOf(interruptTableAddress, 'S'), [registers.low(register.IRTA), 0]);
  if (index >= 2 ** (size + 1)) return refuse(0x21);
  const page = table.of(registers.words, register.IRTA * 2) + Math.floor(index / entriesPerPage);
  const at = fetchStructure(unit, entry.structure, page, index % entriesPerPage, wordCount(interruptEntry));
  if (at < 0) return refuse(0x23);
  const { words } = unit.memory;
  const disablesFaults = entry.disablesFaults.of(words, at) === 1;
  if (entry.isPresent.of(words, at) === 0) return refuse(0x22, disablesFaults);
  if (hasReserved(entry.mask, words, at)) return refuse(0x24, disablesFaults);
  return refuse(isFromAllowedSource(words, at, request.device) ? 0 : 0x26, disablesFaults);
}

function allowsCompatibility(unit: Unit): boolean {
  const { registers } = unit;
  const isAllowed = readField(fieldOf(globalStatus, 'CFIS'), [registers.low(register.GSTS), 0]) === 1;
  const isExtended =
    readField(fieldOf(interruptTableAddress, 'EIME'), [registers.low(register.IRTA), 0]) === 1;
  return isAllowed && !isExtended;
}

function isFromAllowedSource(words: Uint32Array, at: number, device: number): boolean {
  const source = entry.source.of(words, at);
  switch (entry.validation.of(words, at)) {
    case 0:
      return true;
    case 1: {
      const ignored = [0, 4, 6, 7][entry.qualifier.of(words, at)] as number;
      return (source | ignored) === (device | ignored);
    }
    case 2: {
      const bus = device >> 8;
      return bus <= source >> 8 && bus >= (source & 0xff);
    }
  }
  return false;
}
