import { describe, expect, it } from 'vitest';
import { catalogue } from '../../catalogue';
import { momentAt, viewOf } from '../../moment';
import { type Run, run } from '../../run';
import { checkScenario } from '../../scenario/parse';
import { type Scenario, scenarioFormat } from '../../scenario/schema';
import { printTrace } from '../../trace/print';

type Call = readonly [op: string, given: Readonly<Record<string, number | string | boolean>>];

const spaces = [{ id: 'process', stage: 1, levels: 4, tables: '0x5a105000', spread: '0x1c6000' }];

function scenarioOf(config: object, calls: readonly Call[]): Scenario {
  const checked = checkScenario({
    format: scenarioFormat,
    name: 'pasid-test',
    title: 'PASIDs',
    machine: { arch: 'vtd', config: { mode: 'scalable' }, tables: '0x40000000' },
    devices: [
      { id: '0x18', name: 'Card A' },
      { id: '0x90', name: 'Card B' },
    ],
    spaces,
    software: [{ kind: 'pasid', config }],
    steps: calls.map(([op, given]) => ({ do: 'call', to: 'pasid', op, with: given })),
  });
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.value;
}

function ran(scenario: Scenario): Run {
  const result = run(scenario);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

/** Everything that was said after the step's heading, without stores. */
function said(config: object, calls: readonly Call[]): string {
  const scenario = scenarioOf(config, calls);
  const value = ran(scenario);
  return printTrace(scenario, value, value.architecture)
    .filter((line) => line.startsWith('   '))
    .map((line) => line.trim())
    .join('\n');
}

/** The rows of a ledger as a person reads them. */
function ledger(scenario: Scenario, id: string): readonly string[] {
  const { software } = ran(scenario);
  const [description] = catalogue.descriptionsOf(scenario);
  const index = description?.ledgers.findIndex((shape) => shape.id === id) ?? -1;
  const shape = description?.ledgers[index];
  return [...(software.ledgers.rows[0]?.[index] ?? [])].map(([key, values]) =>
    [shape?.key.text(key), ...(shape?.columns.map(({ text }, at) => text(values[at] ?? 0)) ?? [])].join(
      ' | ',
    ),
  );
}

const twoGuests = {
  guests: ['Guest A: reply', 'Guest B: reply'],
  units: ['VT-d A: Guest A, vcmd', 'VT-d B: Guest B, vcmd'],
  devices: ['Card A: Guest A', 'Card B: Guest B, 8'],
};
const ready: readonly Call[] = [
  ['register', { unit: 'VT-d A' }],
  ['register', { unit: 'VT-d B' }],
];

describe('the virtual commands', () => {
  it('carry command, operand, status and result in the bits of the manual', () => {
    const config = { ...twoGuests, from: '0x4321' };
    const calls: readonly Call[] = [
      ...ready,
      ['alloc', { guest: 'Guest A' }],
      ['free', { guest: 'Guest A', pasid: 0x4321 }],
    ];
    expect(said(config, calls).split('\n').slice(6).join('\n')).toBe(
      `
Guest A wants a PASID from 0x1 to 0xfffff.
VT-d A: the write of 0x1 to VCMD traps to the host.
Virtual command registers: VT-d A, VCMD at 0xe00, word 0x0000000000000001, command allocate PASID.
Virtual command registers: VT-d A, VCRSP at 0xe10, word 0x0000000000000001, in progress 1.
The host gives 0x4321 to Guest A.
PASIDs, host: 0x4321, owner Guest A, state not bound.
Virtual command registers: VT-d A, VCRSP at 0xe10, word 0x0000000043210000, in progress 0, status 0 success, result 0x4321.
Guest A is handed 0x4321.
Allocators: Guest A, 1, allocator VT-d A, state active, numbers 1.
Numbers, guest: Guest A, 0x4321, from VT-d A, devices bound 0.
Guest A frees 0x4321.
VT-d A: the write of 0x43210002 to VCMD traps to the host.
Virtual command registers: VT-d A, VCMD at 0xe00, word 0x0000000043210002, command free PASID, operand 0x4321.
Virtual command registers: VT-d A, VCRSP at 0xe10, word 0x0000000000000001, in progress 1.
The host is to take 0x4321 back from Guest A.
PASIDs, host: 0x4321 is gone.
Virtual command registers: VT-d A, VCRSP at 0xe10, word 0x0000000000000000, in progress 0, status 0 success.
Allocators: Guest A, 1, allocator VT-d A, state active, numbers 0.
Numbers, guest: Guest A, 0x4321 is gone.`.trim(),
    );
  });

  it('answer status 16 to a guest that frees another guest’s number', () => {
    const calls: readonly Call[] = [
      ...ready,
      ['alloc', { guest: 'Guest A' }],
      ['command', { unit: 'VT-d B', code: 'free', pasid: 1 }],
    ];
    expect(said(twoGuests, calls)).toContain('back from Guest B. The answer is -EACCES.');
    expect(ledger(scenarioOf(twoGuests, calls), 'registers')).toContain(
      'VT-d B, VCRSP at 0xe10 | 0x0000000000000020 |  |  | 0 | 16 no such PASID | ',
    );
  });
});

describe('the range of a number', () => {
  const ask = (kernel: string): string =>
    said({ ...twoGuests, guests: [`Guest A: ${kernel}`, 'Guest B: reply'], from: '0x4321' }, [
      ...ready,
      ['alloc', { guest: 'Guest A', min: 1, max: 255 }],
    ]);

  it('is not looked at as posted, nor when only the arguments are checked', () => {
    expect(ask('posted')).toContain('Guest A is handed 0x4321.\n');
    expect(ask('merged')).toContain('Guest A is handed 0x4321.\n');
  });

  it('is compared when the answer is checked, and the number goes back', () => {
    const text = ask('checked');
    expect(text).toContain('gets no PASID. The answer is -ERANGE.');
    expect(text).toContain('PASIDs, host: 0x4321 is gone.');
  });

  it('ends at 20 bits where arguments are checked', () => {
    const config = { ...twoGuests, guests: ['Guest A: merged', 'Guest B: reply'] };
    const calls: readonly Call[] = [...ready, ['alloc', { guest: 'Guest A', max: '0x100000' }]];
    expect(said(config, calls)).toContain('The answer is -EINVAL.');
  });
});

describe('a bound number', () => {
  const bound: readonly Call[] = [
    ...ready,
    ['alloc', { guest: 'Guest A' }],
    ['bind', { device: 'Card A', pasid: 1, first: 'process' }],
  ];

  it('has its entry in memory', () => {
    const { memory } = ran(scenarioOf(twoGuests, bound));
    // Root 0x40000000, contexts, directory, table: entry 1 lies 64 bytes in; P, and PGTT first stage.
    expect(memory.low(0x40004, 64)).toBe(0x41);
    expect(ledger(scenarioOf(twoGuests, bound), 'tables')).toEqual(['Card A | 1 | 1 | 1 | 8']);
  });

  it('is not freed, neither by its guest’s kernel nor by the host', () => {
    const calls: readonly Call[] = [
      ...bound,
      ['free', { guest: 'Guest A', pasid: 1 }],
      ['command', { unit: 'VT-d A', code: 'free', pasid: 1 }],
    ];
    const text = said(twoGuests, calls);
    expect(text).toContain('Guest A frees 0x1. The answer is -EBUSY.');
    expect(text).toContain('The host is to take 0x1 back from Guest A. The answer is -EBUSY.');
    expect(ledger(scenarioOf(twoGuests, calls), 'namespace')).toEqual(['0x1 | Guest A | bound | Card A']);
  });

  it('passes the test of the patch as posted, which refuses one that is not bound', () => {
    const posted = { ...twoGuests, guests: ['Guest A: posted', 'Guest B: reply'] };
    const text = said(posted, [
      ...bound,
      ['free', { guest: 'Guest A', pasid: 1 }],
      ['alloc', { guest: 'Guest A' }],
      ['free', { guest: 'Guest A', pasid: 2 }],
    ]);
    expect(text).toContain('The host is to take 0x1 back from Guest A. The answer is -EBUSY.');
    expect(text).toContain('Guest A frees 0x2. The answer is -EBUSY.');
  });

  it('is free again after unbinding, which clears the entry', () => {
    const calls: readonly Call[] = [
      ...bound,
      ['unbind', { device: 'Card A', pasid: 1 }],
      ['free', { guest: 'Guest A', pasid: 1 }],
    ];
    const scenario = scenarioOf(twoGuests, calls);
    expect(ran(scenario).memory.low(0x40004, 64)).toBe(0);
    expect(ledger(scenario, 'namespace')).toEqual([]);
  });

  it('cannot be above the device’s width', () => {
    const text = said({ ...twoGuests, from: 0x100 }, [
      ...ready,
      ['alloc', { guest: 'Guest B' }],
      ['bind', { device: 'Card B', pasid: 0x100, first: 'process' }],
    ]);
    expect(text).toContain('The host binds Card B to 0x100. The answer is -EOVERFLOW.');
  });
});

describe('the virtio queue', () => {
  const virtio = {
    guests: ['Guest A: reply'],
    units: ['virtio A: Guest A, virtio', 'limited A: Guest A, virtio-max'],
    devices: ['Card A: Guest A', 'Card B: Guest A'],
    queue: '0x7a11f000',
    from: 0x21,
  };
  const started: readonly Call[] = [
    ['negotiate', { unit: 'virtio A' }],
    ['register', { unit: 'virtio A' }],
  ];

  it('holds each request byte by byte in guest memory', () => {
    const calls: readonly Call[] = [
      ...started,
      ['alloc', { guest: 'Guest A' }],
      ['command', { unit: 'virtio A', code: 'free', pasid: 0x99 }],
    ];
    const scenario = scenarioOf(virtio, calls);
    expect(ledger(scenario, 'requests')).toEqual([
      'virtio A, 0 | 0x7a11f000 | 06 00 00 00 00 00 00 00 | 21 00 00 00 00 00 00 00 | ALLOC_PASID | 0x21 | 0 OK',
      'virtio A, 1 | 0x7a11f010 | 07 00 00 00 00 00 00 00 | 99 00 00 00 06 00 00 00 | FREE_PASID | 0x99 | 6 NOENT',
    ]);
    const { memory } = ran(scenario);
    expect([memory.low(0x7a11f, 16), memory.low(0x7a11f, 24), memory.high(0x7a11f, 24)]).toEqual([
      7, 0x99, 6,
    ]);
  });

  it('answers nothing to a driver that left the feature out', () => {
    const text = said(virtio, [
      ['negotiate', { unit: 'virtio A', accept: false }],
      ['register', { unit: 'virtio A' }],
      ['command', { unit: 'virtio A', code: 'allocate' }],
    ]);
    expect(text.split('\n').filter((line) => !line.startsWith('Allocators'))).toEqual([
      'virtio A offers PASID allocation; the driver leaves it out. The answer is -ENODEV.',
      'Guest A registers virtio A as an allocator. The answer is -ENODEV.',
      'virtio A: a request is sent, and comes back as it was. The answer is -EIO.',
    ]);
  });

  it('keeps random numbers below the largest that the request names, and the tables small', () => {
    const limited: readonly Call[] = [
      ['negotiate', { unit: 'limited A' }],
      ['register', { unit: 'limited A' }],
      ['serve', { device: 'Card A', count: 40, max: 0xff, first: 'process' }],
    ];
    const wide: readonly Call[] = [
      ...started,
      ['serve', { device: 'Card A', count: 40, max: 0xff, first: 'process' }],
    ];
    const random = { ...virtio, from: 1, order: 'random', seed: 7 };
    expect(ledger(scenarioOf(random, limited), 'tables')).toEqual(['Card A | 40 | 1 | 4 | 20']);
    const [count = ''] = ledger(scenarioOf(random, wide), 'tables');
    const [, entries, directoryPages, tablePages] = count.split(' | ').map(Number);
    expect([entries, directoryPages]).toEqual([40, 32]);
    expect(tablePages).toBeGreaterThan(35);
  });

  it('is not needed for numbers of a device’s own space', () => {
    const scenario = scenarioOf(virtio, [
      ['bind', { device: 'Card A', first: 'process' }],
      ['bind', { device: 'Card B', first: 'process' }],
    ]);
    expect(ledger(scenario, 'namespace')).toEqual([
      '0x1 of Card A | Guest A | bound | Card A',
      '0x1 of Card B | Guest A | bound | Card B',
    ]);
  });
});

it('tells everything: the trace gives the ledgers and the memory as they are at the end', () => {
  const config = { ...twoGuests, units: [...twoGuests.units, 'virtio A: Guest A, virtio'] };
  const scenario = scenarioOf(config, [
    ...ready,
    ['negotiate', { unit: 'virtio A' }],
    ['register', { unit: 'virtio A' }],
    ['serve', { device: 'Card A', count: 5, first: 'process' }],
    ['remove', { unit: 'VT-d A' }],
    ['alloc', { guest: 'Guest A' }],
    ['unbind', { device: 'Card A', pasid: 2 }],
    ['free', { guest: 'Guest A', pasid: 2 }],
    ['bind', { device: 'Card B', first: 'process' }],
  ]);
  const value = ran(scenario);
  expect(value.steps.filter(({ problem }) => problem !== undefined)).toEqual([]);
  const { state, reader } = momentAt(viewOf(scenario, value, catalogue), value.trace.length);
  expect(state.ledgers).toEqual(value.software.ledgers.rows);
  for (const page of value.memory.pages())
    for (let at = 0; at < 4096; at += 8)
      expect([reader.low(page, at), reader.high(page, at)]).toEqual([
        value.memory.low(page, at),
        value.memory.high(page, at),
      ]);
});

describe('mistakes in a scenario', () => {
  it('are named with the field that has them', () => {
    const config = {
      guests: ['Guest A: new'],
      units: ['VT-d: Guest A, vcmd'],
      devices: ['Nobody: Guest A'],
      colour: 1,
    };
    const result = run(scenarioOf(config, []));
    expect(result.ok ? [] : result.problems.map(({ path }) => path)).toEqual([
      'software[0].config.colour',
      'software[0].config.guests[0]',
      'software[0].config.units[0]',
      'software[0].config.devices[0]',
    ]);
  });

  it('of a call are problems of its step, not refusals', () => {
    const { steps } = ran(
      scenarioOf(twoGuests, [
        ['conjure', {}],
        ['alloc', { guest: 'Guest C' }],
        ['negotiate', { unit: 'VT-d A' }],
        ['bind', { device: 'Card A', pasid: 1, first: 'nowhere' }],
      ]),
    );
    expect(steps.map(({ problem }) => problem?.path)).toEqual([
      'steps[0].op',
      'steps[1].with.guest',
      'steps[2].with.unit',
      'steps[3].with.first',
    ]);
  });
});
