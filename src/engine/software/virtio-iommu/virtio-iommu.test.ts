import { describe, expect, it } from 'vitest';
import { run } from '../../run';
import type { Scenario, Step } from '../../scenario/schema';
import { call as callTo, setUpProblems, told } from '../../test-support/software-told';

type Config = Record<string, string | number | boolean | string[]>;

const card = 'Network card';
const disk = 'Disk';
const base: Config = {
  spaces: ['one', 'two'],
  reserved: ['msi 0xfee00000 0xfeefffff', 'reserved 0x7000 0x8fff'],
  probeSize: 52,
  queue: '0x7a11f000',
  bypass: false,
};

function scenarioOf(steps: readonly Step[], change: Config = {}): Scenario {
  return {
    format: 'iommuscope/1',
    name: 'virtio',
    title: 'virtio',
    machine: { arch: 'vtd', config: { mode: 'legacy' }, tables: '0x40000000' },
    devices: [
      { id: '0x8', name: card },
      { id: '0x10', name: disk },
    ],
    spaces: [
      {
        id: 'ram',
        stage: 2,
        levels: 4,
        tables: '0x50000000',
        maps: [
          ['0x9000', '0x123009000', '0x8000'],
          ['0x200000', '0x180400000', '0x400000'],
        ],
      },
      { id: 'one', stage: 2, levels: 4, tables: '0x60000000' },
      { id: 'two', stage: 2, levels: 4, tables: '0x70000000' },
    ],
    software: [{ kind: 'virtio-iommu', config: { ...base, ...change } }],
    steps: [...steps],
  };
}

type Arguments = Readonly<Record<string, number | boolean | string>>;
const call = (op: string, args: Arguments = {}): Step => callTo('virtio-iommu', op, args);
const attach = (endpoint: string, domain = 1, more: Arguments = {}): Step =>
  call('attach', { endpoint, domain, ...more });
const map = (from: string, last: string, to: string, more: Arguments = {}): Step =>
  call('map', { domain: 1, from, last, to, ...more });
const unmap = (from: string, last: string, more: Arguments = {}): Step =>
  call('unmap', { domain: 1, from, last, ...more });
const read = (at: string, endpoint = card): Step => call('dma', { endpoint, access: 'r', at });
const write = (at: string, endpoint = card): Step => call('dma', { endpoint, access: 'w', at });
const post = (bytes: string, more: Arguments = {}): Step => call('post', { bytes, ...more });

/** How the last request ended: the device's own words. */
function lastAnswer(steps: readonly Step[], change?: Config): string {
  const answers = told(scenarioOf(steps, change)).flatMap((line) => {
    const found =
      /^The device (?:answers \w+ with status \d (\w+)|gives the buffer .* back (unwritten))/.exec(line);
    return found === null ? [] : [found[1] ?? found[2] ?? ''];
  });
  return answers.at(-1) ?? '';
}

/** Bytes of guest memory after the steps. */
function bytesAt(
  steps: readonly Step[],
  page: number,
  offset: number,
  count: number,
  change?: Config,
): string {
  const result = run(scenarioOf(steps, change));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const { memory } = result.value;
  return Array.from({ length: count }, (_, n) => {
    const at = offset + n;
    const low = at - (at % 8);
    const word = at % 8 < 4 ? memory.low(page, low) : memory.high(page, low);
    return ((word >>> ((at % 4) * 8)) & 0xff).toString(16).padStart(2, '0');
  }).join(' ');
}

const queue = 0x7a11f;

