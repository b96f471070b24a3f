import { describe, expect, it } from 'vitest';
import { run } from '../run';
import type { Scenario, Step } from '../scenario/schema';
import { eventAt } from '../trace/trace';

/** Stage 1 with one context descriptor at 0x20000 that lets faults stall, three levels, nothing mapped at 0. */
const memory = {
  '0x10040': '0x2000b',
  '0x20000': '0x17204c0000019',
  '0x20008': '0x30000',
  '0x30000': '0x31003',
  '0x31000': '0x32003',
};
const read: Step = { do: 'dma', device: '0x1', access: 'r', at: '0x40' };
const resume = (tag: number, fields: Readonly<Record<string, number>>): Step => ({
  do: 'command',
  descriptor: 'resume',
  fields: { StreamID: 1, STAG: tag, ...fields },
});

/** IDR0 without limits on stalls: both kinds of faults, and CD.A free. */
const idr0 = '0x084d141b';

function eventsOf(steps: readonly Step[], stallModel = idr0) {
  const scenario: Scenario = {
    format: 'iommuscope/1',
    name: 'stall',
    title: 'Stalls',
    machine: {
      arch: 'smmuv3',
      config: { strtab_base: '0x10000', strtab_base_cfg: '0x8', idr0: stallModel },
      tables: '0x900000',
    },
    memory,
    steps: [...steps],
  };
  const result = run(scenario);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const { trace, steps: done, machine } = result.value;
  const events = Array.from({ length: trace.length }, (_, n) => eventAt(trace, n));
  return { events, answers: done.map(({ answer }) => answer), caches: machine.iommu.caches };
}

const mapped: Step = { do: 'write', at: '0x32000', words: ['0x50443'] };

describe('a request that stalls', () => {
  it('waits, with an event that names it, and is answered when it is tried again', () => {
    const { events, answers, caches } = eventsOf([read, mapped, resume(0, { Ac: 1 })]);
    expect(answers[0]).toMatchObject({ ok: false, reason: 0x10, fault: { recorded: true } });
    const words = String(answers[0]?.fault['words']).split(' ');
    const stallBit = 2 ** 31;
    expect(Math.floor((Number(words[1]) % 2 ** 32) / stallBit)).toBe(1);
    expect(events.filter(({ kind }) => kind === 'result')).toMatchObject([{ page: 0x50, offset: 0x40 }]);
    expect(caches.at(-1)?.used).toBe(0);
  });

  it('stalls again when nothing has changed', () => {
    const { events, caches } = eventsOf([read, resume(0, { Ac: 1 })]);
    expect(events.filter(({ kind }) => kind === 'fault').length).toBe(2);
    expect(caches.at(-1)?.used).toBe(1);
  });

  it('ends when software says so: one by its tag, or all of a stream', () => {
    const ended = eventsOf([read, mapped, resume(0, { Ac: 0, Ab: 1 })]);
    expect(ended.events.some(({ kind }) => kind === 'result')).toBe(false);
    expect(ended.caches.at(-1)?.used).toBe(0);
    const all = eventsOf([read, read, { do: 'command', descriptor: 'stall-term', fields: { StreamID: 1 } }]);
    expect(all.caches.at(-1)?.used).toBe(0);
  });

  it('is left alone by a command with another tag or stream', () => {
    const other: Step = { do: 'command', descriptor: 'stall-term', fields: { StreamID: 2 } };
    expect(eventsOf([read, resume(1, { Ac: 1 }), other]).caches.at(-1)?.used).toBe(1);
  });

  it('ends like any other when as many wait as the list holds', () => {
    const { answers, caches } = eventsOf(Array.from({ length: 9 }, () => read));
    expect(answers.map((answer) => answer?.fault['recorded'])).toEqual(Array(9).fill(true));
    expect(caches.at(-1)?.used).toBe(8);
  });

  it('waits for room in a full event queue, loses no event, and cannot be named before', () => {
    // The consumer a whole queue behind the producer, which is at 0: the wrap bit differs.
    const full: Step = { do: 'register', name: 'EVENTQ_CONS', value: '0x80' };
    const waiting = eventsOf([full, read, resume(0, { Ac: 1 })]);
    expect(waiting.answers[1]).toMatchObject({ ok: false, reason: 0x10, fault: { recorded: false } });
    expect(waiting.caches.at(-1)?.used).toBe(1);
    const roomy = eventsOf([full, read, { do: 'acknowledge' }, mapped, resume(0, { Ac: 1 })]);
    expect(roomy.events.filter(({ kind }) => kind === 'fault')).toMatchObject([{ slot: -1 }, { slot: 0 }]);
    expect(roomy.events.filter(({ kind }) => kind === 'result')).toMatchObject([{ page: 0x50 }]);
    const mended = eventsOf([full, read, mapped, { do: 'acknowledge' }]);
    expect(mended.events.filter(({ kind }) => kind === 'result')).toMatchObject([{ page: 0x50 }]);
    expect(mended.caches.at(-1)?.used).toBe(0);
  });

  it('does not exist where the SMMU never stalls: the descriptor is refused', () => {
    const { answers } = eventsOf([read], '0x094d141b');
    expect(answers[0]?.reason).toBe(0x0a);
  });
});
