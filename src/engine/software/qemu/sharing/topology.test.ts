import { describe, expect, it } from 'vitest';
import { readTopology } from './topology';

const messages = (...lines: readonly string[]): readonly string[] =>
  readTopology(lines, false).problems.map(({ path, message }) => `${path}: ${message}`);

describe('the lines of a topology', () => {
  it('are read in order, buses in hexadecimal', () => {
    const { topology, problems } = readTopology(
      ['bridge 00:1c.0 pcie-to-pci secondary 1f', 'function 1f:01.7 unisolated'],
      false,
    );
    expect(problems).toEqual([]);
    expect([...topology.bridges]).toEqual([[0x1f, { at: 0xe0, kind: 'pcie-to-pci', secondary: 0x1f }]]);
    expect([...topology.functions]).toEqual([[0x1f0f, false]]);
  });

  it.each([
    [['disk 00:03.0'], /topology\[0\].*begins with/],
    [['function 00:20.0'], /Write function/],
    [['function 00:03.0 isolated'], /Write function/],
    [['bridge 00:1c.0 magic secondary 2'], /Write bridge/],
    [['bridge 00:1c.0 port 2'], /Write bridge/],
    [['bridge 00:1c.0 port secondary 100'], /Write bridge/],
    [['host-bridge 00'], /Write host-bridge/],
    [['function 02:01.0', 'bridge 00:1c.0 port secondary 2'], /topology\[0\].*No line above makes bus 02/],
    [['function 00:03.0', 'function 00:03.0'], /topology\[1\].*two things at 00:03.0/],
    [['bridge 00:1c.0 port secondary 2', 'function 00:1c.0'], /two things at 00:1c.0/],
    [['bridge 00:1c.0 port secondary 0'], /two buses 00/],
    [['host-bridge bus 80', 'function 00:03.0'], /No line above makes bus 00/],
    [['host-bridge bus 80', 'host-bridge bus 80'], /two buses 80/],
  ])('%j are refused', (lines, message) => {
    expect(messages(...lines)).toEqual([expect.stringMatching(message)]);
  });
});
