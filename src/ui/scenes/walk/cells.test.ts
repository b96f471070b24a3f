import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventsOfStep, type Moment } from '../../../engine/moment';
import { afterStep, lesson, microStepsOf, viewOfRun } from '../../test-support/lab';
import type { Cell, DmaPicture } from './picture';
import { project } from './project';

function pictureAt(moment: Moment): DmaPicture {
  const picture = project(moment);
  if (picture.kind !== 'dma') throw new Error(`It is the picture of a ${picture.kind}.`);
  return picture;
}

/** Every cell of the picture, in reading order. */
function cellsOf({ device, rows }: DmaPicture): readonly Cell[] {
  return [...device, ...rows.flatMap(({ cells, last }) => (last === undefined ? cells : [...cells, last]))];
}

/** Where hardware has read in this step, in order. */
function readPlaces(moment: Moment): readonly (readonly [number, number])[] {
  return eventsOfStep(moment).flatMap((event) =>
    event.kind === 'fetch' ? [[event.page, event.offset] as const] : [],
  );
}

const walks = ['first-walk', 'nested-walk', 'msi-bound', 'pasid-edit'].flatMap((name) => {
  const view = viewOfRun(lesson(name));
  return view.scenario.steps.flatMap((step, index) =>
    step.do === 'dma' ? [{ name, number: index + 1, moments: microStepsOf(view, index + 1) }] : [],
  );
});

describe.each(walks)('the cells of step $number of $name', ({ moments }) => {
  it('that carry a number are the reads made so far, in order, at the addresses read', () => {
    for (const moment of moments) {
      const made = cellsOf(pictureAt(moment)).filter(({ ordinal }) => ordinal !== undefined);
      expect(made.map(({ ordinal }) => ordinal)).toEqual(made.map((_, index) => index + 1));
      expect(made.map(({ page, offset }) => [page, offset])).toEqual(readPlaces(moment));
    }
  });

  it('have one that is active from the first read to the answer, and it is the last read', () => {
    for (const moment of moments) {
      const picture = pictureAt(moment);
      const active = cellsOf(picture).filter(({ state }) => state === 'active');
      const isBusy = picture.reads > 0 && picture.outcome.kind === 'open';
      expect(active.map(({ ordinal }) => ordinal)).toEqual(isBusy ? [picture.reads] : []);
    }
  });

  it('know where an entry lies once it is read, and not before', () => {
    for (const moment of moments) {
      for (const { ordinal, ref, page, offset, index } of cellsOf(pictureAt(moment))) {
        if (ordinal === undefined) expect([page, ref?.kind === 'entry']).toEqual([-1, false]);
        else {
          expect(ref).toMatchObject({ kind: 'entry', page, offset });
          expect(index).toMatch(/^[0-9a-f]{3}$/);
        }
      }
    }
  });

  it('are a picture that never forgets: a read cell keeps its place and its value', () => {
    const seen = new Map<number, string>();
    for (const moment of moments) {
      for (const { ordinal, key, index } of cellsOf(pictureAt(moment))) {
        if (ordinal === undefined) continue;
        expect(seen.get(ordinal) ?? `${key} ${index}`).toBe(`${key} ${index}`);
        seen.set(ordinal, `${key} ${index}`);
      }
    }
  });

  it('have keys of their own', () => {
    for (const moment of moments) {
      const picture = pictureAt(moment);
      const keys = cellsOf(picture).map(({ key }) => key);
      expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    }
  });
});

describe('the parts of an address', () => {
  const scenario = lesson('first-walk');

  it('are its nine-bit indices from the highest level down', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 48n - 1n), (address) => {
        const at = `0x${address.toString(16)}`;
        const dma = { do: 'dma', device: '0x18', access: 'r', at } as const;
        const view = viewOfRun({ ...scenario, steps: [...scenario.steps, dma] });
        const [row] = pictureAt(afterStep(view, view.spans.length)).rows;
        const parts = [39n, 30n, 21n, 12n].map((shift) => ((address >> shift) & 0x1ffn).toString(16));
        expect(row?.index).toBe(parts.map((part) => part.padStart(3, '0')).join(' '));
      }),
    );
  });

  it('stand before the rows of a nested walk, the offset last', () => {
    const nested = lesson('nested-walk');
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 47n - 1n), (address) => {
        const at = `0x${address.toString(16)}`;
        const dma = { do: 'dma', device: '0x18', pasid: 5, access: 'r', at } as const;
        const view = viewOfRun({ ...nested, steps: [...nested.steps.slice(0, 2), dma] });
        const { rows } = pictureAt(afterStep(view, 3));
        const parts = [39n, 30n, 21n, 12n].map((shift) => (address >> shift) & 0x1ffn);
        const texts = [...parts, address & 0xfffn].map((part) => part.toString(16).padStart(3, '0'));
        expect(rows.map(({ index }) => index)).toEqual(texts);
      }),
    );
  });
});