describe('the bytes of a request', () => {
  it('of MAP are those of the fact sheet, and the tail is written', () => {
    const mapped = map('0x1000', '0x1fff', '0xa000', { access: 'r' });
    expect(bytesAt([mapped], queue, 0, 40)).toBe(
      '03 00 00 00 01 00 00 00 00 10 00 00 00 00 00 00 ff 1f 00 00 00 00 00 00 00 a0 00 00 00 00 00 00 01 00 00 00 06 00 00 00',
    );
    expect(bytesAt([attach(card), mapped], queue, 32, 40)).toBe(
      '03 00 00 00 01 00 00 00 00 10 00 00 00 00 00 00 ff 1f 00 00 00 00 00 00 00 a0 00 00 00 00 00 00 01 00 00 00 00 00 00 00',
    );
  });

  it('of ATTACH, DETACH and UNMAP put each field where the standard has it', () => {
    expect(bytesAt([attach(card, 0x1234, { bypass: true })], queue, 0, 24)).toBe(
      '01 00 00 00 34 12 00 00 08 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00',
    );
    expect(bytesAt([call('detach', { domain: 5, endpoint: '0x99' })], queue, 0, 24)).toBe(
      '02 00 00 00 05 00 00 00 99 00 00 00 00 00 00 00 00 00 00 00 06 00 00 00',
    );
    expect(bytesAt([unmap('0x123456789000', '0x123456789fff')], queue, 0, 32)).toBe(
      '04 00 00 00 01 00 00 00 00 90 78 56 34 12 00 00 ff 9f 78 56 34 12 00 00 00 00 00 00 06 00 00 00',
    );
  });

  it('of PROBE have the MSI window of x86, the other region, an end and the tail', () => {
    expect(bytesAt([call('probe', { endpoint: card })], queue, 72, 56)).toBe(
      [
        '01 00 14 00 01 00 00 00 00 00 e0 fe 00 00 00 00 ff ff ef fe 00 00 00 00',
        '01 00 14 00 00 00 00 00 00 70 00 00 00 00 00 00 ff 8f 00 00 00 00 00 00',
        '00 00 00 00 00 00 00 00',
      ].join(' '),
    );
  });

  it('are what the device goes by: a word changed before the kick changes the request', () => {
    const lines = told(
      scenarioOf([
        attach(card),
        map('0x1000', '0x1fff', '0xa000', { kick: false }),
        { do: 'write', at: '0x7a11f038', words: ['0xb000'] },
        call('kick'),
        read('0x1040'),
      ]),
    );
    expect(lines.at(-1)).toMatch(/host address 0x12300b040/);
  });
});

describe('ATTACH', () => {
  it('answers NOENT for an endpoint that nobody has', () => {
    expect(lastAnswer([attach('0x99')])).toBe('NOENT');
  });

  it('answers INVAL for a reserved field that is not 0, and for a flag that nobody knows', () => {
    expect(lastAnswer([post('01000000 01000000 08000000 00000000 01000000')])).toBe('INVAL');
    expect(lastAnswer([post('01000000 01000000 08000000 02000000 00000000')])).toBe('INVAL');
    expect(lastAnswer([post('01000000 01000000 08000000 00000000 00000000')])).toBe('OK');
  });

  it('answers INVAL for a domain of the other kind, and leaves the endpoint where it was', () => {
    const steps = [
      attach(disk, 2, { bypass: true }),
      attach(card),
      map('0x1000', '0x1fff', '0xa000'),
      attach(card, 2),
    ];
    expect(lastAnswer(steps)).toBe('INVAL');
    expect(told(scenarioOf([...steps, read('0x1040')])).at(-1)).toMatch(/host address 0x12300a040/);
  });

  it('moves an endpoint, and the domain that it leaves empty ends', () => {
    const steps = [attach(card), map('0x1000', '0x1fff', '0xa000'), attach(card, 2)];
    expect(lastAnswer([...steps, map('0x3000', '0x3fff', '0xa000')])).toBe('NOENT');
    expect(told(scenarioOf([...steps, read('0x1040')])).join('\n')).toMatch(/at 0x1040: MAPPING/);
  });

  it('to the same domain again changes nothing', () => {
    const steps = [attach(card), map('0x1000', '0x1fff', '0xa000'), attach(card)];
    expect(lastAnswer(steps)).toBe('OK');
    expect(told(scenarioOf([...steps, read('0x1040')])).at(-1)).toMatch(/host address 0x12300a040/);
  });

  it('answers NOMEM when the host has no tables left, but not to the endpoint that frees them', () => {
    const one = { spaces: ['one'] };
    expect(lastAnswer([attach(card), attach(disk, 2)], one)).toBe('NOMEM');
    expect(lastAnswer([attach(card), attach(card, 2)], one)).toBe('OK');
  });

  it('lets two endpoints share the mappings of a domain', () => {
    const steps = [attach(card), map('0x1000', '0x1fff', '0xa000'), attach(disk), read('0x1040', disk)];
    expect(told(scenarioOf(steps)).at(-1)).toMatch(/host address 0x12300a040/);
  });
});

