import { hexAddress } from '../bits/hex';
import { deviceText, sizeText } from '../bits/text';
import { cacheIndex, cacheShapes, contextColumn, iotlbColumn, madeBy, pasidColumn } from './caches';
import { faultReasons } from './faults';
import { pasidTranslationTypes, translationTypes } from './layouts/device-tables';
import { may } from './permissions';

/** What a column of a cache's row means to a person; empty when it means nothing in this row. */
export function cacheText(cache: number, column: number, row: readonly number[]): string {
  const shape = cacheShapes[cache];
  const value = row[column] ?? 0;
  if (shape === undefined) return String(value);
  if (isIdle(cache, column, row)) return '';
  const name = [...shape.tags, ...shape.data][column] ?? '';
  if (name === 'fault') return value === 0 ? '' : (faultReasons.get(value)?.abbr ?? `reason ${value}`);
  if (name === 'device') return deviceText(value);
  if (name === 'PASID' || name === 'RID_PASID') return value < 0 ? 'none' : String(value);
  if (name === 'permissions') return permissionsText(value);
  if (name === 'size') return sizeText(value);
  if (name === 'level') return String(value + 1);
  if (['page', 'prefix', 'table', 'host page', 'SS table', 'FS table'].includes(name))
    return pageText(cache, name, row, value);
  if (cache === cacheIndex.context && column === contextColumn.type) return textIn(translationTypes, value);
  if (cache === cacheIndex.pasid && column === pasidColumn.type) return textIn(pasidTranslationTypes, value);
  if (cache === cacheIndex.iotlb && column === iotlbColumn.type) {
    return value === 0 ? 'legacy' : textIn(pasidTranslationTypes, value);
  }
  return String(value);
}

/** Columns that this kind of entry does not use: of a scalable-mode context, and of a PASID's missing stages. */
function isIdle(cache: number, column: number, row: readonly number[]): boolean {
  if (cache === cacheIndex.context) {
    const isScalable = row[contextColumn.levels] === 0 && row[contextColumn.type] === 0;
    return isScalable && legacyColumns.has(column);
  }
  if (cache !== cacheIndex.pasid) return false;
  const type = row[pasidColumn.type];
  if (firstColumns.has(column)) return type !== madeBy.first && type !== madeBy.nested;
  return secondColumns.has(column) && type !== madeBy.second && type !== madeBy.nested;
}

/** Where the IOTLB's tags hold the size of the page. */
const sizeTag = 3;

const legacyColumns: ReadonlySet<number> = new Set([
  contextColumn.type,
  contextColumn.domain,
  contextColumn.levels,
]);
const firstColumns: ReadonlySet<number> = new Set([
  pasidColumn.firstLevels,
  pasidColumn.firstTable,
  pasidColumn.supervisor,
  pasidColumn.execute,
  pasidColumn.writeProtect,
  pasidColumn.extendedAccessed,
]);
const secondColumns: ReadonlySet<number> = new Set([
  pasidColumn.secondLevels,
  pasidColumn.secondTable,
  pasidColumn.secondDirty,
]);

function textIn(choices: Readonly<Record<number, string>>, value: number): string {
  return choices[value] ?? String(value);
}

/** The page tag of the IOTLB counts pages of the entry's own size. */
function pageText(cache: number, name: string, row: readonly number[], value: number): string {
  if (name === 'prefix') return `0x${value.toString(16)}`;
  if (name === 'page') return hexAddress(value * 2 ** ((row[sizeTag] ?? 12) - 12));
  return cache === cacheIndex.iotlb || value > 0 ? hexAddress(value) : '';
}

function permissionsText(value: number): string {
  return [
    value & may.read ? 'r' : '-',
    value & may.write ? 'w' : '-',
    value & may.execute ? 'x' : '-',
    value & may.user ? 'u' : 's',
  ].join('');
}
