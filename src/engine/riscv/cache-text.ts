import { hexAddress } from '../bits/hex';
import { sizeText } from '../bits/text';
import { cacheShapes, noGuest } from './caches';
import { may } from './stage-format';

const made = ['', 'first stage', 'second stage', 'both stages', 'MSI table'];
const memoryTypes = ['as attributes', 'not cached', 'I/O'];

/** What a column of a cache's row means to a person; empty when it means nothing in this row. */
export function cacheText(cache: number, column: number, row: readonly number[]): string {
  const shape = cacheShapes[cache];
  const value = row[column] ?? 0;
  if (shape === undefined) return String(value);
  const name = ([...shape.tags, ...shape.data] as readonly string[])[column] ?? '';
  switch (name) {
    case 'GSCID':
      return value >= noGuest ? 'none' : String(value);
    case 'PSCID':
      return value < 0 ? 'none' : String(value);
    case 'page':
      return shape.id === 'iotlb' ? hexAddress(value * 2 ** ((row[3] ?? 12) - 12)) : hexAddress(value);
    case 'device':
    case 'prefix':
    case 'control':
      return `0x${value.toString(16)}`;
    case 'size':
      return sizeText(value);
    case 'level':
      return String(value + 1);
    case 'permissions':
      return permissionsText(value);
    case 'made by':
      return made[value] ?? String(value);
    case 'memory type':
      return memoryTypes[value] ?? String(value);
  }
  if (name.endsWith('page') || name === 'table') return value > 0 ? hexAddress(value) : '';
  return String(value);
}

function permissionsText(value: number): string {
  const letters: readonly (readonly [number, string])[] = [
    [may.read, 'r'],
    [may.write, 'w'],
    [may.execute, 'x'],
    [may.user, 'u'],
  ];
  return letters.map(([bit, letter]) => (value & bit ? letter : '-')).join('');
}
