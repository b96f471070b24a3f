import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { run } from '../run';
import { faultCauses } from './faults';

const folder = 'data/vectors/riscv';

/** Every cause that a recorded answer states. */
function recordedCauses(): ReadonlySet<number> {
  const found = new Set<number>();
  for (const name of readdirSync(folder)) {
    const text = gunzipSync(readFileSync(`${folder}/${name}`)).toString('utf8');
    for (const [, code] of text.matchAll(/"cause":\s*(\d+)/g)) found.add(Number(code));
  }
  return found;
}

describe('causes', () => {
  it('that a recorded answer states are all known, and each known one but 261 is recorded somewhere', () => {
    expect([...recordedCauses()].sort((a, b) => a - b)).toEqual(
      [...faultCauses.keys()].filter((code) => code !== 261).sort((a, b) => a - b),
    );
  });

  it('261: the entry of the MSI page table lies outside physical memory', () => {
    const result = run({
      format: 'iommuscope/1',
      name: 'msi',
      title: 'MSI',
      machine: {
        arch: 'riscv',
        config: { capabilities: '0x1e803ef8f10', fctl: '0x0', ddtp: '0x4002' },
        tables: '0x100000',
      },
      memory: {
        '0x10040': '0x1',
        '0x10048': '0x8000000000000020',
        '0x10060': '0x1000000010000000',
        '0x10070': '0xfee00',
      },
      steps: [{ do: 'dma', device: '0x1', access: 'w', at: '0xfee00000' }],
    });
    expect(result.ok && result.value.steps[0]?.answer?.reason).toBe(261);
  });

  it('each say what was found and what usually causes it', () => {
    for (const { name, found, cause } of faultCauses.values()) {
      expect(name).not.toBe('');
      expect(found).toMatch(/\.$/);
      expect(cause).toMatch(/\.$/);
    }
  });
});
