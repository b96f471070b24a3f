import { describe, expect, it } from 'vitest';
import type { Moment } from '../../../engine/moment';
import { afterStep, lesson, viewOfRun } from '../../test-support/lab';
import { projectBits } from '../AddressBits';
import { project as projectCaches } from '../caches/project';
import { project } from './project';

const view = viewOfRun(lesson('ats-pri'));

/** The moment after the step of that title. */
function after(title: string): Moment {
  const index = view.scenario.steps.findIndex((step) => step.title === title);
  return afterStep(view, index + 1);
}

function outcome(title: string) {
  const picture = project(after(title));
  return picture.kind === 'dma' ? [picture.outcome, picture.formula] : picture.kind;
}

describe('the walk of a device that keeps translations', () => {
  it('ends at the address that the translated request carries', () => {
    expect(outcome('First ask, then write')).toEqual([
      { kind: 'answered', page: 0x1c4e72, offset: 0x40, text: '8 memory reads' },
      '4 device structures + 4 of stage 1 = 8 reads',
    ]);
  });

  it('has no reads after a hit, and shows the device’s own address', () => {
    expect(outcome('And the device still writes')).toEqual([
      { kind: 'answered', page: 0x1c4e72, offset: 0xc0, text: '0 memory reads' },
      'No memory reads: a cache answered.',
    ]);
    expect(projectBits(after('And the device still writes'))).toMatchObject({
      page: 0x5a3c96b7d,
      offset: 0xc0,
    });
  });

  it('ends without permission where the device must ask for the page', () => {
    expect(outcome('No fault, but a question')).toEqual([
      { kind: 'refused', code: 'R = W = 0', name: 'no permission' },
      '1 read',
    ]);
  });
});

describe('the caches of a device', () => {
  const boxes = (title: string) =>
    projectCaches(after(title))
      .slice(-2)
      .map(({ name, size, rows }) => [
        name,
        size,
        rows.map(({ mark, isStale }) => `${mark}${isStale ? ', stale' : ''}`),
      ]);

  it('stand behind the machine’s own, and go stale with an unmap', () => {
    expect(boxes('The process gives the page back')).toEqual([
      ['Device TLB of Accelerator', 4, ['none, stale']],
      ['Page request list of Accelerator', 2, []],
    ]);
  });

  it('hold the page request until it is answered', () => {
    expect(boxes('No fault, but a question')[1]).toEqual(['Page request list of Accelerator', 2, ['filled']]);
    expect(boxes('The write, at last')[1]).toEqual(['Page request list of Accelerator', 2, []]);
  });
});
