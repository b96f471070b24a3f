import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits, type Edit } from './edit';
import { checkEdits } from './parse';
import { type Scenario, type Step, scenarioFormat } from './schema';

function withSteps(...says: readonly string[]): Scenario {
  return {
    format: scenarioFormat,
    name: 'edited',
    title: 'Edited',
    machine: { arch: 'vtd', config: {}, caches: { iotlb: 'off' } },
    steps: says.map(note),
  };
}

function note(say: string): Step {
  return { do: 'note', say };
}

function says({ steps }: Scenario): string[] {
  return steps.map(({ say = '' }) => say);
}

describe('an edit', () => {
  const before = withSteps('a', 'b', 'c');

  it.each([
    [-1, ['x', 'a', 'b', 'c']],
    [0, ['a', 'x', 'b', 'c']],
    [2, ['a', 'b', 'c', 'x']],
    [9, ['a', 'b', 'c', 'x']],
    [-9, ['x', 'a', 'b', 'c']],
  ])('puts a step after step %i', (after, expected) => {
    expect(says(applyEdits(before, [{ kind: 'insert', after, step: note('x') }]))).toEqual(expected);
  });

  it('removes a step, and nothing when the step is not there', () => {
    expect(says(applyEdits(before, [{ kind: 'remove', step: 1 }]))).toEqual(['a', 'c']);
    expect(says(applyEdits(before, [{ kind: 'remove', step: 3 }]))).toEqual(['a', 'b', 'c']);
  });

  it('applies to what the edits before it left', () => {
    const edits: Edit[] = [
      { kind: 'remove', step: 0 },
      { kind: 'insert', after: 0, step: note('x') },
      { kind: 'remove', step: 0 },
    ];
    expect(says(applyEdits(before, edits))).toEqual(['x', 'c']);
  });

  it('changes the caches that it names and keeps the others', () => {
    const iotlb = { sets: 1, ways: 2, replacement: 'lru' } as const;
    const edited = applyEdits(before, [
      { kind: 'caches', caches: { pasid: 'off' } },
      { kind: 'caches', caches: { iotlb } },
    ]);
    expect(edited.machine.caches).toEqual({ iotlb, pasid: 'off' });
  });
});

const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('insert' as const),
      after: fc.integer({ min: -2, max: 6 }),
      step: fc.string({ minLength: 1, maxLength: 3 }).map(note),
    }),
    fc.record({ kind: fc.constant('remove' as const), step: fc.nat(6) }),
    fc.record({
      kind: fc.constant('caches' as const),
      caches: fc.constantFrom({ iotlb: 'off' as const }, { pasid: 'off' as const }),
    }),
  ),
);

describe('a list of edits', () => {
  it('leaves the scenario that it applies to as it was', () => {
    fc.assert(
      fc.property(edits, (all) => {
        const before = withSteps('a', 'b', 'c');
        applyEdits(before, all);
        expect(before).toEqual(withSteps('a', 'b', 'c'));
      }),
    );
  });

  it('comes to the same in one go and in two', () => {
    fc.assert(
      fc.property(edits, edits, (first, second) => {
        const before = withSteps('a', 'b', 'c');
        const inTwo = applyEdits(applyEdits(before, first), second);
        expect(applyEdits(before, [...first, ...second])).toEqual(inTwo);
      }),
    );
  });

  it('does to a list of steps what an array does', () => {
    fc.assert(
      fc.property(edits, (all) => {
        const expected = ['a', 'b', 'c'];
        for (const edit of all) {
          if (edit.kind === 'insert') expected.splice(Math.max(0, edit.after + 1), 0, edit.step.say ?? '');
          if (edit.kind === 'remove') expected.splice(edit.step, 1);
        }
        expect(says(applyEdits(withSteps('a', 'b', 'c'), all))).toEqual(expected);
      }),
    );
  });

  it('is read back from a link as it was', () => {
    fc.assert(
      fc.property(edits, (all) => {
        expect(checkEdits(JSON.parse(JSON.stringify(all)))).toEqual({ ok: true, value: all });
      }),
    );
  });

  it('sets up on another machine what the scenario says for elsewhere', () => {
    const space = (id: string, stage: 1 | 2): NonNullable<Scenario['spaces']>[number] => ({
      id,
      stage,
      levels: 4,
      tables: '0x1000',
    });
    const binding = (pasid: number, first: string): NonNullable<Scenario['bindings']>[number] => ({
      device: '0x18',
      pasid,
      domain: 1,
      first,
    });
    const own: Step = {
      do: 'bind',
      binding: { device: '0x18', pasid: 5, domain: 1, passThrough: true },
      elsewhere: { do: 'bind', binding: binding(5, 'third') },
    };
    const scenario: Scenario = {
      ...withSteps(),
      spaces: [space('first', 1), space('second', 2)],
      bindings: [binding(5, 'first')],
      elsewhere: { spaces: [space('second', 1), space('third', 1)], bindings: [binding(9, 'second')] },
      steps: [own],
    };
    const mine: Edit = { kind: 'space', space: space('mine', 1) };
    const there = applyEdits(scenario, [mine, { kind: 'machine', arch: 'riscv' }]);
    expect(there.spaces?.map(({ id, stage }) => `${id} ${stage}`)).toEqual([
      'first 1',
      'second 1',
      'mine 1',
      'third 1',
    ]);
    expect(there.bindings).toEqual([binding(9, 'second')]);
    expect(there.steps).toEqual([{ do: 'bind', binding: binding(5, 'third') }]);
    expect(applyEdits(scenario, [{ kind: 'machine', arch: 'vtd' }])).toEqual(scenario);
  });

  it('moves to another machine, with what is said and done there, and back', () => {
    const own: Step = {
      do: 'command',
      descriptor: 'wait',
      say: 'waits',
      elsewhere: { do: 'flush', of: 'everything', say: 'flushes' },
    };
    const asked: Step = {
      ...note('b'),
      on: { riscv: 'b on RISC-V' },
      question: { ask: '?', choices: ['1', '2'], answer: 0, why: '.' },
    };
    const inserted = note('mine');
    const scenario = { ...withSteps('a'), machines: ['riscv'], steps: [note('a'), asked, own] };
    const there = applyEdits(scenario, [
      { kind: 'insert', after: -1, step: inserted },
      { kind: 'machine', arch: 'riscv' },
    ]);
    expect(there.machine).toEqual({ arch: 'riscv', config: {} });
    expect(says(there)).toEqual(['mine', 'a', 'b on RISC-V', 'flushes']);
    expect(there.steps.map(({ question }) => question)).toEqual([undefined, undefined, undefined, undefined]);
    expect(there.steps[0]).toBe(inserted);
    expect(applyEdits(scenario, [{ kind: 'machine', arch: 'vtd' }])).toEqual(scenario);
  });
});
