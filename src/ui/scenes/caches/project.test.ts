import { describe, expect, it } from 'vitest';
import { type Moment, momentAt } from '../../../engine/moment';
import { afterStep, lesson, microStepsOf, viewOfRun } from '../../test-support/lab';
import { type CachePicture, project } from './project';

/** A cache as a table drawn in text; `+` filled, `=` hit, `-` dropped, `?` stale. */
function printed({ name, columns, rows }: CachePicture): string {
  const signs = { filled: '+', hit: '=', dropped: '-', none: ' ' } as const;
  const lines = rows.map(
    ({ slot, cells, mark, isStale }) => `${signs[mark]}${isStale ? '?' : ' '} ${slot}: ${cells.join(' ')}`,
  );
  return `\n${[`${name}: ${columns.join(' ')}`, ...lines].map((line) => `      ${line}\n`).join('')}    `;
}

function cacheAt(moment: Moment, name: string): CachePicture {
  const found = project(moment).find((cache) => cache.name === name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
}

const plain = viewOfRun(lesson('first-walk'));

describe('the IOTLB', () => {
  it('is filled by a walk', () => {
    expect(printed(cacheAt(afterStep(plain, 2), 'IOTLB'))).toBe(`
      IOTLB: DID PASID page size host page permissions dirty
      +  4: 1 none 0x123456789000 4 KiB 0xabcde000 rwxu 1
    `);
  });

  it('is hit by the same read', () => {
    expect(printed(cacheAt(afterStep(plain, 3), 'IOTLB'))).toBe(`
      IOTLB: DID PASID page size host page permissions dirty
      =  4: 1 none 0x123456789000 4 KiB 0xabcde000 rwxu 1
    `);
  });

  it('is stale once the tables say otherwise', () => {
    expect(printed(cacheAt(afterStep(plain, 7), 'IOTLB'))).toBe(`
      IOTLB: DID PASID page size host page permissions dirty
       ? 4: 1 none 0x123456789000 4 KiB 0xabcde000 rwxu 1
         8: 1 none 0x12345678a000 4 KiB 0xdecaf000 rwxu 1
    `);
  });

  it('still shows what the invalidation dropped, until the next thing happens', () => {
    expect(printed(cacheAt(afterStep(plain, 9), 'IOTLB'))).toBe(`
      IOTLB: DID PASID page size host page permissions dirty
      -  4: 1 none 0x123456789000 4 KiB 0xabcde000 rwxu 1
         8: 1 none 0x12345678a000 4 KiB 0xdecaf000 rwxu 1
    `);
    expect(cacheAt(afterStep(plain, 10), 'IOTLB').rows.map(({ slot }) => slot)).toEqual([8]);
  });

  it('is marked within a step by its last micro-step alone', () => {
    const marks = microStepsOf(plain, 3).map((moment) => cacheAt(moment, 'IOTLB').rows[0]?.mark);
    expect(marks).toEqual(['none', 'none', 'hit', 'hit']);
  });
});

describe('a page-selective invalidation of nested entries', () => {
  const nested = afterStep(viewOfRun(lesson('nested-walk')), 7);

  it('drops every nested entry of the domain and none of the other domain', () => {
    const { columns, rows } = cacheAt(nested, 'IOTLB');
    const domain = columns.indexOf('DID');
    expect(rows.map(({ cells, mark }) => `${cells[domain]} ${mark}`)).toEqual([
      '3 none',
      '2 dropped',
      '2 dropped',
    ]);
  });
});

describe('a cache', () => {
  it('has as many places as the scenario gives it', () => {
    const scenario = lesson('first-walk');
    const caches = { iotlb: 'off', context: { sets: 2, ways: 3, replacement: 'lru' } } as const;
    const view = viewOfRun({ ...scenario, machine: { ...scenario.machine, caches } });
    const sizes = new Map(project(momentAt(view, 0)).map(({ name, size }) => [name, size]));
    expect([sizes.get('IOTLB'), sizes.get('Context cache')]).toEqual([0, 6]);
  });

  it('that is off holds nothing', () => {
    const scenario = lesson('first-walk');
    const view = viewOfRun({ ...scenario, machine: { ...scenario.machine, caches: { iotlb: 'off' } } });
    for (const pause of view.pauses) expect(cacheAt(momentAt(view, pause), 'IOTLB').rows).toEqual([]);
  });

  it.each([
    'first-walk',
    'nested-walk',
    'msi-bound',
  ])('shows what it holds at every moment of %s, in the order of its slots, each row as wide as its head', (name) => {
    const view = viewOfRun(lesson(name));
    for (const pause of view.pauses) {
      const moment = momentAt(view, pause);
      for (const { index, columns, rows } of project(moment)) {
        const live = rows.filter(({ mark }) => mark !== 'dropped').map(({ slot }) => slot);
        const held = [...(moment.state.caches[index]?.keys() ?? [])].sort((a, b) => a - b);
        expect(live).toEqual(held);
        expect(rows.filter(({ cells }) => cells.length !== columns.length)).toEqual([]);
      }
    }
  });
});

describe('stale entries', () => {
  it('are marked in the PASID cache and the IOTLB once the host rewrites a PASID entry', () => {
    const view = viewOfRun(lesson('pasid-edit'));
    const stale = project(afterStep(view, 5)).flatMap(({ name, rows }) =>
      rows.filter(({ isStale }) => isStale).map(() => name),
    );
    expect(stale).toEqual(['PASID cache', 'IOTLB']);
  });
});