describe('DETACH', () => {
  it('answers NOENT for an unknown endpoint, and INVAL for one that is not in the domain', () => {
    expect(lastAnswer([call('detach', { domain: 1, endpoint: '0x99' })])).toBe('NOENT');
    expect(lastAnswer([call('detach', { domain: 1, endpoint: card })])).toBe('INVAL');
    expect(lastAnswer([attach(card), call('detach', { domain: 2, endpoint: card })])).toBe('INVAL');
  });

  it('of the last endpoint ends the domain; the number and the tables come back empty', () => {
    const steps = [
      attach(card),
      map('0x1000', '0x1fff', '0xa000'),
      read('0x1040'),
      call('detach', { domain: 1, endpoint: card }),
    ];
    expect(told(scenarioOf([...steps, read('0x1040')])).join('\n')).toMatch(/at 0x1040: DOMAIN/);
    expect(told(scenarioOf([...steps, attach(card), read('0x1040')])).join('\n')).toMatch(
      /at 0x1040: MAPPING/,
    );
  });
});

describe('MAP', () => {
  it.each([
    ['a domain that nobody made', [map('0x1000', '0x1fff', '0xa000')], 'NOENT'],
    ['a bypass domain', [attach(card, 1, { bypass: true }), map('0x1000', '0x1fff', '0xa000')], 'INVAL'],
    ['a start inside a page', [attach(card), map('0x1010', '0x1fff', '0xa000')], 'RANGE'],
    [
      'an end that is not the last byte of a page',
      [attach(card), map('0x1000', '0x2000', '0xa000')],
      'RANGE',
    ],
    ['a guest address inside a page', [attach(card), map('0x1000', '0x1fff', '0xa010')], 'RANGE'],
    ['an end before the start', [attach(card), map('0x2000', '0x1fff', '0xa000')], 'RANGE'],
    [
      'an end beyond the input range',
      [attach(card), map('0x1000000000000', '0x1000000000fff', '0xa000')],
      'RANGE',
    ],
    [
      'an address that is mapped',
      [attach(card), map('0x1000', '0x2fff', '0xa000'), map('0x2000', '0x3fff', '0xc000')],
      'INVAL',
    ],
    ['the MSI window', [attach(card), map('0xfee00000', '0xfee00fff', '0xa000')], 'INVAL'],
    ['the end of a reserved region', [attach(card), map('0x8000', '0x9fff', '0xa000')], 'INVAL'],
    ['memory that the guest does not have', [attach(card), map('0x1000', '0x3fff', '0xf000')], 'FAULT'],
    [
      'the last byte of the input range',
      [attach(card), map('0xfffffffff000', '0xffffffffffff', '0xa000')],
      'OK',
    ],
  ])('answers for %s', (_, steps, code) => {
    expect(lastAnswer(steps)).toBe(code);
  });

  it('answers INVAL for a flag that nobody knows, and knows MMIO', () => {
    const flags = (byte: string): Step =>
      post(`03000000 01000000 00100000 00000000 ff1f0000 00000000 00a00000 00000000 ${byte}000000`);
    expect(lastAnswer([attach(card), flags('09')])).toBe('INVAL');
    expect(lastAnswer([attach(card), flags('07')])).toBe('OK');
  });

  it('looks at the granule, not at the page', () => {
    const granule = { granule: '0x4000' };
    expect(lastAnswer([attach(card), map('0x10000', '0x10fff', '0xc000')], granule)).toBe('RANGE');
    expect(lastAnswer([attach(card), map('0x10000', '0x13fff', '0xa000')], granule)).toBe('RANGE');
    expect(lastAnswer([attach(card), map('0x10000', '0x13fff', '0xc000')], granule)).toBe('OK');
  });

  it('goes on in the host’s tables where the guest’s memory lies elsewhere', () => {
    const ram = '0x200000';
    const steps = [attach(card), map('0x40000000', '0x403fffff', ram), read('0x40212345')];
    const lines = told(scenarioOf(steps));
    expect(lines.at(-1)).toMatch(/host address 0x180612345/);
  });
});

