import { describe, expect, it } from 'vitest';
import { hexAddress } from '../../../engine/bits/hex';
import { type Moment, momentAt } from '../../../engine/moment';
import type { Scenario } from '../../../engine/scenario/schema';
import { afterStep, lesson, microStepsOf, viewOfRun } from '../../test-support/lab';
import type { Cell, Outcome, Row } from './picture';
import { project } from './project';

/** `>` is being read, `!` is where it fails, `~` is saved by a cache, `-` is not needed, `.` is to come. */
const signs = { coming: '.', done: '', active: '>', cached: '~', fault: '!', unused: '-' } as const;

/** A read as its place in the order and the index into its table. */
function cellText({ state, ordinal, index }: Cell): string {
  return `${signs[state]}${ordinal === undefined ? index : `${ordinal}:${index}`}`;
}

function rowText({ index, guest, cells, last, host }: Row): string {
  const from = guest === undefined ? index : `${index} at ${hexAddress(guest.page, guest.offset)}`;
  const reads = [...cells, ...(last === undefined ? [] : [last])].map(cellText).join(' ');
  return `${from} | ${reads}${host === undefined ? '' : ` | ${hexAddress(host.page, host.offset)}`}`;
}

function outcomeText(outcome: Outcome): string {
  if (outcome.kind === 'open') return 'open';
  if (outcome.kind === 'refused') return `refused: ${outcome.name} (${outcome.code})`;
  return `answered: ${hexAddress(outcome.page, outcome.offset)}, ${outcome.text}`;
}

/** The grid of a walk: the device's structures, a line for each row, and how the request stands. */
function printed(moment: Moment | undefined): string {
  const picture = moment === undefined ? undefined : project(moment);
  if (picture?.kind !== 'dma') return picture?.kind ?? 'no moment';
  const lines = [
    picture.device.map(cellText).join(' '),
    ...picture.rows.map(rowText),
    outcomeText(picture.outcome),
    ...(picture.formula === '' ? [] : [picture.formula]),
  ];
  return `\n${lines.map((line) => `      ${line.trim()}\n`).join('')}    `;
}

/** The moment just after read `ordinal` of step `number`. */
function afterRead(scenario: Scenario, number: number, ordinal: number): Moment | undefined {
  return microStepsOf(viewOfRun(scenario), number).filter(({ event }) => event?.kind === 'fetch')[
    ordinal - 1
  ];
}

function afterStepOf(scenario: Scenario, number: number): Moment {
  return afterStep(viewOfRun(scenario), number);
}

describe('a walk of one stage', () => {
  const scenario = lesson('first-walk');

  it('is laid out before anything is read', () => {
    expect(printed(momentAt(viewOfRun(scenario), 0))).toBe(`
      . .
      024 0d1 0b3 189 | . . . .
      open
    `);
  });

  it('shows the read in progress and those before it', () => {
    expect(printed(afterRead(scenario, 2, 4))).toBe(`
      1:000 2:018
      024 0d1 0b3 189 | 3:024 >4:0d1 . .
      open
    `);
  });

  it('shows every read and the host address at its end', () => {
    expect(printed(afterStepOf(scenario, 2))).toBe(`
      1:000 2:018
      024 0d1 0b3 189 | 3:024 4:0d1 5:0b3 6:189
      answered: 0xabcde040, 6 memory reads
      2 device structures + 4 of stage 2 = 6 reads
    `);
  });

  it('reads no cell when the IOTLB answers', () => {
    expect(printed(afterStepOf(scenario, 3))).toBe(`
      ~hit ~hit
      024 0d1 0b3 189 | ~ ~ ~ ~
      answered: 0xabcde040, 0 memory reads
      No memory reads: a cache answered.
    `);
  });

  it('saves the reads above the table that the walk cache knows, and fails at the empty entry', () => {
    expect(printed(afterStepOf(scenario, 5))).toBe(`
      ~hit
      024 0d1 0b3 18b | ~ ~ ~ !1:18b
      refused: Read not permitted (0x6)
      1 read
    `);
  });

  it('needs no level below a large page', () => {
    const large: Scenario = {
      ...scenario,
      spaces: [
        {
          id: 'card',
          stage: 2,
          levels: 4,
          tables: '0x51a07000',
          maps: [['0x40000000', '0x80000000', '0x200000']],
        },
      ],
      steps: [{ do: 'dma', device: '0x18', access: 'r', at: '0x40012345' }],
    };
    expect(printed(afterRead(large, 1, 5))).toBe(`
      1:000 2:018
      000 001 000 012 | 3:000 4:001 >5:000 -
      open
    `);
    expect(printed(afterStepOf(large, 1))).toBe(`
      1:000 2:018
      000 001 000 012 | 3:000 4:001 5:000 -
      answered: 0x80012345, 5 memory reads
      2 device structures + 3 of stage 2 = 5 reads
    `);
  });
});

