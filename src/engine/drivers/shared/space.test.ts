import { describe, expect, it } from 'vitest';
import { run } from '../../run';
import type { Scenario } from '../../scenario/schema';

function mapping(length: string): Scenario {
  return {
    format: 'iommuscope/1',
    name: 'space',
    title: 'A space',
    machine: { arch: 'vtd', config: {}, tables: '0x40000000' },
    spaces: [{ id: 'card', stage: 2, levels: 4, tables: '0x50000000', maps: [['0x1000', '0x3000', length]] }],
    steps: [],
  };
}

describe('a space', () => {
  it('takes a mapping of a gibibyte in small pages', () => {
    expect(run(mapping('0x40000000')).ok).toBe(true);
  });

  it('refuses more pages than anybody can look at, and says what to do', () => {
    const result = run(mapping('0xfffffffff000'));
    expect(result).toMatchObject({ ok: false, problems: [{ message: /262,144 mapped pages/ }] });
  });

  it('owns its root where a large page of the space below puts it', () => {
    const guest: Scenario['spaces'] = [
      {
        id: 'guest',
        stage: 2,
        levels: 4,
        tables: '0x50000000',
        maps: [['0x40000000', '0x1c40000000', '0x40000000']],
      },
      {
        id: 'process',
        stage: 1,
        levels: 4,
        over: 'guest',
        tables: '0x7b105000',
        maps: [['0x1000', '0x40001000']],
      },
    ];
    const result = run({ ...mapping('0x1000'), spaces: guest });
    expect(result.ok && result.value.memory.owner(0x1c7b105)).toBe(1);
  });
});