describe('UNMAP', () => {
  it('answers NOENT without a domain, INVAL in a bypass domain, RANGE for a cut or for an end before the start', () => {
    expect(lastAnswer([unmap('0x1000', '0x1fff')])).toBe('NOENT');
    expect(lastAnswer([attach(card, 1, { bypass: true }), unmap('0x1000', '0x1fff')])).toBe('INVAL');
    const mapped = [attach(card), map('0x1000', '0x2fff', '0xa000')];
    expect(lastAnswer([...mapped, unmap('0x1000', '0x1fff')])).toBe('RANGE');
    expect(lastAnswer([...mapped, unmap('0x3000', '0x2fff')])).toBe('RANGE');
    expect(lastAnswer([...mapped, unmap('0x0', '0xffffffffffffffff')])).toBe('OK');
  });

  it('that is refused leaves the mapping to the device', () => {
    const steps = [
      attach(card),
      map('0x1000', '0x2fff', '0xa000'),
      unmap('0x1000', '0x1fff'),
      read('0x1040'),
    ];
    expect(told(scenarioOf(steps)).at(-1)).toMatch(/host address 0x12300a040/);
  });

  it('is answered only after the host’s IOTLB has forgotten the page', () => {
    const steps = [
      attach(card),
      map('0x1000', '0x1fff', '0xa000'),
      read('0x1040'),
      unmap('0x1000', '0x1fff'),
    ];
    expect(told(scenarioOf([...steps, read('0x1040')])).join('\n')).toMatch(/at 0x1040: MAPPING/);
  });

  it('that nobody has kicked off does nothing yet', () => {
    const steps = [
      attach(card),
      map('0x1000', '0x1fff', '0xa000'),
      unmap('0x1000', '0x1fff', { kick: false }),
      read('0x1040'),
    ];
    expect(told(scenarioOf(steps)).at(-1)).toMatch(/host address 0x12300a040/);
    expect(told(scenarioOf([...steps, call('kick'), read('0x1040')])).join('\n')).toMatch(
      /at 0x1040: MAPPING/,
    );
  });
});

it('a large page is found where a table was, whatever the walk caches know', () => {
  const steps = [
    attach(card),
    map('0x40000000', '0x40000fff', '0xa000'),
    read('0x40000040'),
    unmap('0x40000000', '0x40000fff'),
    map('0x40000000', '0x401fffff', '0x200000'),
    read('0x40012340'),
  ];
  expect(told(scenarioOf(steps)).at(-1)).toMatch(/host address 0x180412340/);
});

describe('buffers that are not as they should be', () => {
  it('come back unwritten for an unknown type, and without room for the tail', () => {
    expect(lastAnswer([post('09000000 ffffffff')])).toBe('unwritten');
    expect(bytesAt([post('09000000 ffffffff')], queue, 8, 4)).toBe('00 00 00 00');
    const attaches = '01000000 01000000 08000000 00000000 00000000';
    expect(lastAnswer([post(attaches, { writable: 0 })])).toBe('unwritten');
  });

  it('are INVAL when the device may read too little, and for properties that do not fit', () => {
    expect(lastAnswer([post('01000000 01000000 08000000')])).toBe('INVAL');
    expect(lastAnswer([call('probe', { endpoint: card })], { probeSize: 44 })).toBe('INVAL');
    expect(lastAnswer([call('probe', { endpoint: card })], { probeSize: 48 })).toBe('OK');
    expect(lastAnswer([call('probe', { endpoint: '0x99' })])).toBe('NOENT');
  });

  it('begin at the start of the page again when it is full, after what waits has been done', () => {
    const maps = Array.from({ length: 90 }, (_, n) =>
      map(`0x${(n + 16).toString(16)}000`, `0x${(n + 16).toString(16)}fff`, '0xa000', { kick: false }),
    );
    const lines = told(scenarioOf([attach(card), ...maps]));
    expect(lines.filter((line) => /answers MAP with status 0 OK/.test(line))).toHaveLength(84);
    expect(bytesAt([attach(card), ...maps], queue, 0, 8)).toBe('03 00 00 00 01 00 00 00');
  });
});

describe('faults', () => {
  it('have the bytes of the fact sheet for a write to a page that may only be read', () => {
    const steps = [attach(card), map('0x5000', '0x5fff', '0xa000', { access: 'r' }), write('0x5000')];
    expect(bytesAt(steps, queue + 1, 0, 24)).toBe(
      '02 00 00 00 02 01 00 00 08 00 00 00 00 00 00 00 00 50 00 00 00 00 00 00',
    );
  });

  it('are lost when the driver has given no buffer back', () => {
    const lines = told(
      scenarioOf([read('0x1000'), read('0x2000'), call('read-events'), read('0x3000')], { events: 1 }),
    );
    expect(lines.filter((line) => /^The device reports|^A fault|^The driver reads/.test(line))).toEqual([
      'The device reports a fault of Network card at 0x1000: DOMAIN.',
      'A fault of Network card is lost: no buffer is left on the event queue.',
      'The driver reads 1 event and puts the buffers back.',
      'The device reports a fault of Network card at 0x3000: DOMAIN.',
    ]);
  });
});