describe('a walk within a walk', () => {
  const scenario = lesson('nested-walk');

  it('knows the first guest address before its row is read', () => {
    expect(printed(afterRead(scenario, 2, 6))).toBe(`
      1:000 2:018 3:000 4:005
      0fe at 0x7b1057f0 | 5:000 >6:001 . . .
      0ea | . . . . .
      0e0 | . . . . .
      04e | . . . . .
      2c0 | . . . .
      open
    `);
  });

  it('makes 28 reads when everything is cold: device, then row by row', () => {
    expect(printed(afterStepOf(scenario, 2))).toBe(`
      1:000 2:018 3:000 4:005
      0fe at 0x7b1057f0 | 5:000 6:001 7:1d8 8:105 9:0fe | 0x104f2027f0
      0ea at 0x7b2cb750 | 10:000 11:001 12:1d9 13:0cb 14:0ea | 0x104f204750
      0e0 at 0x7b491700 | 15:000 16:001 17:1da 18:091 19:0e0 | 0x104f205700
      04e at 0x7b657270 | 20:000 21:001 22:1db 23:057 24:04e | 0x104f206270
      2c0 at 0x194ae32c0 | 25:000 26:006 27:0a5 28:0e3 | 0x2f81c52c0
      answered: 0x2f81c52c0, 28 memory reads
      4 device structures + 4 of stage 1 + 20 of stage 2 = 28 reads
    `);
  });

  it('reads no cell when the IOTLB answers', () => {
    expect(printed(afterStepOf(scenario, 3))).toBe(`
      ~hit ~hit ~hit
      0fe | ~ ~ ~ ~ ~
      0ea | ~ ~ ~ ~ ~
      0e0 | ~ ~ ~ ~ ~
      04e | ~ ~ ~ ~ ~
      2c0 | ~ ~ ~ ~ | 0x2f81c52c0
      answered: 0x2f81c52c0, 0 memory reads
      No memory reads: a cache answered.
    `);
  });

  it('reads only the last entry of each stage when the walk caches are warm', () => {
    expect(printed(afterStepOf(scenario, 4))).toBe(`
      ~hit ~hit
      0fe | ~ ~ ~ ~ ~
      0ea | ~ ~ ~ ~ ~
      0e0 | ~ ~ ~ ~ ~
      04f | ~ ~ ~ ~ 1:04f | 0x104f206278
      2c0 at 0x194ae42c0 | ~ ~ ~ 2:0e4 | 0x2f81c62c0
      answered: 0x2f81c62c0, 2 memory reads
      1 of stage 1 + 1 of stage 2 = 2 reads
    `);
  });

  it('saves what a walk cache knows as soon as it answers, and not the read after it', () => {
    const lookups = microStepsOf(viewOfRun(scenario), 11).filter(({ event }) => event?.kind === 'lookup');
    expect(printed(lookups.at(-1))).toBe(`
      ~hit ~hit
      0fe at 0x7b1057f0 | 1:000 2:001 3:1d8 4:105 5:0fe | 0x104f2027f0
      0ea at 0x7b2cb750 | ~ ~ ~ 6:0cb 7:0ea | 0x104f204750
      0e0 at 0x7b491700 | ~ ~ ~ 8:091 9:0e0 | 0x104f205700
      04e at 0x7b657270 | ~ ~ ~ 10:057 >11:04e | 0x104f206270
      2c0 at 0x194ae32c0 | ~ ~ ~ .
      open
    `);
  });

  it('ends in the first row when stage 2 hides the guest’s root table', () => {
    expect(printed(afterStepOf(scenario, 9))).toBe(`
      ~hit ~hit
      0fe at 0x7b1057f0 | 1:000 2:001 3:1d8 !4:105 -
      0ea | - - - - -
      0e0 | - - - - -
      04e | - - - - -
      2c0 | - - - -
      refused: First-stage root not readable (0x75)
      4 reads
    `);
  });

  it('ends in the last row when stage 2 has nothing for the doorbell', () => {
    expect(printed(afterStepOf(lesson('msi-bound'), 4))).toBe(`
      ~hit ~hit
      0b9 at 0x7b1055c8 | ~ ~ ~ 1:105 2:0b9 | 0x104f2025c8
      086 at 0x7b81d430 | ~ ~ 3:1dc 4:01d 5:086 | 0x104f206430
      158 at 0x7b9e3ac0 | ~ ~ 6:1dc 7:1e3 8:158 | 0x104f207ac0
      1e2 at 0x7bba9f10 | ~ ~ 9:1dd 10:1a9 11:1e2 | 0x104f208f10
      040 at 0x208090040 | ~ !12:008 - -
      refused: Second-stage entry not present (0x79)
      4 of stage 1 + 8 of stage 2 = 12 reads
    `);
  });
});
