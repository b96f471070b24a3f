import { hexAddress } from '../bits/hex';
import { cacheShapes } from './caches';

/** What a column of a cache's row means to a person; empty when it means nothing in this row. */
export function cacheText(cache: number, column: number, row: readonly number[]): string {
  const shape = cacheShapes[cache];
  const value = row[column] ?? 0;
  if (shape === undefined) return String(value);
  switch (([...shape.tags, ...shape.data] as readonly string[])[column]) {
    case 'page':
      return hexAddress(value * 2 ** ((row[3] ?? 12) - 12));
    case 'size':
      return sizeText(value);
    case 'host page':
      return hexAddress(value);
    case 'permissions':
      return `${value & 1 ? 'r' : '-'}${value & 2 ? 'w' : '-'}`;
  }
  return String(value);
}

/** `01:02.3` for a requester ID. */
export function deviceText(device: number): string {
  const two = (value: number): string => value.toString(16).padStart(2, '0');
  return `${two(device >> 8)}:${two((device >> 3) & 31)}.${device & 7}`;
}

/** `64 KiB` for 16. */
export function sizeText(size: number): string {
  const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const unit = Math.min(4, Math.floor(size / 10) - 1);
  return `${2 ** (size - 10 * (unit + 1))} ${units[unit]}`;
}