describe('reserved regions', () => {
  it('of the MSI kind let writes pass as interrupts, with no mapping at all', () => {
    const lines = told(scenarioOf([attach(card), write('0xfee01000')]));
    expect(lines.at(-1)).toMatch(/^The address is one of interrupts/);
  });

  it('of the other kind fault with MAPPING, also for who is in bypass', () => {
    const lines = told(scenarioOf([read('0x8040')], { bypass: true }));
    expect(lines.join('\n')).toMatch(/at 0x8040: MAPPING/);
  });
});

it('a fault says UNKNOWN where the device would let pass what the host cannot', () => {
  expect(told(scenarioOf([read('0x1234567000')], { bypass: true })).join('\n')).toMatch(
    /at 0x1234567000: UNKNOWN/,
  );
});

describe('bypass', () => {
  const reached = /host address 0x12300a040/;

  it('lets an endpoint without a domain reach guest memory as it is, until the driver clears it', () => {
    expect(told(scenarioOf([read('0xa040')], { bypass: true })).at(-1)).toMatch(reached);
    expect(told(scenarioOf([read('0xa040')], { bypass: false })).join('\n')).toMatch(/at 0xa040: DOMAIN/);
    const cleared = [read('0xa040'), call('bypass', { on: false }), read('0xa040')];
    expect(told(scenarioOf(cleared, { bypass: true })).join('\n')).toMatch(/at 0xa040: DOMAIN/);
  });

  it('of a domain is the same, whatever the configuration space says', () => {
    expect(told(scenarioOf([attach(card, 3, { bypass: true }), read('0xa040')])).at(-1)).toMatch(reached);
  });

  it('ends with an ATTACH to a domain that translates, also for what the IOTLB knew', () => {
    const lines = told(scenarioOf([read('0xa040'), attach(card), read('0xa040')], { bypass: true }));
    expect(lines.join('\n')).toMatch(/at 0xa040: MAPPING/);
  });
});

it('takes only a config that says which tables, which memory and which regions', () => {
  const paths = (change: Config): readonly string[] => setUpProblems(scenarioOf([], change));
  expect(paths({})).toEqual([]);
  expect(paths({ spaces: ['ram'] })).toEqual(['software[0].config.spaces[0]']);
  expect(paths({ spaces: ['one', 'one'] })).toEqual(['software[0].config.spaces[1]']);
  expect(paths({ ram: 'none' })).toEqual(['software[0].config.ram']);
  expect(paths({ reserved: ['msi 0xa000 0xafff'] })).toEqual(['software[0].config.reserved[0]']);
  expect(paths({ reserved: ['msi 0x1000 0x1fff', 'msi 0x3000 0x3fff'] })).toEqual([
    'software[0].config.reserved',
  ]);
  expect(paths({ reserved: ['reserved 0x1000 0x3fff', 'msi 0x3000 0x4fff'] })).toEqual([
    'software[0].config.reserved',
  ]);
  expect(paths({ reserved: ['reserved 0x1000 0x2000'] })).toEqual(['software[0].config.reserved[0]']);
  expect(paths({ queue: '0x10', events: -1, probeSize: 50, bypass: 1 })).toEqual([
    'software[0].config.queue',
    'software[0].config.events',
    'software[0].config.bypass',
    'software[0].config.probeSize',
  ]);
  expect(paths({ granule: '0x3000' })).toEqual(['software[0].config.granule']);
  expect(paths({ endpoints: ['Nobody'] })).toContain('software[0].config.endpoints[0]');
  expect(paths({ window: 1 })).toEqual(['software[0].config.window']);
});

it('says what is wrong with a call', () => {
  const problem = (step: Step): string => told(scenarioOf([step])).at(-1) ?? '';
  expect(problem(call('flush'))).toMatch(/^steps\[0\]\.op/);
  expect(problem(attach('Nobody'))).toMatch(/^steps\[0\]\.with\.endpoint/);
  expect(problem(map('0x10', 'here', '0x0'))).toMatch(/^steps\[0\]\.with\.last/);
  expect(problem(post('0102'))).toMatch(/^steps\[0\]\.with\.bytes/);
});
