import { hexAddress } from '../bits/hex';
import { sizeText } from '../bits/text';
import { cacheShapes, noVmid } from './caches';
import { may } from './descriptor-format';

const made = ['', 'stage 1', 'stage 2', 'both stages'];

/** What a column of a cache's row means to a person; empty when it means nothing in this row. */
export function cacheText(cache: number, column: number, row: readonly number[]): string {
  const shape = cacheShapes[cache];
  const value = row[column] ?? 0;
  if (shape === undefined) return String(value);
  const name = ([...shape.tags, ...shape.data] as readonly string[])[column] ?? '';
  switch (name) {
    case 'VMID':
      return value === noVmid ? 'none' : String(value);
    case 'ASID':
      return value < 0 ? 'none' : asidText(value);
    case 'stream':
      return streamText(value);
    case 'page':
      return shape.id === 'iotlb' ? hexAddress(value * 2 ** ((row[3] ?? 12) - 12)) : hexAddress(value);
    case 'offset':
    case 'data':
    case 'prefix':
      return `0x${value.toString(16)}`;
    case 'size':
      return sizeText(value);
    case 'level':
      return String(3 - value);
    case 'permissions':
      return permissionsText(value);
    case 'substream':
      return value < 0 ? 'none' : String(value);
    case 'access':
      return ['read', 'write', 'execute'][value] ?? String(value);
    case 'privileged':
    case 'global':
    case 'may be marked':
      return value === 1 ? 'yes' : '';
    case 'made by':
      return made[value] ?? String(value);
    case 'table':
    case 'host page':
      return value > 0 ? hexAddress(value) : '';
  }
  return name.startsWith('word ') ? `0x${value.toString(16)}` : String(value);
}

/** A stream ID as the manual writes it. */
export function streamText(stream: number): string {
  return `0x${stream.toString(16)}`;
}

/** ASIDs of the upper half of addresses have a bit above their sixteen. */
function asidText(asid: number): string {
  const asids = 2 ** 16;
  return asid >= asids ? `${asid - asids}, upper` : String(asid);
}

function permissionsText(value: number): string {
  const letters: readonly (readonly [number, string])[] = [
    [may.read, 'r'],
    [may.write, 'w'],
    [may.execute, 'x'],
    [may.privilegedRead, 'R'],
    [may.privilegedWrite, 'W'],
    [may.privilegedExecute, 'X'],
  ];
  return letters.map(([bit, letter]) => (value & bit ? letter : '-')).join('');
}
