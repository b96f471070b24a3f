import { describe, expect, it } from 'vitest';
import { hexAddress } from '../../../engine/bits/hex';
import { momentAt } from '../../../engine/moment';
import type { Scenario, Step } from '../../../engine/scenario/schema';
import { afterStep, lesson, viewOfRun } from '../../test-support/lab';
import { type Link, project, type SpacesPicture } from './project';

function linkText({ from, to, isStale }: Link): string {
  const ends = [from, to].map(({ ribbon, page }) => `${ribbon} ${hexAddress(page)}`);
  return `${ends.join(' → ')}${isStale ? ', stale' : ''}`;
}

/** Links as text; those of the step in progress, or all. */
function linksOf({ links }: SpacesPicture, only: 'active' | 'all' = 'all'): readonly string[] {
  return links.filter(({ isActive }) => only === 'all' || isActive).map(linkText);
}

function blocksOf({ ribbons }: SpacesPicture, id: string): readonly string[] {
  const ribbon = ribbons.find((one) => one.id === id);
  return (ribbon?.blocks ?? []).map(({ label, note }) => (note === '' ? label : `${label}: ${note}`));
}

const plain = viewOfRun(lesson('first-walk'));
const bound = viewOfRun(lesson('msi-bound'));

describe('the address spaces', () => {
  it('have no guest between device and host when nothing is nested', () => {
    expect(project(momentAt(plain, 0)).ribbons.map(({ id }) => id)).toEqual(['device', 'host']);
    expect(project(momentAt(bound, 0)).ribbons.map(({ id }) => id)).toEqual(['device', 'guest', 'host']);
  });

  it('show what software has mapped before anything is asked', () => {
    expect(linksOf(project(momentAt(plain, 0)))).toEqual([
      'device 0x123456789000 → host 0xabcde000',
      'device 0x12345678a000 → host 0xdecaf000',
    ]);
  });

  it('show two mappings that do not meet, and the doorbell that only one of them reaches', () => {
    const picture = project(momentAt(bound, 0));
    expect(linksOf(picture)).toEqual(
      expect.arrayContaining([
        'device 0x5ca1ab1e2000 → guest 0x208090000',
        'guest 0x8000000 → host 0xbe110000',
      ]),
    );
    expect(blocksOf(picture, 'host')).toContain('0xbe110000: the physical doorbell (hDB)');
  });

  it('light the page that a request asks for, and no way from it when it is refused', () => {
    const picture = project(afterStep(plain, 5));
    const device = picture.ribbons.find(({ id }) => id === 'device');
    expect(device?.blocks.filter(({ isActive }) => isActive).map(({ label }) => label)).toEqual([
      '0x12345678b000',
    ]);
    expect(linksOf(picture, 'active')).toEqual([]);
  });

  it('light the whole way of a request that goes through', () => {
    expect(linksOf(project(afterStep(bound, 7)), 'active')).toEqual(
      expect.arrayContaining([
        'device 0x5ca1ab1e2000 → guest 0x208090000',
        'guest 0x208090000 → host 0xbe110000',
      ]),
    );
  });

  it('light the way of the earlier walk when the IOTLB answers, and no tables', () => {
    expect(linksOf(project(afterStep(bound, 8)), 'active')).toEqual([
      'device 0x5ca1ab1e2000 → guest 0x208090000',
      'guest 0x208090000 → host 0xbe110000',
    ]);
  });

  it('name the guest’s tables by the level that the walk needs them for', () => {
    expect(blocksOf(project(afterStep(bound, 3)), 'guest')).toEqual(
      expect.arrayContaining([
        '0x7b105000: level-4 table',
        '0x7b2cb000: level-3 table',
        '0x7b491000: level-2 table',
        '0x7b657000: level-1 table',
      ]),
    );
  });

  it('mark a way stale from the change in the tables on, also when it is taken', () => {
    const stale = [7, 8].map((number) =>
      linksOf(project(afterStep(plain, number))).filter((text) => text.endsWith('stale')),
    );
    const way = 'device 0x123456789000 → host 0xabcde000, stale';
    expect(stale).toEqual([[way], [way]]);
  });

  it('mark no way stale before that, nor after the invalidation', () => {
    for (const number of [2, 3, 4, 5, 6, 9, 10]) {
      const texts = linksOf(project(afterStep(plain, number)));
      expect(texts.filter((text) => text.endsWith('stale'))).toEqual([]);
    }
  });
});

describe('a ribbon', () => {
  const pages = Array.from({ length: 40 }, (_, n) => n);
  const crowded: Scenario = {
    ...lesson('first-walk'),
    spaces: [
      {
        id: 'card',
        stage: 2,
        levels: 4,
        tables: '0x51a07000',
        maps: pages.map((n) => [hexAddress(0x1000 + 3 * n), hexAddress(0x9000 - 5 * n)]),
      },
    ],
    steps: pages.map(
      (n): Step => ({ do: 'dma', device: '0x18', access: 'r', at: hexAddress(0x1000 + 3 * n) }),
    ),
  };
  const view = viewOfRun(crowded);

  it('shows a few blocks, sorted, the one in use among them, and counts the rest', () => {
    for (const number of pages.map((n) => n + 1)) {
      for (const { blocks, more } of project(afterStep(view, number)).ribbons) {
        expect(blocks.length).toBeLessThanOrEqual(8);
        expect(blocks.map(({ page }) => page)).toEqual(blocks.map(({ page }) => page).sort((a, b) => a - b));
        expect(blocks.filter(({ isActive }) => isActive).length).toBe(1);
        expect(blocks.length + more).toBeGreaterThanOrEqual(number);
      }
    }
  });

  it.each([
    'first-walk',
    'nested-walk',
    'msi-bound',
    'pasid-edit',
  ])('holds both ends of every link that is drawn, throughout %s', (name) => {
    const run = viewOfRun(lesson(name));
    for (const pause of run.pauses) {
      const { ribbons, links } = project(momentAt(run, pause));
      const shown = new Set(ribbons.flatMap(({ id, blocks }) => blocks.map(({ page }) => `${id} ${page}`)));
      const ends = links.flatMap(({ from, to }) => [from, to]).map(({ ribbon, page }) => `${ribbon} ${page}`);
      expect(ends.filter((end) => !shown.has(end))).toEqual([]);
    }
  });
});

describe('what is gone', () => {
  it('keeps an unmapped page while the IOTLB knows it, marked stale, and drops it with the entry', () => {
    expect(linksOf(project(afterStep(plain, 8)))).toContain('device 0x123456789000 → host 0xabcde000, stale');
    const gone = linksOf(project(afterStep(plain, 9)));
    expect(gone.filter((link) => link.startsWith('device 0x123456789000'))).toEqual([]);
  });

  it('shows a mapping that a step adds, and keeps the doorbell in the picture', () => {
    const picture = project(afterStep(bound, 6));
    expect(linksOf(picture)).toContain('guest 0x208090000 → host 0xbe110000');
    expect(blocksOf(picture, 'host')).toContain('0xbe110000: the physical doorbell (hDB)');
  });
});
