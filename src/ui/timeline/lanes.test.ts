import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventAt } from '../../engine/trace/trace';
import { lesson, viewOfRun } from '../test-support/lab';
import { placeScale } from './draw';
import { indexOfPause, lanes, projectTimeline, type TimelinePicture } from './lanes';

/** The lanes as text, one letter for each micro-step of the operations named; a bar where one begins. */
function printed({ marks, operations, length }: TimelinePicture, from: number, to: number): string {
  const first = operations[from - 1]?.at ?? 0;
  const last = operations[to]?.at ?? length;
  const lines = lanes.map((name, lane) => {
    const cells = Array.from({ length: last - first }, (_, n) => {
      const isMarked = marks.some((mark) => mark.lane === lane && mark.at === first + n + 1);
      const begins = operations.some(({ at }) => at === first + n);
      return `${begins ? '|' : ''}${isMarked ? '#' : '.'}`;
    });
    return `      ${name.padEnd(7)}${cells.join('')}\n`;
  });
  return `\n${lines.join('')}    `;
}

const scenario = lesson('first-walk');
const view = viewOfRun(scenario);
const picture = projectTimeline(view);

describe('the timeline', () => {
  it('draws a cold walk, then a hit', () => {
    expect(printed(picture, 2, 3)).toBe(`
      DMA    |#..........#|#..#
      reads  |..##..####..|....
      caches |.#..##....#.|.##.
      queue  |............|....
      writes |............|....
      faults |............|....
    `);
  });

  it('draws a walk that fails', () => {
    expect(printed(picture, 5, 5)).toBe(`
      DMA    |#......
      reads  |....#..
      caches |.###...
      queue  |.......
      writes |.......
      faults |......#
    `);
  });

  it('draws an invalidation', () => {
    expect(printed(picture, 9, 9)).toBe(`
      DMA    |.....
      reads  |.....
      caches |...#.
      queue  |..#..
      writes |#....
      faults |.....
    `);
  });

  it('has a mark for each read of the run, on the lane of the reads', () => {
    const reads = Array.from({ length: view.trace.length }, (_, n) => eventAt(view.trace, n)).filter(
      ({ kind }) => kind === 'fetch',
    );
    const onLane = picture.marks.filter(({ lane }) => lanes[lane] === 'reads');
    expect(onLane.length).toBe(reads.length);
  });

  it('has no place for two marks of a lane in one micro-step', () => {
    const places = picture.marks.map(({ lane, at }) => `${lane} ${at}`);
    expect(new Set(places).size).toBe(places.length);
  });

  it('begins each operation where the one before it ends', () => {
    expect(picture.operations.map(({ at }) => view.pauses[at])).toEqual(view.spans.map(({ from }) => from));
  });

  it('names each operation and knows where play waits', () => {
    const said = picture.operations.map(({ title, isStop }) => [title, isStop]);
    expect(said).toEqual(scenario.steps.map(({ title, stop }) => [title, stop === true]));
  });

  it('calls an operation without a title by what it does', () => {
    const bare = { ...scenario, steps: [{ do: 'note' } as const] };
    expect(projectTimeline(viewOfRun(bare)).operations.map(({ title }) => title)).toEqual(['note']);
  });
});

describe('the micro-step of a count', () => {
  it('is the last one at or before it', () => {
    const some = fc.uniqueArray(fc.nat(200), { minLength: 1 });
    fc.assert(
      fc.property(some, fc.nat(250), (numbers, count) => {
        const pauses = Uint32Array.from([0, ...numbers.filter((n) => n > 0)].sort((a, b) => a - b));
        expect(indexOfPause(pauses, count)).toBe([...pauses].filter((pause) => pause <= count).length - 1);
      }),
    );
  });
});

describe('a place on the timeline', () => {
  it('lies within the width, and further right for a later micro-step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 200, max: 2_000 }),
        (length, width) => {
          const scale = placeScale(length, width);
          const places = [0, 1, length].map((at) => scale(at));
          expect(places).toEqual([...places].sort((a, b) => a - b));
          expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
          expect(Math.max(...places)).toBeLessThanOrEqual(width);
          expect(scale.invert(scale(length))).toBeCloseTo(length);
        },
      ),
    );
  });

  it('is a number also when nothing has happened', () => {
    expect(Number.isFinite(placeScale(0, 800)(0))).toBe(true);
  });
});
