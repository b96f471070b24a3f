import { hexAddress } from '../bits/hex';
import { deviceText, sizeText } from '../bits/text';
import { cacheShapes } from './caches';
import { may } from './host-format';

const made = ['', 'host tables', 'guest tables', 'both'];
const modes = ['no host tables', '1 level', '2 levels', '3 levels', '4 levels', '5 levels', '6 levels'];

/** What a column of a cache's row means to a person; empty when it means nothing in this row. */
export function cacheText(cache: number, column: number, row: readonly number[]): string {
  const shape = cacheShapes[cache];
  const value = row[column] ?? 0;
  if (shape === undefined) return String(value);
  const name = ([...shape.tags, ...shape.data] as readonly string[])[column] ?? '';
  switch (name) {
    case 'device':
      return deviceText(value);
    case 'PASID':
      return value < 0 ? 'none' : String(value);
    case 'page':
      return hexAddress(value * 2 ** ((row[3] ?? 12) - 12));
    case 'prefix':
    case 'flags':
      return `0x${value.toString(16)}`;
    case 'size':
      return sizeText(value);
    case 'level':
      return String(value + 1);
    case 'mode':
      return modes[value] ?? String(value);
    case 'permissions':
      return permissionsText(value);
    case 'made by':
      return made[value] ?? String(value);
    case 'interrupt table':
      return value === 0 ? '' : hexAddress(Math.floor(value / 64), (value % 64) * 64);
  }
  if (name === 'host page') return hexAddress(value);
  if (name === 'root' || name === 'table' || name === 'GCR3 table') return value > 0 ? hexAddress(value) : '';
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
